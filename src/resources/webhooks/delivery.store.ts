import { and, eq, getTableColumns } from 'drizzle-orm'
import { v7 } from 'uuid'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import type { SearchWebhookDeliveries, WebhookAttempt, WebhookDelivery } from './webhook.shapes.js'
import { webhookDeliveries } from './webhook.table.js'

const { workspaceId: _, ...columns } = getTableColumns(webhookDeliveries)
export type Delivery = Omit<WebhookDelivery, 'attempts'>
export interface Claimed { workspaceId: string, id: string, webhookId: string, eventId: string, subjectId: string, attemptCount: number }

const sorts: Record<string, Sort> = {
  createdAtDesc: { column: webhookDeliveries.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}

export async function find (db: Db, workspaceId: string, id: string): Promise<WebhookDelivery | undefined> {
  return (await withAttempts(db, workspaceId, await db.select(columns).from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.workspaceId, workspaceId), eq(webhookDeliveries.id, id)))))[0]
}

export async function list (db: Db, workspaceId: string, query: SearchWebhookDeliveries): Promise<Page<WebhookDelivery>> {
  const where = [
    eq(webhookDeliveries.workspaceId, workspaceId),
    query.webhookId ? eq(webhookDeliveries.webhookId, query.webhookId) : undefined,
    query.state ? eq(webhookDeliveries.state, query.state) : undefined
  ]
  const page = await listPage({
    sorts, sort: 'createdAtDesc', id: webhookDeliveries.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(webhookDeliveries).where(where).orderBy(order).limit(limit),
    total: () => db.$count(webhookDeliveries, and(...where)),
    toShape: (row): WebhookDelivery => ({ ...row, attempts: [] })
  })
  return { ...page, data: await withAttempts(db, workspaceId, page.data) }
}

async function withAttempts (db: Db, workspaceId: string, deliveries: Delivery[]): Promise<WebhookDelivery[]> {
  const found = deliveries.length
    ? await rows<WebhookAttempt & { delivery: string }>(db,
      `select a.* from unnest($2::uuid[]) as wanted (id) cross join lateral (
         select delivery_id as delivery, number, attempted_at as "attemptedAt", duration_ms as "durationMs", status, response, error
         from webhook_attempts where workspace_id = $1 and delivery_id = wanted.id order by number desc limit 20) a
       order by a.number`, [workspaceId, deliveries.map(({ id }) => id)])
    : []
  return deliveries.map(each => ({
    ...each, attempts: found.filter(({ delivery }) => delivery === each.id).map(({ delivery, ...attempt }) => attempt)
  }))
}

/** New deliveries of events to a webhook that is held; none of them is due yet. */
export const insert = async (db: Db, workspaceId: string, webhookId: string, events: Array<{ id: string, sequence: number, type: string, subject: { id: string } }>, at: string): Promise<unknown> =>
  rows(db, `insert into webhook_deliveries (workspace_id, webhook_id, created_at, id, event_id, sequence, event_type, subject_id)
    select $1, $2, $3, * from unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::text[], $8::uuid[])`,
  [workspaceId, webhookId, at, events.map(() => v7()), events.map(event => event.id), events.map(event => event.sequence),
    events.map(event => event.type), events.map(event => event.subject.id)])

/** Makes the first that is pending of each subject due; of these subjects, or of all. The webhook is held. */
export const giveTurns = async (db: Db, workspaceId: string, webhookId: string, subjectIds: string[] | null, at: string): Promise<unknown> =>
  rows(db, `update webhook_deliveries d set next_attempt_at = $3
    where workspace_id = $1 and webhook_id = $2 and state = 'pending' and next_attempt_at is null
      and ($4::uuid[] is null or subject_id = any($4))
      and not exists (select 1 from webhook_deliveries e where e.workspace_id = d.workspace_id and e.webhook_id = d.webhook_id
        and e.subject_id = d.subject_id and e.state = 'pending' and (e.sequence, e.id) < (d.sequence, d.id))`,
  [workspaceId, webhookId, at, subjectIds])

/** Takes away every turn, for a webhook that is disabled. */
export const takeTurns = async (db: Db, workspaceId: string, webhookId: string): Promise<unknown> =>
  rows(db, `update webhook_deliveries set next_attempt_at = null
    where workspace_id = $1 and webhook_id = $2 and state = 'pending' and next_attempt_at is not null`, [workspaceId, webhookId])

/** Claims what is due in any workspace, until `lease`: whoever dies meanwhile leaves it to others from then on. */
export const claim = async (db: Db, now: string, lease: string, limit: number): Promise<Claimed[]> => rows<Claimed>(db,
  `update webhook_deliveries d set next_attempt_at = $2
   from (select workspace_id, id from webhook_deliveries where next_attempt_at <= $1 order by next_attempt_at limit $3 for update skip locked) due
   where d.workspace_id = due.workspace_id and d.id = due.id
   returning d.workspace_id as "workspaceId", d.id, d.webhook_id as "webhookId", d.event_id as "eventId", d.subject_id as "subjectId",
     d.attempt_count as "attemptCount"`, [now, lease, limit])

/** Notes what came of an attempt; false when the delivery went on without it (its lease was over). */
export async function finish (db: Db, delivery: Claimed, attempt: Omit<WebhookAttempt, 'number'>, next: { state: Delivery['state'], nextAttemptAt: string | null, finishedAt: string | null }): Promise<boolean> {
  const done = await rows(db, `update webhook_deliveries set attempt_count = attempt_count + 1, state = $4, next_attempt_at = $5, finished_at = $6
    where workspace_id = $1 and id = $2 and state = 'pending' and attempt_count = $3 returning 1`,
  [delivery.workspaceId, delivery.id, delivery.attemptCount, next.state, next.nextAttemptAt, next.finishedAt])
  if (!done.length) return false
  await rows(db, `insert into webhook_attempts (workspace_id, delivery_id, number, attempted_at, duration_ms, status, response, error)
    select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7 from webhook_attempts where workspace_id = $1 and delivery_id = $2`,
  [delivery.workspaceId, delivery.id, attempt.attemptedAt, attempt.durationMs, attempt.status, attempt.response, attempt.error])
  return true
}

/** Due at once, from the first attempt on, as if it were new. */
export const restart = async (db: Db, workspaceId: string, id: string, at: string): Promise<unknown> =>
  rows(db, `update webhook_deliveries set state = 'pending', attempt_count = 0, next_attempt_at = $3, finished_at = null
    where workspace_id = $1 and id = $2`, [workspaceId, id, at])

/** Forgets deliveries that were over before an instant, some at a time, with their attempts; answers how many. */
export const forget = async (db: Db, before: string, limit: number): Promise<number> => (await rows(db, `delete from webhook_deliveries where (workspace_id, id) in (
    select workspace_id, id from webhook_deliveries where finished_at < $1 order by finished_at limit $2 for update skip locked) returning 1`, [before, limit])).length
