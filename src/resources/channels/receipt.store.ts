import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { receiptFilters, type InboundReceipt, type ReceiptQuery } from './receipt.shapes.js'
import { inboundReceipts } from './receipt.table.js'

const { workspaceId: _, payload, headers, ...plain } = getTableColumns(inboundReceipts)
const columns = { ...plain, size: sql<number>`length(${payload})`.as('size') }
export type ReceiptRow = typeof inboundReceipts.$inferSelect

const sorts: Record<string, Sort> = {
  receivedAtDesc: { column: inboundReceipts.receivedAt, field: 'receivedAt', direction: 'desc', cast: 'timestamptz' },
  receivedAtAsc: { column: inboundReceipts.receivedAt, field: 'receivedAt', direction: 'asc', cast: 'timestamptz' }
}

const named = (workspaceId: string, id: string) => and(eq(inboundReceipts.workspaceId, workspaceId), eq(inboundReceipts.id, id))

export const insert = async (db: Db, row: Omit<ReceiptRow, 'version' | 'attempts' | 'externalId' | 'messageId' | 'conversationId' | 'reason' | 'processedAt'>): Promise<unknown> =>
  db.insert(inboundReceipts).values(row)

export async function find (db: Db, workspaceId: string, id: string): Promise<InboundReceipt | undefined> {
  return (await db.select(columns).from(inboundReceipts).where(named(workspaceId, id)))[0] as InboundReceipt | undefined
}

export async function findPayload (db: Db, workspaceId: string, id: string): Promise<{ payload: Buffer, contentType: string } | undefined> {
  return (await db.select({ payload, contentType: inboundReceipts.contentType }).from(inboundReceipts).where(named(workspaceId, id)))[0]
}

/** The whole receipt, locked; undefined also when another process holds it. */
export async function hold (db: Db, workspaceId: string, id: string): Promise<ReceiptRow | undefined> {
  return (await db.select().from(inboundReceipts).where(named(workspaceId, id)).for('update'))[0]
}

export async function list (db: Db, workspaceId: string, query: ReceiptQuery): Promise<Page<InboundReceipt>> {
  const where = [
    eq(inboundReceipts.workspaceId, workspaceId),
    query.channelId ? eq(inboundReceipts.channelId, query.channelId) : undefined,
    query.state ? eq(inboundReceipts.state, query.state) : undefined,
    receiptFilters.where(query.filter)
  ]
  return listPage({
    sorts, sort: query.sort, id: inboundReceipts.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(inboundReceipts).where(where).orderBy(order).limit(limit),
    total: () => db.$count(inboundReceipts, and(...where)),
    toShape: row => row as InboundReceipt
  })
}

export async function update (db: Db, workspaceId: string, id: string, changes: Partial<ReceiptRow>): Promise<InboundReceipt> {
  const [row] = await db.update(inboundReceipts).set({ ...changes, version: sql`${inboundReceipts.version} + 1`, updatedAt: sql`now()` as never })
    .where(named(workspaceId, id)).returning(columns)
  return row as InboundReceipt
}

/** Receipts that somebody stored and did not come to work on: their process died in between. */
export const findStranded = async (db: Db, before: string, limit: number): Promise<Array<{ workspace_id: string, id: string }>> => rows(db,
  `select workspace_id, id from inbound_receipts where state = 'received' and received_at < $1
   order by received_at limit $2 for update skip locked`, [before, limit])
