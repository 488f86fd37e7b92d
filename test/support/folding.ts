import { fold } from '../../src/clock/state.js'
import { rows, type Db } from '../../src/db/connection.js'
import { rowOf } from '../../src/resources/conversations/conversation.row.js'
import { holdItself } from '../../src/resources/conversations/conversation.store.js'
import { readFacts } from '../../src/resources/conversations/fact.store.js'

export interface Misfolded { id: string, field: string, row: unknown, folded: unknown }

/** Where conversations of a workspace are not what a fresh fold of all their facts makes of them; it must be nowhere. */
export async function misfolded (db: Db, workspaceId: string): Promise<Misfolded[]> {
  const all = await rows<{ id: string }>(db, 'select id from conversations where workspace_id = $1', [workspaceId])
  const found = await Promise.all(all.map(async ({ id }) => {
    const [row, facts] = await Promise.all([holdItself(db, workspaceId, id), readFacts(db, workspaceId, id)])
    const folded = Object.entries(rowOf(fold(facts)))
    return folded.filter(([field, value]) => normal(value) !== normal(row![field as keyof typeof row]))
      .map(([field, value]) => ({ id, field, row: row![field as keyof typeof row] as unknown, folded: value as unknown }))
  }))
  return found.flat()
}

/** As JSON with its keys in order, which jsonb does not keep. */
const normal = (value: unknown): string => JSON.stringify(value, (_key, each: unknown) =>
  typeof each === 'object' && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => a < b ? -1 : 1)) : each)
