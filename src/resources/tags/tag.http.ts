import { operation, type Api } from '../../http/operation.js'
import { created, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { archiveTag, createTag, getTag, listTags, unarchiveTag, updateTag, upsertTag } from './tag.service.js'
import { CreateTag, SearchTags, Tag, TagList, TagQuery, UpdateTag, UpsertedTag, UpsertTag } from './tag.shapes.js'

const tag = 'Tags'
const example = { name: 'refund', description: 'Money shall go back to the customer.', color: '#d94f4f' }

export function tagRoutes (app: Api): void {
  app.get('/tags', operation({
    id: 'listTags', summary: 'List tags', tag, scope: 'tags:read', query: TagQuery, answer: TagList
  }), async request => listTags(request.ctx, request.query))

  app.post('/tags/search', operation({
    id: 'searchTags', summary: 'Search tags with a filter in the body', tag, scope: 'tags:read', body: SearchTags, answer: TagList,
    graphql: 'tags', example: { filter: { name: { startsWith: 're' } } }
  }), async request => listTags(request.ctx, request.body))

  app.get('/tags/:id', operation({
    id: 'getTag', summary: 'Get a tag', tag, scope: 'tags:read', params: RefParams, answer: Tag
  }), async request => getTag(request.ctx, request.params.id))

  app.post('/tags', operation({
    id: 'createTag', summary: 'Create a tag', tag, scope: 'tags:write', status: 201, body: CreateTag, answer: Tag, example
  }), async (request, reply) => created(reply, '/v1/tags', await createTag(request.ctx, request.body)))

  app.patch('/tags/:id', operation({
    id: 'updateTag', summary: 'Change a tag', tag, scope: 'tags:write', params: RefParams, body: UpdateTag, answer: Tag,
    refusals: ['conflict'], example: { color: '#2f7d4f' }
  }), async request => updateTag(request.ctx, request.params.id, request.body))

  app.put('/tags/:id', operation({
    id: 'upsertTag', summary: 'Create or change the tag with an external id', tag, scope: 'tags:write', params: RefParams,
    body: UpsertTag, answer: UpsertedTag, also: [{ status: 201, description: 'Created.' }], refusals: ['conflict'], example
  }), async (request, reply) => upserted(reply, await upsertTag(request.ctx, request.params.id, request.body)))

  app.post('/tags/:id/archive', operation({
    id: 'archiveTag', summary: 'Archive a tag', tag, scope: 'tags:write', params: RefParams, answer: Tag,
    description: 'It can no longer be put on conversations; those that have it keep it.'
  }), async request => archiveTag(request.ctx, request.params.id))

  app.post('/tags/:id/unarchive', operation({
    id: 'unarchiveTag', summary: 'Take a tag back into use', tag, scope: 'tags:write', params: RefParams, answer: Tag
  }), async request => unarchiveTag(request.ctx, request.params.id))
}
