import { rows, type Db } from '../../db/connection.js'

/**
 * Which conversations can have a sample: created before `to`, and either with a fact at `since` or later (what is written counts
 * the row's `updated_at` on, and no fact is later than its writing) or unresolved. `overdueAt`: or with a clock that was overdue
 * then, which an update's is even while it is resolved.
 */
export interface Reach { since: string, to: string, overdueAt: string | null }

const candidates = `from conversations where workspace_id = $1 and created_at < $2 and (updated_at >= $3 or status not in ('resolved', 'closed')
  or next_due_at < $4 or id in (select conversation_id from clocks where workspace_id = $1 and state = 'cancelled' and due_at < $4 and ended_at >= $4))`

/** How many there are, counted no further than one above the bound. */
export async function countCandidates (db: Db, workspaceId: string, { since, to, overdueAt }: Reach, bound: number): Promise<number> {
  const [row] = await rows<{ count: number }>(db, `select count(*)::int as count from (select 1 ${candidates} limit $5) c`, [workspaceId, to, since, overdueAt, bound + 1])
  return row!.count
}

export interface Candidate { id: string, complexity: number | null }

/** The next of them by id. */
export const nextCandidates = async (db: Db, workspaceId: string, { since, to, overdueAt }: Reach, after: string, limit: number): Promise<Candidate[]> =>
  rows<Candidate>(db, `select id, complexity ${candidates} and id > $5 order by id limit $6`, [workspaceId, to, since, overdueAt, after, limit])
