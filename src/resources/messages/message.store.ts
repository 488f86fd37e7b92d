import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { wideRows } from '../../db/wide.js'
import { messageShape, type MessageRow } from './message.row.js'
import { messageFilters, type Message, type MessageQuery } from './message.shapes.js'
import { attachments, messages } from './message.table.js'

const columns = Object.entries(getTableColumns(messages) as Record<string, PgColumn>)
const insertText = `insert into messages (${columns.map(([, column]) => column.name).join(', ')})
  values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`
const value = (column: PgColumn, given: unknown): unknown =>
  given !== null && column.getSQLType() === 'jsonb' ? JSON.stringify(given) : given

export const insert = async (db: Db, row: MessageRow): Promise<unknown> =>
  rows(db, insertText, columns.map(([name, column]) => value(column, row[name as keyof MessageRow])))

export interface NewAttachment { id: string, filename: string, contentType: string, content: Buffer }

export const insertAttachments = async (db: Db, workspaceId: string, messageId: string, files: readonly NewAttachment[]): Promise<unknown> => rows(db,
  `insert into attachments (workspace_id, message_id, id, filename, content_type, content)
   select $1, $2, * from unnest($3::uuid[], $4::text[], $5::text[], $6::bytea[])`,
  [workspaceId, messageId, files.map(file => file.id), files.map(file => file.filename), files.map(file => file.contentType), files.map(file => file.content)])

const selected = columns.map(([name, column]) => `m.${column.name} as "${name}"`).join(', ')
const wide = wideRows<MessageRow>(messages)

export async function find (db: Db, workspaceId: string, id: string): Promise<MessageRow | undefined> {
  return (await wide(db, `select ${selected} from messages m where m.workspace_id = $1 and m.id = $2`, [workspaceId, id]))[0]
}

export const findMany = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<MessageRow[]> =>
  wide(db, `select ${selected} from messages m where m.workspace_id = $1 and m.id = any($2)`, [workspaceId, ids])

/** The message that the provider knows by this id on this channel. */
export async function findByExternalId (db: Db, workspaceId: string, channelId: string, externalId: string): Promise<MessageRow | undefined> {
  return (await wide(db, `select ${selected} from messages m
    where m.workspace_id = $1 and m.channel_id = $2 and m.external_id = $3`, [workspaceId, channelId, externalId]))[0]
}

/** The reply that the provider knows by this id. */
export async function findByProviderId (db: Db, workspaceId: string, channelId: string, providerMessageId: string): Promise<MessageRow | undefined> {
  return (await wide(db, `select ${selected} from messages m
    where m.workspace_id = $1 and m.channel_id = $2 and m.provider_message_id = $3`, [workspaceId, channelId, providerMessageId]))[0]
}

const sorts: Record<string, Sort> = {
  occurredAtAsc: { column: messages.occurredAt, field: 'occurredAt', direction: 'asc', cast: 'timestamptz' },
  occurredAtDesc: { column: messages.occurredAt, field: 'occurredAt', direction: 'desc', cast: 'timestamptz' }
}

export async function list (db: Db, workspaceId: string, conversationId: string, query: MessageQuery, publicOnly: boolean): Promise<Page<Message>> {
  const where = [
    eq(messages.workspaceId, workspaceId), eq(messages.conversationId, conversationId),
    messageFilters.where(query.filter),
    publicOnly ? sql`${messages.kind} <> 'note'` : undefined
  ]
  return listPage({
    sorts, sort: query.sort, id: messages.id, request: query, where,
    read: async (where, order, limit) => db.select().from(messages).where(where).orderBy(order).limit(limit),
    total: () => db.$count(messages, and(...where)),
    toShape: messageShape
  })
}

export async function update (db: Db, row: MessageRow, changes: Partial<MessageRow>, now: string): Promise<MessageRow> {
  const [changed] = await db.update(messages).set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(and(eq(messages.workspaceId, row.workspaceId), eq(messages.id, row.id))).returning()
  return changed!
}

export interface StoredFile { filename: string, contentType: string, content: Buffer, conversationId: string, kind: string }

export async function findAttachment (db: Db, workspaceId: string, id: string): Promise<StoredFile | undefined> {
  return (await db.select({
    filename: attachments.filename, contentType: attachments.contentType, content: attachments.content,
    conversationId: messages.conversationId, kind: messages.kind
  }).from(attachments)
    .innerJoin(messages, and(eq(messages.workspaceId, attachments.workspaceId), eq(messages.id, attachments.messageId)))
    .where(and(eq(attachments.workspaceId, workspaceId), eq(attachments.id, id))))[0]
}

/** Whether a conversation is this contact's own. */
export async function isContacts (db: Db, workspaceId: string, conversationId: string, contactId: string): Promise<boolean> {
  const found = await rows(db, 'select 1 from conversations where workspace_id = $1 and id = $2 and contact_id = $3', [workspaceId, conversationId, contactId])
  return found.length > 0
}

/** The latest 100 of each conversation, oldest first; for a contact only the public ones of its own. */
export const latestOf = async (db: Db, workspaceId: string, conversationIds: readonly string[], contactId: string | null): Promise<MessageRow[]> =>
  wide(db, `select ${selected} from conversations c cross join lateral (
      select * from messages m where m.workspace_id = c.workspace_id and m.conversation_id = c.id and ($3::uuid is null or m.kind <> 'note')
      order by m.occurred_at desc, m.id desc limit 100) m
    where c.workspace_id = $1 and c.id = any($2) and ($3::uuid is null or c.contact_id = $3)
    order by m.conversation_id, m.occurred_at, m.id`, [workspaceId, conversationIds, contactId])
