import { operation, type Api } from '../../http/operation.js'
import { created, gone, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import {
  createTokenIssuer, deleteTokenIssuer, getTokenIssuer, listTokenIssuers, updateTokenIssuer, upsertTokenIssuer
} from './issuer.service.js'
import {
  CreateTokenIssuer, SearchTokenIssuers, TokenIssuer, TokenIssuerList, TokenIssuerQuery, UpdateTokenIssuer, UpsertedTokenIssuer, UpsertTokenIssuer
} from './issuer.shapes.js'

const tag = 'Token issuers'
const example = {
  issuer: 'https://login.example.com/', audience: 'supportops', subjectKind: 'contact', algorithms: ['RS256'],
  jwksUri: 'https://login.example.com/.well-known/jwks.json'
}

export function tokenIssuerRoutes (app: Api): void {
  app.get('/tokenIssuers', operation({
    id: 'listTokenIssuers', summary: 'List token issuers', tag, scope: 'workspace:read', query: TokenIssuerQuery, answer: TokenIssuerList
  }), async request => listTokenIssuers(request.ctx, request.query))

  app.post('/tokenIssuers/search', operation({
    id: 'searchTokenIssuers', summary: 'Search token issuers with a filter in the body', tag, scope: 'workspace:read', body: SearchTokenIssuers,
    answer: TokenIssuerList, graphql: 'tokenIssuers', example: { filter: { subjectKind: { eq: 'contact' } } }
  }), async request => listTokenIssuers(request.ctx, request.body))

  app.get('/tokenIssuers/:id', operation({
    id: 'getTokenIssuer', summary: 'Get a token issuer', tag, scope: 'workspace:read', params: RefParams, answer: TokenIssuer
  }), async request => getTokenIssuer(request.ctx, request.params.id))

  app.post('/tokenIssuers', operation({
    id: 'createTokenIssuer', summary: 'Believe an issuer of tokens', tag, scope: 'workspace:write', status: 201, body: CreateTokenIssuer, answer: TokenIssuer,
    description: 'Its tokens sign in agents, with the scopes of their role, or contacts, each for its own conversations. For agents it takes a caller with every scope.',
    example
  }), async (request, reply) => created(reply, '/v1/tokenIssuers', await createTokenIssuer(request.ctx, request.body)))

  app.patch('/tokenIssuers/:id', operation({
    id: 'updateTokenIssuer', summary: 'Change a token issuer', tag, scope: 'workspace:write', params: RefParams, body: UpdateTokenIssuer, answer: TokenIssuer,
    example: { algorithms: ['RS256', 'ES256'] }
  }), async request => updateTokenIssuer(request.ctx, request.params.id, request.body))

  app.put('/tokenIssuers/:id', operation({
    id: 'upsertTokenIssuer', summary: 'Create or change the token issuer with an external id', tag, scope: 'workspace:write', params: RefParams,
    body: UpsertTokenIssuer, answer: UpsertedTokenIssuer, also: [{ status: 201, description: 'Created.' }], example
  }), async (request, reply) => upserted(reply, await upsertTokenIssuer(request.ctx, request.params.id, request.body)))

  app.delete('/tokenIssuers/:id', operation({
    id: 'deleteTokenIssuer', summary: 'Believe an issuer no longer', tag, scope: 'workspace:write', params: RefParams, status: 204
  }), async (request, reply) => {
    await deleteTokenIssuer(request.ctx, request.params.id)
    return gone(reply)
  })
}
