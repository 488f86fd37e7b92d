import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Services } from '../../context.js'
import { operation, type Api } from '../../http/operation.js'
import { id, RefParams } from '../../shapes.js'
import { InboundMessage } from './inbound/inbound.shapes.js'
import { getReceipt, getReceiptPayload, listReceipts, pushMessage, retryReceipt, takeHook, type HookCall } from './receipt.service.js'
import { InboundReceipt, InboundResult, ReceiptList, ReceiptQuery, SearchReceipts } from './receipt.shapes.js'

const tag = 'Inbound'
const params = z.object({ id: id().describe('The receipt.') })
const megabyte = 1_048_576
const example = {
  externalId: 'm-1', externalThreadId: 't-9', inReplyTo: null, sentAt: '2026-03-02T09:30:00.000Z',
  from: { name: 'Ada', email: 'ada@example.com', phone: null, handle: null, externalId: 'crm-42' },
  subject: 'Order 3348', text: 'It has not arrived', html: null, attachments: [], attributes: {}
}

export function receiptRoutes (app: Api): void {
  app.post('/channels/:id/messages', {
    bodyLimit: 40 * megabyte,
    ...operation({
      id: 'pushMessage', summary: 'Push a customer\'s message into a channel', tag, scope: 'inbound:write', params: RefParams, status: 201, body: InboundMessage,
      answer: InboundResult, also: [{ status: 200, description: 'It had come before; this is the first result.' }], example,
      description: 'Its contact is found or made, its conversation found, reopened or made. However often and in whatever order messages come, each is there once. Up to 40 MiB.'
    })
  }, async (request, reply) => {
    const result = await pushMessage(request.ctx, request.params.id, request.body)
    return reply.code(result.duplicate ? 200 : 201).header('location', `/v1/messages/${result.message.id}`).send(result)
  })

  app.get('/inboundReceipts', operation({
    id: 'listInboundReceipts', summary: 'List what hooks were sent', tag, scope: 'channels:read', query: ReceiptQuery, answer: ReceiptList
  }), async request => listReceipts(request.ctx, request.query))

  app.post('/inboundReceipts/search', operation({
    id: 'searchInboundReceipts', summary: 'Search what hooks were sent', tag, scope: 'channels:read', body: SearchReceipts, answer: ReceiptList,
    graphql: 'inboundReceipts', example: { filter: { state: { eq: 'failed' } } }
  }), async request => listReceipts(request.ctx, request.body))

  app.get('/inboundReceipts/:id', operation({
    id: 'getInboundReceipt', summary: 'Get a receipt', tag, scope: 'channels:read', params, answer: InboundReceipt
  }), async request => getReceipt(request.ctx, request.params.id))

  app.get('/inboundReceipts/:id/payload', operation({
    id: 'getInboundReceiptPayload', summary: 'Get a payload as it came', tag, scope: 'channels:read', params, answer: z.string(),
    produces: ['application/octet-stream'], graphql: { none: 'GraphQL has no bytes.' }
  }), async (request, reply) => {
    const { payload } = await getReceiptPayload(request.ctx, request.params.id)
    return reply.type('application/octet-stream').header('content-disposition', 'attachment').send(payload)
  })

  app.post('/inboundReceipts/:id/retry', operation({
    id: 'retryInboundReceipt', summary: 'Work once more on a receipt that failed', tag, scope: 'channels:write', params, answer: InboundReceipt, refusals: ['conflict']
  }), async request => retryReceipt(request.ctx, request.params.id))
}

const keptHeaders = new Set(['content-type', 'user-agent', 'x-envelope-from', 'x-envelope-to', 'date'])

const postmark = {
  MessageID: '22c74902-a0c1-4511-804f-341342852c90', Date: 'Mon, 2 Mar 2026 09:30:00 +0000', Subject: 'Order 3348', TextBody: 'It has not arrived',
  FromFull: { Email: 'ada@example.com', Name: 'Ada' }, ToFull: [{ Email: 'help@example.com', Name: '' }], Headers: [{ Name: 'Message-ID', Value: '<m-1@example.com>' }]
}
const hook = operation({
  id: 'takeHook', summary: 'Post what a provider sends of its own accord', tag, scope: null, status: 200, answer: InboundReceipt,
  params: z.object({ channelId: z.string().max(100).describe('The channel.') }),
  query: z.looseObject({ secret: z.string().max(500).optional().describe('The hook\'s secret, for providers that can send neither header.') }),
  consumes: ['application/json', 'message/rfc822'], refusals: ['unauthenticated', 'tooLarge'], graphql: { none: 'A provider posts what it has.' }, example: postmark,
  also: [{ status: 202, description: 'Kept, but not made a message of: its `state` and `reason` say why, and it can be tried again.' }],
  description: 'In the provider\'s own form, by the channel\'s `provider`: Postmark\'s inbound JSON, or an e-mail as it is (RFC 5322). Needs the hook\'s secret (`rotateHookSecret`) as ' +
    'the password of basic authentication, as the header `X-Webhook-Secret`, or in the address. It is kept before it is parsed; a duplicate gives the first result. Up to 40 MiB.'
})

/** The hooks that providers post to: the body is kept as bytes, whatever its type. */
export function hookRoutes (app: Api, services: Services): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 40 * megabyte }, (_request, body, done) => done(null, body))
  app.post('/hooks/:channelId', { ...hook, config: { ...hook.config, ownSecret: true } }, async (request, reply) => {
    const receipt = await takeHook(services, request.id, request.params.channelId, callOf(request, request.query.secret))
    return reply.code(receipt.state === 'processed' ? 200 : 202).send(receipt)
  })
}

/** What a provider sent, as it came. */
const callOf = ({ headers, body }: Pick<FastifyRequest, 'headers' | 'body'>, querySecret: string | undefined): HookCall => ({
  contentType: headers['content-type'] ?? 'application/octet-stream',
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => keptHeaders.has(name)).map(([name, value]) => [name, String(value)])),
  payload: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  secrets: { authorization: headers.authorization, webhookSecret: headers['x-webhook-secret'], querySecret }
})
