import { z } from 'zod'
import { operation, type Api } from '../../http/operation.js'
import { created, gone, raw, rawPage, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { MessageList, MessageQuery } from '../messages/message.shapes.js'
import {
  createConversation, getConversation, listConversations, listMessages, updateConversation, upsertConversation
} from './conversation.service.js'
import {
  Conversation, ConversationList, ConversationQuery, CreateConversation, expandParameter, SearchConversations, UpdateConversation,
  UpsertConversation, UpsertedConversation
} from './conversation.shapes.js'
import { deleteConversation } from './merging.service.js'

const tag = 'Conversations'
const path = '/v1/conversations'
const channelId = '01930000-0000-7000-8000-000000000001'
const example = { channelId, contactId: '01930000-0000-7000-8000-000000000002', subject: 'Order 3348', priority: 'high' }

export function conversationRoutes (app: Api): void {
  app.get('/conversations', operation({
    id: 'listConversations', summary: 'List conversations', tag, scope: 'conversations:read', contact: true, query: ConversationQuery, answer: ConversationList,
    description: 'A contact\'s token lists its own.'
  }), async (request, reply) => rawPage(reply, await listConversations(request.ctx, request.query)))

  app.post('/conversations/search', operation({
    id: 'searchConversations', summary: 'Search conversations with a filter in the body', tag, scope: 'conversations:read', contact: true,
    body: SearchConversations, answer: ConversationList, graphql: 'conversations', example: { filter: { status: { in: ['new', 'open'] } }, sort: 'waitingSinceAsc' }
  }), async (request, reply) => rawPage(reply, await listConversations(request.ctx, request.body)))

  app.get('/conversations/:id', operation({
    id: 'getConversation', summary: 'Get a conversation', tag, scope: 'conversations:read', contact: true, params: RefParams,
    query: z.object({ expand: expandParameter }), answer: Conversation,
    description: 'A merged one is answered for by the one that it was merged into; Content-Location names that.'
  }), async (request, reply) => raw(reply, path, await getConversation(request.ctx, request.params.id, request.query.expand)))

  app.post('/conversations', operation({
    id: 'createConversation', summary: 'Create a conversation', tag, scope: 'conversations:write', contact: true, status: 201, body: CreateConversation,
    answer: Conversation, example, description: 'A contact\'s token creates its own.'
  }), async (request, reply) => created(reply, path, await createConversation(request.ctx, request.body)))

  app.patch('/conversations/:id', operation({
    id: 'updateConversation', summary: 'Change a conversation', tag, scope: 'conversations:write', params: RefParams, body: UpdateConversation,
    answer: Conversation, example: { subject: 'Order 3348: where is it?', attributes: { orderNumber: '3348' } }
  }), async request => updateConversation(request.ctx, request.params.id, request.body))

  app.put('/conversations/:id', operation({
    id: 'upsertConversation', summary: 'Create or change the conversation with an external id', tag, scope: 'conversations:write', params: RefParams,
    body: UpsertConversation, answer: UpsertedConversation, also: [{ status: 201, description: 'Created.' }], refusals: ['conflict'], example
  }), async (request, reply) => upserted(reply, await upsertConversation(request.ctx, request.params.id, request.body)))

  app.delete('/conversations/:id', operation({
    id: 'deleteConversation', summary: 'Delete a conversation', tag, scope: 'conversations:write', params: RefParams, status: 204,
    description: 'It leaves every list and every metric, for good.'
  }), async (request, reply) => {
    await deleteConversation(request.ctx, request.params.id)
    return gone(reply)
  })

  app.get('/conversations/:id/messages', operation({
    id: 'listMessages', summary: 'List the messages of a conversation', tag, scope: 'conversations:read', contact: true, params: RefParams, query: MessageQuery,
    answer: MessageList, description: 'A contact\'s token sees no notes.'
  }), async request => listMessages(request.ctx, request.params.id, request.query))
}
