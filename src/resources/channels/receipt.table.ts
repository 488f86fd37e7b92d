import { integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant } from '../../db/columns.js'

export const inboundReceipts = pgTable('inbound_receipts', {
  workspaceId: uuid('workspace_id').notNull(),
  id: uuid('id').notNull(),
  channelId: uuid('channel_id').notNull(),
  state: text('state').notNull(),
  contentType: text('content_type').notNull(),
  headers: jsonb('headers').$type<Record<string, string>>().notNull().default({}),
  payload: bytea('payload').notNull(),
  externalId: text('external_id'),
  messageId: uuid('message_id'),
  conversationId: uuid('conversation_id'),
  reason: text('reason'),
  attempts: integer('attempts').notNull().default(0),
  receivedAt: instant('received_at').notNull(),
  processedAt: instant('processed_at'),
  version: integer('version').notNull().default(1),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull()
})
