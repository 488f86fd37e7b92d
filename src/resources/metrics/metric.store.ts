import { rows, type Db } from '../../db/connection.js'

/**
 * Everything that is read from here on is of one instant. How many conversations are kept changes faster than what the planner
 * believes of it: it shall walk the indexes, and compile nothing.
 */
export const fixSnapshot = (db: Db): Promise<unknown> => Promise.all([
  rows(db, 'set transaction isolation level repeatable read, read only'), rows(db, 'set local enable_seqscan = off'), rows(db, 'set local jit = off')
])

export interface Unkept {
  id: string
  /** What the blocks call it; null where they do not know it. */
  number: number | null
  complexity: number | null
  /**
   * Whether it can have a sample in the window: it was there at `now`, and has a fact after the window's start (what is written
   * counts the row's `updated_at` on, and no fact is later than its writing) or is unresolved.
   */
  candidate: boolean
}

/** Conversations created before the end of a window of which the blocks do not tell how they were at `now`. */
export const unkeptConversations = async (db: Db, workspaceId: string, from: string, to: string, now: string, bound: number): Promise<Unkept[]> => rows<Unkept>(db,
  `with unkept as (
     select id from conversations where workspace_id = $1 and not metrics_kept
     union select conversation_id from metric_conversations where workspace_id = $1 and latest > $4)
   select c.id, m.number, c.complexity, c.candidate from unkept
   cross join lateral (select id, complexity, created_at <= $4 and (updated_at >= $2 or status not in ('resolved', 'closed')) as candidate
     from conversations where workspace_id = $1 and id = unkept.id and created_at < $3 limit 1) c
   left join lateral (select number from metric_conversations where workspace_id = $1 and conversation_id = unkept.id limit 1) m on true
   limit $5`, [workspaceId, from, to, now, bound])

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
