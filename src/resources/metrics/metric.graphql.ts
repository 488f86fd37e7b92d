import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { sent } from '../../validate.js'
import { agentById } from '../agents/agent.loader.js'
import { listMetricConversations } from './behind.service.js'
import { queryMetrics } from './metric.service.js'
import { MetricConversationsOf, MetricParams, QueryMetrics, SetMetricOwner, type MetricOwner } from './metric.shapes.js'
import { getOwnedMetric, listOwnedMetrics, removeMetricOwner, setMetricOwner } from './owner.service.js'

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
    extend type Mutation {
      "Says who champions a metric."
      setMetricOwner("The name of the metric." name: String!, input: SetMetricOwner!, ifVersion: Int): MetricOwner!
      "Leaves a metric without an owner."
      removeMetricOwner("The name of the metric." name: String!, ifVersion: Int): Boolean!
    }
    extend type MetricOwner {
      "The agent."
      agent: Agent
    }
    ${connectionSdl('MetricConversation')}`,
  resolvers: {
    Query: {
      metrics: query(ctx => listOwnedMetrics(ctx)),
      metric: query((ctx, args) => getOwnedMetric(ctx, sent(MetricParams, args).name)),
      metricQuery: query((ctx, { input }) => queryMetrics(ctx, sent(QueryMetrics, input))),
      metricConversations: query(async (ctx, args) => connectionOf(await listMetricConversations(ctx, sent(MetricConversationsOf, listArguments(args)))))
    },
    Mutation: {
      setMetricOwner: mutation((ctx, { name, input }) => setMetricOwner(ctx, sent(MetricParams, { name }).name, sent(SetMetricOwner, input))),
      removeMetricOwner: mutation(async (ctx, { name }) => {
        await removeMetricOwner(ctx, sent(MetricParams, { name }).name)
        return true
      })
    },
    MetricOwner: {
      agent: ({ agentId }: MetricOwner, _args, context) => agentById(context).load(agentId)
    }
  }
}
