import { rows, type Db } from '../../db/connection.js'

/**
 * Which conversations can have a sample: created before `to`, and either with a fact at `since` or later (what is written counts
 * the row's `updated_at` on, and no fact is later than its writing) or unresolved, or resolved and not closed, if that is asked for.
 */
export interface Reach { since: string, to: string, resolvedToo: boolean }

export interface Candidate { id: string, complexity: number | null }

const created = 'from conversations where workspace_id = $1 and created_at < $2 and'

/** They and how much work each is, by id; at most so many. Each way to be one goes by an index of its own. */
export const candidates = async (db: Db, workspaceId: string, { since, to, resolvedToo }: Reach, limit: number): Promise<Candidate[]> => rows<Candidate>(db,
  `select id, complexity from (
     (select id, complexity ${created} updated_at >= $3 limit $4)
     union (select id, complexity ${created} disposition = 'active' and status in ('new', 'open', 'pending', 'onHold') limit $4)
     union (select id, complexity ${created} disposition = 'active' and status = 'resolved' and $5 limit $4)) c
   order by id limit $4`, [workspaceId, to, since, limit, resolvedToo])
