import { rows, type Db } from '../db/connection.js'

export interface PendingEvent {
  workspaceId: string
  id: string
  type: string
  occurredAt: string
  recordedAt: string
  actorKind: string
  actorId: string | null
  subjectType: string
  subjectId: string
  conversationId: string | null
  resource: unknown
  changes: unknown
  corrects: string | null
  requestId: string
}

/** Writes the events of one transaction, in their order, in one statement. */
export const insertEvents = async (db: Db, events: PendingEvent[]): Promise<unknown> => rows(db,
  `insert into events (workspace_id, id, type, occurred_at, recorded_at, actor_kind, actor_id, subject_type, subject_id,
     conversation_id, resource, changes, corrects, request_id)
   select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[],
     $8::text[], $9::uuid[], $10::uuid[], $11::json[], $12::json[], $13::uuid[], $14::text[])`,
  [
    events.map(e => e.workspaceId), events.map(e => e.id), events.map(e => e.type), events.map(e => e.occurredAt),
    events.map(e => e.recordedAt), events.map(e => e.actorKind), events.map(e => e.actorId), events.map(e => e.subjectType),
    events.map(e => e.subjectId), events.map(e => e.conversationId), events.map(e => json(e.resource)),
    events.map(e => json(e.changes)), events.map(e => e.corrects), events.map(e => e.requestId)
  ])

/** The same for thousands, as one parameter. */
export const insertManyEvents = async (db: Db, events: readonly PendingEvent[]): Promise<unknown> => events.length === 0 ? undefined : rows(db,
  `insert into events (workspace_id, id, type, occurred_at, recorded_at, actor_kind, actor_id, subject_type, subject_id,
     conversation_id, resource, changes, corrects, request_id)
   select * from json_to_recordset($1::json) as given ("workspaceId" uuid, id uuid, type text, "occurredAt" timestamptz, "recordedAt" timestamptz,
     "actorKind" text, "actorId" text, "subjectType" text, "subjectId" uuid, "conversationId" uuid, resource json, changes json, corrects uuid, "requestId" text)`,
  [JSON.stringify(events)])

const json = (value: unknown): string | null => value === undefined || value === null ? null : JSON.stringify(value)
