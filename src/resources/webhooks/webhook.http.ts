import { operation, type Api } from '../../http/operation.js'
import { created, gone } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import {
  createWebhook, deleteWebhook, disableWebhook, enableWebhook, getWebhook, getWebhookDelivery, listWebhookDeliveries, listWebhooks,
  redeliverWebhook, replayWebhook, rotateWebhookSecret, updateWebhook
} from './webhook.service.js'
import {
  CreateWebhook, ReplayWebhook, SearchWebhooks, searchOfQuery, UpdateWebhook, Webhook, WebhookDelivery, WebhookDeliveryList,
  WebhookDeliveryParams, WebhookDeliveryQuery, WebhookList, WebhookQuery, WebhookWithSecret
} from './webhook.shapes.js'

const tag = 'Webhooks'
const example = { url: 'https://crm.example.com/supportops', description: 'Keeps the CRM up to date.', types: ['contact.created', 'contact.updated'] }

export function webhookRoutes (app: Api): void {
  app.get('/webhooks', operation({
    id: 'listWebhooks', summary: 'List webhooks', tag, scope: 'webhooks:read', query: WebhookQuery, answer: WebhookList
  }), async request => listWebhooks(request.ctx, searchOfQuery(request.query)))

  app.post('/webhooks/search', operation({
    id: 'searchWebhooks', summary: 'Search webhooks with a filter in the body', tag, scope: 'webhooks:read', body: SearchWebhooks, answer: WebhookList,
    graphql: 'webhooks', example: { filter: { disabledAt: { isNull: true } } }
  }), async request => listWebhooks(request.ctx, request.body))

  app.get('/webhooks/:id', operation({
    id: 'getWebhook', summary: 'Get a webhook', tag, scope: 'webhooks:read', params: RefParams, answer: Webhook
  }), async request => getWebhook(request.ctx, request.params.id))

  app.post('/webhooks', operation({
    id: 'createWebhook', summary: 'Create a webhook', tag, scope: 'webhooks:write', status: 201, body: CreateWebhook, answer: WebhookWithSecret, example,
    description: 'It is sent what happens from now on, signed as Standard Webhooks says: `webhook-id` (the event\'s id), `webhook-timestamp`, ' +
      '`webhook-signature`. At least once, and in order for each subject; another subject never waits. An answer of 2xx within 10 s is ' +
      'success; else it is tried 10 more times within about 28 hours, then the webhook is disabled (`webhook.disabled`). The secret is shown this once.'
  }), async (request, reply) => created(reply, '/v1/webhooks', await createWebhook(request.ctx, request.body)))

  app.patch('/webhooks/:id', operation({
    id: 'updateWebhook', summary: 'Change a webhook', tag, scope: 'webhooks:write', params: RefParams, body: UpdateWebhook, answer: Webhook,
    example: { types: null }
  }), async request => updateWebhook(request.ctx, request.params.id, request.body))

  app.delete('/webhooks/:id', operation({
    id: 'deleteWebhook', summary: 'Delete a webhook and the log of its deliveries', tag, scope: 'webhooks:write', params: RefParams, status: 204
  }), async (request, reply) => {
    await deleteWebhook(request.ctx, request.params.id)
    return gone(reply)
  })

  verbRoutes(app)
  deliveryRoutes(app)
}

function verbRoutes (app: Api): void {
  app.post('/webhooks/:id/rotateSecret', operation({
    id: 'rotateWebhookSecret', summary: 'Sign with a new secret', tag, scope: 'webhooks:write', params: RefParams, answer: WebhookWithSecret,
    description: 'For another 24 hours the one before signs too. The new one is shown this once.'
  }), async request => rotateWebhookSecret(request.ctx, request.params.id))

  app.post('/webhooks/:id/disable', operation({
    id: 'disableWebhook', summary: 'Stop sending', tag, scope: 'webhooks:write', params: RefParams, answer: Webhook,
    description: 'Events wait until it is enabled.'
  }), async request => disableWebhook(request.ctx, request.params.id))

  app.post('/webhooks/:id/enable', operation({
    id: 'enableWebhook', summary: 'Send again, from where it was left', tag, scope: 'webhooks:write', params: RefParams, answer: Webhook
  }), async request => enableWebhook(request.ctx, request.params.id))

  app.post('/webhooks/:id/replay', operation({
    id: 'replayWebhook', summary: 'Send the events behind a cursor again', tag, scope: 'webhooks:write', params: RefParams, body: ReplayWebhook,
    answer: Webhook, example: { after: '0' }
  }), async request => replayWebhook(request.ctx, request.params.id, request.body.after))
}

function deliveryRoutes (app: Api): void {
  app.get('/webhookDeliveries', operation({
    id: 'listWebhookDeliveries', summary: 'List deliveries, newest first, with their attempts', tag, scope: 'webhooks:read',
    query: WebhookDeliveryQuery, answer: WebhookDeliveryList
  }), async request => listWebhookDeliveries(request.ctx, request.query))

  app.get('/webhookDeliveries/:id', operation({
    id: 'getWebhookDelivery', summary: 'Get a delivery with its attempts', tag, scope: 'webhooks:read', params: WebhookDeliveryParams, answer: WebhookDelivery
  }), async request => getWebhookDelivery(request.ctx, request.params.id))

  app.post('/webhookDeliveries/:id/redeliver', operation({
    id: 'redeliverWebhook', summary: 'Try a delivery again at once', tag, scope: 'webhooks:write', params: WebhookDeliveryParams,
    answer: WebhookDelivery, description: 'Also one that was delivered.'
  }), async request => redeliverWebhook(request.ctx, request.params.id))
}
