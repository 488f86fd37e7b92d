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
   * counts the row's `updated_at` on, and no fact is later than its writing) or is unresolved; of clocks, too, where one goes on.
   */
  candidate: boolean
}

const changed = `select id from conversations where workspace_id = $1 and not metrics_kept
  union select conversation_id from metric_conversations where workspace_id = $1 and latest > $4`
/** What has changed for clocks alone. */
const promised = `${changed} union select id from conversations where workspace_id = $1 and clocks_asked
  union select conversation_id from metric_conversations where workspace_id = $1 and promised_until > $4`
/** And what a publication that is still being applied may concern. */
const applied = `${promised} union select id from conversations where workspace_id = $1 and updated_at >= $6
  union select id from conversations where workspace_id = $1 and disposition = 'active' and status = any($7::text[])
  union select conversation_id from clocks where workspace_id = $1 and due_at >= $6
  union select conversation_id from clocks where workspace_id = $1 and state in ('running', 'atRisk', 'paused', 'overdue')
  union select conversation_id from clocks where workspace_id = $1 and state = 'met' and due_at is null`
const present = "updated_at >= $2 or status not in ('resolved', 'closed')"
const going = `${present} or clocks_asked
  or exists (select from clocks k where k.workspace_id = $1 and k.conversation_id = unkept.id and (k.ended_at is null or k.ended_at >= $4))`

const unkeptText = (unkept: string, candidate: string): string => `with unkept as (${unkept})
  select c.id, m.number, c.complexity, c.candidate from unkept
  cross join lateral (select id, complexity, created_at <= $4 and (${candidate}) as candidate
    from conversations where workspace_id = $1 and id = unkept.id and created_at < $3 limit 1) c
  left join lateral (select number from metric_conversations where workspace_id = $1 and conversation_id = unkept.id limit 1) m on true
  limit $5`
const [ofFacts, ofClocks, ofPending] = [unkeptText(changed, present), unkeptText(promised, going), unkeptText(applied, `${going} or status = any($7::text[])`)]

/**
 * What is asked for: samples of `[from, to)` as it was at `now`; `clocks`: those of clocks too. `pendingSince`: from when on a publication
 * applies that is still being applied; then `resolvedToo` says whether it may begin clocks of what is resolved. RFC 3339.
 */
export interface Asked { from: string, to: string, now: string, clocks: boolean, pendingSince: string | null, resolvedToo: boolean }

/** Conversations created before the end of a window of which the blocks do not tell how they were at `now`. */
export const unkeptConversations = async (db: Db, workspaceId: string, { from, to, now, clocks, pendingSince, resolvedToo }: Asked, bound: number): Promise<Unkept[]> => {
  const values = [workspaceId, from, to, now, bound]
  if (!clocks) return rows<Unkept>(db, ofFacts, values)
  if (pendingSince === null) return rows<Unkept>(db, ofClocks, values)
  return rows<Unkept>(db, ofPending, [...values, pendingSince, ['new', 'open', 'pending', 'onHold', ...resolvedToo ? ['resolved'] : []]])
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
