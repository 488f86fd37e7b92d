import { and, eq, sql } from 'drizzle-orm'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow, updateRow } from '../../db/rows.js'
import { webhookFilters, type CreateWebhook, type SearchWebhooks, type Webhook } from './webhook.shapes.js'
import { webhooks } from './webhook.table.js'

const { secret, previousSecret, position, ...columns } = columnsOf(webhooks)

/** What signs and where the feed was left: never part of what is answered. */
export interface Inside { secret: string, previousSecret: string | null, position: number }

const sorts: Record<string, Sort> = {
  createdAtAsc: { column: webhooks.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: webhooks.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}

const withoutInside = ({ secret, previousSecret, position, ...webhook }: Webhook & Inside): Webhook => webhook

export async function find (db: Db, workspaceId: string, ref: string): Promise<Webhook | undefined> {
  return (await db.select(columns).from(webhooks).where(byRef(webhooks, workspaceId, ref)))[0]
}

/** Locks the webhook until the transaction ends; deliveries to it are made and finished by whoever holds it. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<Webhook | undefined> {
  return (await db.select(columns).from(webhooks).where(byRef(webhooks, workspaceId, ref)).for('no key update'))[0]
}

/** With its secrets, for signing. */
export const findToSend = async (db: Db, workspaceId: string, id: string): Promise<(Webhook & Inside) | undefined> =>
  (await db.select({ ...columns, secret, previousSecret, position }).from(webhooks).where(byRef(webhooks, workspaceId, id)))[0]

export async function list (db: Db, workspaceId: string, query: SearchWebhooks): Promise<Page<Webhook>> {
  const where = [eq(webhooks.workspaceId, workspaceId), webhookFilters.where(query.filter)]
  return listPage({
    sorts, sort: query.sort, id: webhooks.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(webhooks).where(where).orderBy(order).limit(limit),
    total: () => db.$count(webhooks, and(...where)),
    toShape: row => row
  })
}

export const count = async (db: Db, workspaceId: string): Promise<number> => db.$count(webhooks, eq(webhooks.workspaceId, workspaceId))

export const insert = async (db: Db, workspaceId: string, webhook: CreateWebhook & { secret: string, position: number }): Promise<Webhook> =>
  withoutInside(await insertRow(db, webhooks, workspaceId, webhook))

export const update = async (db: Db, workspaceId: string, id: string, changes: Partial<Webhook & Inside>): Promise<Webhook> =>
  withoutInside(await updateRow(db, webhooks, workspaceId, id, changes))

/** Signs with a new secret, and with the one before until an instant. */
export const rotate = async (db: Db, workspaceId: string, id: string, secret: string, until: string): Promise<Webhook> =>
  withoutInside(await updateRow(db, webhooks, workspaceId, id, { secret, previousSecret: sql`${webhooks.secret}`, previousSecretUntil: until }))

/** Where the feed was left; no change of the webhook that anybody sees. */
export const moveTo = async (db: Db, workspaceId: string, id: string, sequence: number): Promise<unknown> =>
  rows(db, 'update webhooks set position = $3 where workspace_id = $1 and id = $2', [workspaceId, id, sequence])

export const remove = async (db: Db, workspaceId: string, id: string): Promise<unknown> =>
  rows(db, 'delete from webhooks where workspace_id = $1 and id = $2', [workspaceId, id])

export interface Behind { workspaceId: string, id: string, types: string[] | null, position: number }

/** Locks webhooks of any workspace that have not seen all events up to the horizon. */
export const holdBehind = async (db: Db, horizon: number, limit: number): Promise<Behind[]> => rows<Behind>(db,
  `select workspace_id as "workspaceId", id, types, position from webhooks w
   where disabled_at is null and exists (select 1 from events e
     where e.workspace_id = w.workspace_id and e.sequence > w.position and e.sequence <= $1)
   limit $2 for no key update skip locked`, [horizon, limit])
