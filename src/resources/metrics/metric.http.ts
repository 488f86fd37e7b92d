import type { FastifyReply, FastifyRequest } from 'fastify'
import { operation, type Api } from '../../http/operation.js'
import { gone } from '../../http/reply.js'
import { listMetricConversations } from './behind.service.js'
import { chartMetrics } from './chart.service.js'
import { ChartLook, MetricsByLinkWithLook } from './chart.shapes.js'
import { csvOf } from './metric.csv.js'
import { queryMetrics } from './metric.service.js'
import { Metric, MetricAnswer, MetricCatalogue, MetricConversationList, MetricConversationQuery, MetricOwner, MetricParams, QueryMetrics, SetMetricOwner } from './metric.shapes.js'
import { getOwnedMetric, listOwnedMetrics, removeMetricOwner, setMetricOwner } from './owner.service.js'

const tag = 'Metrics'
const scope = 'metrics:read'
const produces = ['application/json', 'text/csv', 'image/svg+xml']
const refusals = ['notFound', 'tooComplex', 'invalid'] as const
const description = 'As JSON, or with `Accept: text/csv` a line per cell, or with `Accept: image/svg+xml` a chart: lines, or bars where the interval is none; groups by name as far as the caller may read ' +
  'them; at most 12 lines or 40 bars, two units and 3,000 points. At most 2,000,000 samples (of counts and shares any number) and ' +
  '100,000 cells, and at most 50,000 conversations that have changed just now or after the `now` that was given, or, for figures of promises, that something ' +
  'concerns that was published and is still being applied (`GET /v1/standards/publicationProgress`); more are refused with `tooComplex`.'
const example = {
  metrics: ['firstReplyTime', 'created'], from: '2026-11-02T00:00:00.000Z', to: '2026-11-09T00:00:00.000Z', timeZone: 'Europe/Berlin', interval: 'day', groupBy: ['channelKind']
}

export function metricRoutes (app: Api): void {
  app.get('/metrics', operation({
    id: 'listMetrics', summary: 'List the metrics and what they mean', tag, scope, answer: MetricCatalogue
  }), async request => listOwnedMetrics(request.ctx))

  app.get('/metrics/:name', operation({
    id: 'getMetric', summary: 'Get a metric', tag, scope, params: MetricParams, answer: Metric
    // Its version counts the changes of its meaning, not those of its owner: text gets no ETag.
  }), async (request, reply) => reply.type('application/json; charset=utf-8').send(JSON.stringify(await getOwnedMetric(request.ctx, request.params.name))))

  app.put('/metrics/:name/owner', operation({
    id: 'setMetricOwner', summary: 'Say who champions a metric', tag, scope: 'goals:write', params: MetricParams, body: SetMetricOwner, answer: MetricOwner
  }), async request => setMetricOwner(request.ctx, request.params.name, request.body))

  app.delete('/metrics/:name/owner', operation({
    id: 'removeMetricOwner', summary: 'Leave a metric without an owner', tag, scope: 'goals:write', params: MetricParams, status: 204
  }), async (request, reply) => {
    await removeMetricOwner(request.ctx, request.params.name)
    return gone(reply)
  })

  app.post('/metrics/query', operation({
    id: 'queryMetrics', summary: 'Query metrics', tag, scope, body: QueryMetrics, query: ChartLook, answer: MetricAnswer, produces, description, refusals: [...refusals],
    graphql: 'metricQuery', example
  }), async (request, reply) => answer(request, reply, request.body, request.query))

  app.get('/metrics/query', operation({
    id: 'queryMetricsByLink', summary: 'Query metrics by a link', tag, scope, query: MetricsByLinkWithLook, answer: MetricAnswer, produces, description, refusals: [...refusals],
    graphql: 'metricQuery'
  }), async (request, reply) => {
    const { theme, statistic, ...query } = request.query
    return answer(request, reply, query, { theme, statistic })
  })

  app.get('/metrics/conversations', operation({
    id: 'listMetricConversations', summary: 'List the conversations behind a figure', tag, scope, query: MetricConversationQuery, answer: MetricConversationList,
    refusals: [...refusals, 'badRequest'], description: 'Each distinct conversation once, by id; of a rate those of its denominator.'
  }), async request => listMetricConversations(request.ctx, request.query))
}

/** JSON, unless the caller names CSV or a chart. */
async function answer (request: FastifyRequest, reply: FastifyReply, query: QueryMetrics, look: ChartLook): Promise<unknown> {
  const accept = request.headers.accept ?? ''
  reply.header('vary', 'accept')
  if (/\btext\/csv\b/.test(accept)) return reply.type('text/csv; charset=utf-8').send(csvOf(await queryMetrics(request.ctx, query), query))
  // As it is: a serializer looks at each of up to a hundred thousand cells twice.
  if (!/\bimage\/svg\+xml\b/.test(accept)) return reply.type('application/json; charset=utf-8').send(JSON.stringify(await queryMetrics(request.ctx, query)))
  const svg = await chartMetrics(request.ctx, query, look)
  return reply.type('image/svg+xml; charset=utf-8').header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'").send(svg)
}
