import { allowContact, reading, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { notFound } from '../../errors.js'
import { messageShape, type MessageRow } from './message.row.js'
import type { Message, MessageQuery } from './message.shapes.js'
import type { NewAttachment, StoredFile } from './message.store.js'
import * as store from './message.store.js'

/* Verbs that change a conversation through a message stand beside the conversation. */

/* For verbs inside their transaction, which asked for permission: */

const workspaceOf = (ctx: Context): string => {
  if (!ctx.transaction || !ctx.caller) throw new Error('Only inside a verb\'s transaction')
  return ctx.caller.workspaceId
}

/** The message that a channel knows by an external id; null when there is none. */
export async function messageByExternalId (ctx: Context, channelId: string, externalId: string): Promise<Message | null> {
  const row = await store.findByExternalId(ctx.db, workspaceOf(ctx), channelId, externalId)
  return row ? messageShape(row) : null
}

/** The reply that a provider knows by its own id. */
export const messageByProviderId = async (ctx: Context, channelId: string, providerMessageId: string): Promise<MessageRow | undefined> =>
  store.findByProviderId(ctx.db, workspaceOf(ctx), channelId, providerMessageId)

/** The row of a message. */
export async function messageRow (ctx: Context, id: string): Promise<MessageRow> {
  const row = await store.find(ctx.db, workspaceOf(ctx), id)
  if (!row) throw notFound('Message')
  return row
}

/** Writes a message and its files; to be sent together with what it changes. */
export function writeMessage (ctx: Context, row: MessageRow, files: readonly NewAttachment[]): Array<Promise<unknown>> {
  return [
    store.insert(ctx.db, row),
    ...(files.length ? [store.insertAttachments(ctx.db, row.workspaceId, row.id, files)] : [])
  ]
}

export const changeMessage = store.update

/* Reads. */

/** The row of a message that the caller may see: a contact only the public ones of its own conversations. */
async function visibleMessage (ctx: Context, id: string): Promise<MessageRow> {
  const { workspaceId, contactId } = allowContact(ctx, 'conversations:read')
  const row = await reading(store.find(ctx.db, workspaceId, id))
  if (!row || (contactId && (row.kind === 'note' || !await store.isContacts(ctx.db, workspaceId, row.conversationId, contactId)))) throw notFound('Message')
  return row
}

export const getMessage = async (ctx: Context, id: string): Promise<Message> => messageShape(await visibleMessage(ctx, id))

export async function getMessageOriginal (ctx: Context, id: string): Promise<{ id: string, text: string, html: string | null }> {
  const row = await visibleMessage(ctx, id)
  return { id: row.id, text: row.fullText ?? row.text, html: row.html }
}

export async function getAttachment (ctx: Context, id: string): Promise<StoredFile> {
  const { workspaceId, contactId } = allowContact(ctx, 'conversations:read')
  const file = await reading(store.findAttachment(ctx.db, workspaceId, id))
  if (!file || (contactId && (file.kind === 'note' || !await store.isContacts(ctx.db, workspaceId, file.conversationId, contactId)))) throw notFound('Attachment')
  return file
}

/** The messages of a conversation that the caller was found to be allowed to see. */
export async function messagesOf (ctx: Context, conversationId: string, query: MessageQuery): Promise<Page<Message>> {
  const { workspaceId, contactId } = allowContact(ctx, 'conversations:read')
  return reading(store.list(ctx.db, workspaceId, conversationId, query, contactId !== null))
}

/** Those of the ids that exist, in no order. */
export async function messagesById (ctx: Context, ids: readonly string[]): Promise<Message[]> {
  const { workspaceId, contactId } = allowContact(ctx, 'conversations:read')
  const found = await reading(store.findMany(ctx.db, workspaceId, ids))
  return found.filter(row => !contactId || row.kind !== 'note').map(messageShape)
}

/** The latest 100 messages of each conversation, oldest first. */
export async function latestMessagesOf (ctx: Context, conversationIds: readonly string[]): Promise<Map<string, Message[]>> {
  const { workspaceId, contactId } = allowContact(ctx, 'conversations:read')
  const found = await reading(store.latestOf(ctx.db, workspaceId, conversationIds, contactId))
  const byConversation = new Map<string, Message[]>()
  for (const row of found) {
    const list = byConversation.get(row.conversationId) ?? []
    list.push(messageShape(row))
    byConversation.set(row.conversationId, list)
  }
  return byConversation
}
