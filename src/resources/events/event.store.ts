import { rows, type Db } from '../../db/connection.js'
import type { Event } from './event.shapes.js'

export interface EventFilter { types?: readonly string[], subjectId?: string, conversationId?: string }

/** The events with `after < sequence <= upTo`. */
export interface Stretch { after: number, upTo: number }

interface Row extends Omit<Event, 'actor' | 'subject'> {
  actor_kind: Event['actor']['kind']
  actor_id: string | null
  subject_type: string
  subject_id: string
}

const fields = `id, sequence, type, occurred_at as "occurredAt", recorded_at as "recordedAt", actor_kind, actor_id, subject_type,
  subject_id, conversation_id as "conversationId", resource, changes, corrects, request_id as "requestId"`

const toEvent = ({ actor_kind, actor_id, subject_type, subject_id, ...row }: Row): Event => ({
  id: row.id,
  sequence: row.sequence,
  type: row.type,
  occurredAt: row.occurredAt,
  recordedAt: row.recordedAt,
  actor: { kind: actor_kind, id: actor_id },
  subject: { type: subject_type, id: subject_id },
  conversationId: row.conversationId,
  resource: row.resource,
  changes: row.changes,
  corrects: row.corrects,
  requestId: row.requestId
})

/**
 * `horizon`: the last number up to which every transaction is over; `last`: the last one given out. Await it before any
 * statement that reads events up to it.
 */
export async function horizon (db: Db): Promise<{ horizon: number, last: number }> {
  const [row] = await rows<{ horizon: number, last: number }>(db,
    'select event_horizon() as horizon, (select last_value from event_sequence) as last')
  return row!
}

export async function find (db: Db, workspaceId: string, id: string): Promise<Event | undefined> {
  return (await rows<Row>(db, `select ${fields} from events where workspace_id = $1 and id = $2`, [workspaceId, id])).map(toEvent)[0]
}

/** Events of a stretch in their order. `upTo` is a horizon that was read before. */
export async function list (db: Db, workspaceId: string, { after, upTo }: Stretch, filter: EventFilter, limit: number): Promise<Event[]> {
  const values: unknown[] = [workspaceId, after, upTo, limit]
  const also = (sql: string, value: unknown): string => value === undefined ? '' : ` and ${sql} $${values.push(value)}`
  const about = also('subject_id =', filter.subjectId) + also('conversation_id =', filter.conversationId)
  const stretch = 'workspace_id = $1 and sequence > $2 and sequence <= $3'
  const order = 'order by sequence limit $4'
  // An index is in the order of the feed within one type only, so several are read side by side.
  const text = filter.types && !about
    ? `select e.* from unnest($${values.push(filter.types)}::text[]) as wanted (name)
       cross join lateral (select ${fields} from events where ${stretch} and type = wanted.name ${order}) e ${order}`
    : `select ${fields} from events where ${stretch}${about}${filter.types ? ` and type = any($${values.push(filter.types)})` : ''} ${order}`
  return (await rows<Row>(db, text, values)).map(toEvent)
}

/** What came after each workspace's own number, at most `limit` events for each. */
export async function listBehind (db: Db, tails: Map<string, number>, upTo: number, limit: number): Promise<Map<string, Event[]>> {
  const found = await rows<Row & { workspace: string }>(db,
    `select tail.id as workspace, e.* from unnest($1::uuid[], $2::bigint[]) as tail (id, sequence)
     cross join lateral (select ${fields} from events where workspace_id = tail.id and sequence > tail.sequence and sequence <= $3
       order by sequence limit $4) e
     order by tail.id, e.sequence`, [[...tails.keys()], [...tails.values()], upTo, limit])
  const events = new Map<string, Event[]>([...tails.keys()].map(id => [id, []]))
  for (const { workspace, ...row } of found) events.get(workspace)!.push(toEvent(row))
  return events
}
