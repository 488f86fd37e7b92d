import { z } from 'zod'
import { choiceCondition, filters, IdCondition, on, TextCondition, TimeCondition } from '../../db/filter.js'
import { at, choice, id, input, jsonParameter, listOf, pageQuery, shape } from '../../shapes.js'
import { Message } from '../messages/message.shapes.js'
import { inboundReceipts } from './receipt.table.js'

export const ReceiptState = choice('ReceiptState', 'received: stored, not worked on yet; processed: became a message, or told of a delivery; failed: could not be processed, may be retried; ignored: nothing to do with it.',
  ['received', 'processed', 'failed', 'ignored'])

export const InboundReceipt = shape('InboundReceipt', 'What a hook was sent, kept as it came before anything was made of it.', {
  id: id().describe('Made by the server, UUIDv7.'),
  version: z.int().describe('Counts the changes; it is the ETag, and what If-Match and ifVersion name.'),
  createdAt: at().describe('When it was stored.'),
  updatedAt: at().describe('When it last changed.'),
  channelId: id().describe('The channel whose hook took it.'),
  state: ReceiptState.describe('What became of it.'),
  contentType: z.string().describe('Its media type, as it was sent.'),
  size: z.int().describe('Its size in bytes.'),
  externalId: z.string().nullable().describe('The provider\'s id of the message; null while it could not be read.'),
  messageId: id().nullable().describe('The message that it became; of a duplicate, the first one\'s.'),
  conversationId: id().nullable().describe('The conversation of that message.'),
  reason: z.string().nullable().describe('Why it failed or was ignored.'),
  attempts: z.int().describe('How often it was tried.'),
  receivedAt: at().describe('When it came.'),
  processedAt: at().nullable().describe('When it was processed.')
})
export type InboundReceipt = z.output<typeof InboundReceipt>

export const InboundResult = shape('InboundResult', 'What a message that was pushed in has become.', {
  message: Message.describe('The message.') as unknown as typeof Message,
  conversationId: id().describe('Its conversation: found, reopened or new.'),
  contactId: id().nullable().describe('Its contact: found or new.'),
  duplicate: z.boolean().describe('Whether it had come before; then this is the first result.')
})

export const receiptFilters = filters('InboundReceipt', {
  channelId: on(IdCondition, inboundReceipts.channelId),
  state: on(choiceCondition('ReceiptState', ReceiptState), inboundReceipts.state),
  externalId: on(TextCondition, inboundReceipts.externalId),
  messageId: on(IdCondition, inboundReceipts.messageId),
  receivedAt: on(TimeCondition, inboundReceipts.receivedAt)
})
export const ReceiptSort = choice('InboundReceiptSort', 'How receipts are sorted; ties by id.', ['receivedAtDesc', 'receivedAtAsc'])
const sort = ReceiptSort.default('receivedAtDesc').describe('How they are sorted; ties by id.')
export const ReceiptQuery = z.object({
  ...pageQuery,
  sort,
  channelId: id().optional().describe('Only of this channel.'),
  state: ReceiptState.optional().describe('Only in this state.'),
  filter: jsonParameter(receiptFilters.shape).optional().describe('An InboundReceiptFilter as JSON.')
})
export const SearchReceipts = input('SearchInboundReceipts', 'A search among receipts.', {
  limit: z.int().min(1).max(100).default(25).describe('How many at most, 1 to 100.'),
  after: z.string().max(1000).optional().describe('The `endCursor` of the page before.'),
  count: z.boolean().default(false).describe('Whether to count all that match.'),
  sort,
  filter: receiptFilters.shape.optional().describe('Which receipts.')
})
export type ReceiptQuery = Partial<z.output<typeof ReceiptQuery>> & z.output<typeof SearchReceipts>
export const ReceiptList = listOf('InboundReceipt', InboundReceipt)
