import { rows, type Db } from '../../db/connection.js'

/** Everything that is read from here on is of one instant. */
export const fixSnapshot = (db: Db): Promise<unknown> => rows(db, 'set transaction isolation level repeatable read, read only')

/**
 * Conversations that can have a sample in a window: created before its end, and either with a fact after its start (what is
 * written counts the row's `updated_at` on, and no fact is later than its writing) or unresolved.
 */
const candidates = `from conversations where workspace_id = $1 and created_at < $2
  and (updated_at >= $3 or status not in ('resolved', 'closed'))`

/** How many there are, counted no further than one above the bound. */
export async function countCandidates (db: Db, workspaceId: string, from: string, to: string, bound: number): Promise<number> {
  const [row] = await rows<{ count: number }>(db, `select count(*)::int as count from (select 1 ${candidates} limit $4) c`, [workspaceId, to, from, bound + 1])
  return row!.count
}

/** The next of them by id. */
export async function nextCandidates (db: Db, workspaceId: string, from: string, to: string, after: string, limit: number): Promise<string[]> {
  const found = await rows<{ id: string }>(db, `select id ${candidates} and id > $4 order by id limit $5`, [workspaceId, to, from, after, limit])
  return found.map(({ id }) => id)
}

/** The last event that this snapshot holds. */
export async function lastEvent (db: Db, workspaceId: string): Promise<{ sequence: number, recordedAt: string | null }> {
  const [row] = await rows<{ sequence: number, recordedAt: string }>(db,
    'select sequence, recorded_at as "recordedAt" from events where workspace_id = $1 order by sequence desc limit 1', [workspaceId])
  return row ?? { sequence: 0, recordedAt: null }
}

/** Of contacts that were merged, the one that each is now. */
export async function survivors (db: Db, workspaceId: string): Promise<Map<string, string>> {
  const found = await rows<{ id: string, into: string }>(db,
    'select id, merged_into_id as "into" from contacts where workspace_id = $1 and merged_into_id is not null', [workspaceId])
  return new Map(found.map(({ id, into }) => [id, into]))
}
