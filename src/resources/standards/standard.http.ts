import { operation, type Api } from '../../http/operation.js'
import { created, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { previewPublication } from './publication-preview.service.js'
import { PublicationPreview } from './publication-preview.shapes.js'
import { publishStandard, reorderStandards } from './publishing.service.js'
import { archiveStandard, createStandard, getStandard, getStandardVersion, listStandards, listStandardVersions, updateStandard, upsertStandard } from './standard.service.js'
import {
  ArchiveStandard, CreateStandard, PublishStandard, ReorderedStandards, ReorderStandards, SearchStandards, searchOfQuery, Standard, StandardList, StandardQuery, StandardVersion,
  StandardVersionList, StandardVersionParams, StandardVersionQuery, UpdateStandard, UpsertedStandard, UpsertStandard
} from './standard.shapes.js'

const tag = 'Service standards'
const example = {
  name: 'Everybody hears back', statement: 'Every customer hears back from a human being within two hours.', value: 'responsiveness', audience: 'public',
  default: true,
  targets: [{ kind: 'firstReply', seconds: { low: 14_400, normal: 7200, high: 7200, urgent: 900 }, warnAt: { share: 0.8 } }],
  checklist: [{ name: 'Answers the question', weight: 3 }, { name: 'Says what happens next', description: 'And by when.', weight: 1 }],
  metricTarget: { metric: 'csatScore', comparison: 'atLeast', value: 0.9, period: 'quarter' }
}
const changes = {
  default: false,
  condition: { and: [{ field: 'channelKind', in: ['email', 'form'] }, { not: { field: 'tier', in: ['free'] } }] }
}

export function standardRoutes (app: Api): void {
  app.get('/standards', operation({
    id: 'listStandards', summary: 'List service standards', tag, scope: 'standards:read', query: StandardQuery, answer: StandardList
  }), async request => listStandards(request.ctx, searchOfQuery(request.query)))

  app.post('/standards/search', operation({
    id: 'searchStandards', summary: 'Search service standards with a filter in the body', tag, scope: 'standards:read', body: SearchStandards,
    answer: StandardList, graphql: 'standards', example: { filter: { audience: { eq: 'public' } } }
  }), async request => listStandards(request.ctx, request.body))

  app.get('/standards/:id', operation({
    id: 'getStandard', summary: 'Get a service standard', tag, scope: 'standards:read', params: RefParams, answer: Standard
  }), async request => getStandard(request.ctx, request.params.id))

  app.post('/standards', operation({
    id: 'createStandard', summary: 'Write a service standard', tag, scope: 'standards:write', status: 201, body: CreateStandard, answer: Standard,
    description: 'It is a draft at first, and comes after all others.', example
  }), async (request, reply) => created(reply, '/v1/standards', await createStandard(request.ctx, request.body)))

  app.patch('/standards/:id', operation({
    id: 'updateStandard', summary: 'Change a service standard\'s draft', tag, scope: 'standards:write', params: RefParams, body: UpdateStandard, answer: Standard,
    description: 'What is published stays in force as it is until the draft is published.', example: changes
  }), async request => updateStandard(request.ctx, request.params.id, request.body))

  app.put('/standards/:id', operation({
    id: 'upsertStandard', summary: 'Write the service standard with an external id', tag, scope: 'standards:write', params: RefParams,
    body: UpsertStandard, answer: UpsertedStandard, also: [{ status: 201, description: 'Created.' }], example
  }), async (request, reply) => upserted(reply, await upsertStandard(request.ctx, request.params.id, request.body)))

  verbRoutes(app)
  versionRoutes(app)
}

function verbRoutes (app: Api): void {
  app.post('/standards/:id/publish', operation({
    id: 'publishStandard', summary: 'Put a draft in force', tag, scope: 'standards:write', params: RefParams, body: PublishStandard, answer: Standard,
    description: 'A standard that promises nothing that can be checked is refused. How far it has been applied to conversations: GET /v1/standards/publicationProgress.', example: { apply: 'keep' }
  }), async request => publishStandard(request.ctx, request.params.id, request.body))

  app.post('/standards/:id/previewPublication', operation({
    id: 'previewPublication', summary: 'Count what publishing a draft would change', tag, scope: 'standards:read', params: RefParams, answer: PublicationPreview,
    description: 'How many open clocks would stay, change over, end or come to be if the draft were published now, with `keep` and with `reapply`. Nothing is changed. ' +
      'Where more than 20,000 conversations are open it is refused with `tooComplex`: run a backtest instead.', refusals: ['conflict', 'tooComplex']
  }), async request => previewPublication(request.ctx, request.params.id))

  app.post('/standards/:id/archive', operation({
    id: 'archiveStandard', summary: 'Take a service standard out of force', tag, scope: 'standards:write', params: RefParams, body: ArchiveStandard.prefault({}), answer: Standard,
    example: {},
    description: 'For good; everything that it promised is kept. The next standard that fits takes over.'
  }), async request => archiveStandard(request.ctx, request.params.id, request.body))

  app.post('/standards/reorder', operation({
    id: 'reorderStandards', summary: 'Put all service standards in another order', tag, scope: 'standards:write', body: ReorderStandards, answer: ReorderedStandards,
    description: 'A conversation gets the first one that it fits. Published standards whose place changes are published once more, with what they say unchanged.',
    example: { ids: ['0199a8a0-0000-7000-8000-000000000001', '0199a8a0-0000-7000-8000-000000000002'] }
  }), async request => reorderStandards(request.ctx, request.body))
}

function versionRoutes (app: Api): void {
  app.get('/standards/:id/versions', operation({
    id: 'listStandardVersions', summary: 'List the versions of a service standard', tag, scope: 'standards:read', params: RefParams,
    query: StandardVersionQuery, answer: StandardVersionList
  }), async request => listStandardVersions(request.ctx, request.params.id, request.query))

  app.get('/standards/:id/versions/:number', operation({
    id: 'getStandardVersion', summary: 'Get a version of a service standard', tag, scope: 'standards:read', params: StandardVersionParams, answer: StandardVersion
  }), async request => getStandardVersion(request.ctx, request.params.id, request.params.number))
}
