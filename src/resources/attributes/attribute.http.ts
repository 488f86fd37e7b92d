import { operation, type Api } from '../../http/operation.js'
import { created, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { archiveAttribute, createAttribute, getAttribute, listAttributes, unarchiveAttribute, updateAttribute, upsertAttribute } from './attribute.service.js'
import { Attribute, AttributeList, AttributeQuery, CreateAttribute, SearchAttributes, searchOfQuery, UpdateAttribute, UpsertAttribute, UpsertedAttribute } from './attribute.shapes.js'

const tag = 'Attributes'
const example = { on: 'contact', key: 'plan', name: 'Plan', type: 'choice', allowedValues: ['free', 'team', 'business'] }

export function attributeRoutes (app: Api): void {
  app.get('/attributes', operation({
    id: 'listAttributes', summary: 'List attributes', tag, scope: 'attributes:read', query: AttributeQuery, answer: AttributeList
  }), async request => listAttributes(request.ctx, searchOfQuery(request.query)))

  app.post('/attributes/search', operation({
    id: 'searchAttributes', summary: 'Search attributes with a filter in the body', tag, scope: 'attributes:read', body: SearchAttributes,
    answer: AttributeList, graphql: 'attributes', example: { filter: { on: { eq: 'contact' } } }
  }), async request => listAttributes(request.ctx, request.body))

  app.get('/attributes/:id', operation({
    id: 'getAttribute', summary: 'Get an attribute', tag, scope: 'attributes:read', params: RefParams, answer: Attribute
  }), async request => getAttribute(request.ctx, request.params.id))

  app.post('/attributes', operation({
    id: 'createAttribute', summary: 'Define an attribute', tag, scope: 'attributes:write', status: 201, body: CreateAttribute, answer: Attribute, example
  }), async (request, reply) => created(reply, '/v1/attributes', await createAttribute(request.ctx, request.body)))

  app.patch('/attributes/:id', operation({
    id: 'updateAttribute', summary: 'Change an attribute', tag, scope: 'attributes:write', params: RefParams, body: UpdateAttribute,
    answer: Attribute, example: { allowedValues: ['free', 'team', 'business', 'enterprise'] }
  }), async request => updateAttribute(request.ctx, request.params.id, request.body))

  app.put('/attributes/:id', operation({
    id: 'upsertAttribute', summary: 'Define or change the attribute with an external id', tag, scope: 'attributes:write', params: RefParams,
    body: UpsertAttribute, answer: UpsertedAttribute, also: [{ status: 201, description: 'Created.' }], refusals: ['conflict'], example
  }), async (request, reply) => upserted(reply, await upsertAttribute(request.ctx, request.params.id, request.body)))

  app.post('/attributes/:id/archive', operation({
    id: 'archiveAttribute', summary: 'Archive an attribute', tag, scope: 'attributes:write', params: RefParams, answer: Attribute,
    description: 'It can no longer be set; values that were set stay, and can be cleared.'
  }), async request => archiveAttribute(request.ctx, request.params.id))

  app.post('/attributes/:id/unarchive', operation({
    id: 'unarchiveAttribute', summary: 'Take an attribute back into use', tag, scope: 'attributes:write', params: RefParams, answer: Attribute
  }), async request => unarchiveAttribute(request.ctx, request.params.id))
}
