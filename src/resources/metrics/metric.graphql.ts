import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, query } from '../../graphql/resolving.js'
import { sent } from '../../validate.js'
import { listMetricConversations } from './behind.service.js'
import { getMetric, listMetrics, queryMetrics } from './metric.service.js'
import { MetricConversationsOf, MetricParams, QueryMetrics } from './metric.shapes.js'

export const metricGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "All metrics and what they mean."
      metrics: MetricCatalogue!
      "A metric, by its name."
      metric("The name of the metric." name: String!): Metric!
      "Figures: metrics over a window, cut by time and by values."
      metricQuery(input: QueryMetrics!): MetricAnswer!
      "The conversations behind a figure, a page at a time."
      metricConversations("The cursor of a figure." cursor: String!, first: Int = 25, after: String): MetricConversationConnection!
    }
    ${connectionSdl('MetricConversation')}`,
  resolvers: {
    Query: {
      metrics: query(ctx => listMetrics(ctx)),
      metric: query((ctx, args) => getMetric(ctx, sent(MetricParams, args).name)),
      metricQuery: query((ctx, { input }) => queryMetrics(ctx, sent(QueryMetrics, input))),
      metricConversations: query(async (ctx, args) => connectionOf(await listMetricConversations(ctx, sent(MetricConversationsOf, listArguments(args)))))
    }
  }
}
