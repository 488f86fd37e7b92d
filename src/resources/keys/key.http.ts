import { operation, type Api } from '../../http/operation.js'
import { created } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { createKey, getKey, listKeys, revokeKey, rotateKey, updateKey } from './key.service.js'
import { ApiKey, CreateKey, KeyList, KeyQuery, NewKey, SearchKeys, UpdateKey } from './key.shapes.js'

const tag = 'API keys'

export function keyRoutes (app: Api): void {
  app.get('/keys', operation({
    id: 'listKeys', summary: 'List API keys', tag, scope: 'keys:read', query: KeyQuery, answer: KeyList
  }), async request => listKeys(request.ctx, request.query))

  app.post('/keys/search', operation({
    id: 'searchKeys', summary: 'Search API keys with a filter in the body', tag, scope: 'keys:read', body: SearchKeys, answer: KeyList,
    graphql: 'keys', example: { filter: { lastUsedAt: { isNull: true } } }
  }), async request => listKeys(request.ctx, request.body))

  app.get('/keys/:id', operation({
    id: 'getKey', summary: 'Get an API key, without its secret', tag, scope: 'keys:read', params: RefParams, answer: ApiKey
  }), async request => getKey(request.ctx, request.params.id))

  app.post('/keys', operation({
    id: 'createKey', summary: 'Create an API key', tag, scope: 'keys:write', status: 201, body: CreateKey, answer: NewKey,
    description: 'Its secret is in this answer, and shown this once. A caller can only grant scopes that it has.',
    example: { name: 'Chat widget', scopes: ['inbound:write', 'conversations:read'], expiresAt: '2099-01-01T00:00:00.000Z' }
  }), async (request, reply) => created(reply, '/v1/keys', await createKey(request.ctx, request.body)))

  app.patch('/keys/:id', operation({
    id: 'updateKey', summary: 'Change an API key\'s name or scopes', tag, scope: 'keys:write', params: RefParams, body: UpdateKey, answer: ApiKey,
    example: { name: 'Chat widget of the shop' }
  }), async request => updateKey(request.ctx, request.params.id, request.body))

  app.post('/keys/:id/rotate', operation({
    id: 'rotateKey', summary: 'Give an API key a new secret', tag, scope: 'keys:write', params: RefParams, answer: NewKey,
    description: 'The one before stops working, at once in this process and within five seconds in others.'
  }), async request => rotateKey(request.ctx, request.params.id))

  app.post('/keys/:id/revoke', operation({
    id: 'revokeKey', summary: 'Revoke an API key', tag, scope: 'keys:write', params: RefParams, answer: ApiKey,
    description: 'It stops working, at once in this process and within five seconds in others, and cannot be taken back into use.'
  }), async request => revokeKey(request.ctx, request.params.id))
}
