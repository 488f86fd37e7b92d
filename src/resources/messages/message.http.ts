import { z } from 'zod'
import { operation, type Api } from '../../http/operation.js'
import { id } from '../../shapes.js'
import { publishNote, setCountsForService, setDelivery } from '../conversations/delivering.service.js'
import { getAttachment, getMessage, getMessageOriginal } from './message.service.js'
import { Message, MessageOriginal, PublishNote, SetCountsForService, SetDelivery } from './message.shapes.js'

const tag = 'Messages'
const params = z.object({ id: id().describe('The id.') })

export function messageRoutes (app: Api): void {
  app.get('/messages/:id', operation({
    id: 'getMessage', summary: 'Get a message', tag, scope: 'conversations:read', contact: true, params, answer: Message
  }), async request => getMessage(request.ctx, request.params.id))

  app.get('/messages/:id/original', operation({
    id: 'getMessageOriginal', summary: 'Get a message as it came', tag, scope: 'conversations:read', contact: true, params, answer: MessageOriginal,
    description: 'Not sanitised, with the quoted history. Never show this HTML.'
  }), async request => getMessageOriginal(request.ctx, request.params.id))

  app.post('/messages/:id/publish', operation({
    id: 'publishNote', summary: 'Make a note public', tag, scope: 'conversations:write', params, body: PublishNote.prefault({}), answer: Message, example: {},
    description: 'From that moment it is a reply.'
  }), async request => publishNote(request.ctx, request.params.id, request.body))

  app.post('/messages/:id/countsForService', operation({
    id: 'setCountsForService', summary: 'Say whether a message has to be answered', tag, scope: 'conversations:write', params, body: SetCountsForService,
    answer: Message, example: { counts: false, reason: 'only says thanks' }
  }), async request => setCountsForService(request.ctx, request.params.id, request.body))

  app.post('/messages/:id/delivery', operation({
    id: 'setDelivery', summary: 'Say how far a reply has come', tag, scope: 'conversations:write', params, body: SetDelivery, answer: Message,
    example: { state: 'delivered' }, description: 'For whoever delivers this channel\'s replies. A failed reply counts from then on as not sent.'
  }), async request => setDelivery(request.ctx, request.params.id, request.body))

  app.get('/attachments/:id', operation({
    id: 'getAttachment', summary: 'Get the bytes of an attachment', tag, scope: 'conversations:read', contact: true, params,
    answer: z.string(), produces: ['application/octet-stream'], graphql: { none: 'GraphQL has no bytes; it names the attachment.' }
  }), async (request, reply) => {
    const { filename, content } = await getAttachment(request.ctx, request.params.id)
    return reply.type('application/octet-stream')
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`).send(content)
  })
}
