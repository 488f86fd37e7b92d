import type { Context } from '../../context.js'
import type { Dimension, Named } from '../../metrics/dimensions.js'
import type { Scope } from '../../scopes.js'
import { agentsById } from '../agents/agent.service.js'
import { channelsById } from '../channels/channel.service.js'
import { companiesById } from '../companies/company.service.js'
import { standardsById } from '../standards/standard.service.js'
import { tagsById } from '../tags/tag.service.js'
import { teamsById } from '../teams/team.service.js'
import { drawn } from './chart.drawer.js'
import type { ChartLook } from './chart.shapes.js'
import { chartOf, type NameOf } from './metric.chart.js'
import { queryMetrics } from './metric.service.js'
import type { MetricAnswer, QueryMetrics } from './metric.shapes.js'

/** The answer to a query as a chart: SVG. */
export async function chartMetrics (ctx: Context, query: QueryMetrics, { theme, statistic }: ChartLook): Promise<string> {
  const answer = await queryMetrics(ctx, query)
  return drawn(chartOf(answer, query, await namesIn(ctx, answer, query), statistic), theme)
}

type Reader = [Scope, (ctx: Context, ids: readonly string[]) => Promise<Array<{ id: string, name: string | null }>>]
const readers: Partial<Record<Dimension | Named, Reader>> = {
  agent: ['agents:read', agentsById],
  channel: ['channels:read', channelsById],
  company: ['contacts:read', companiesById],
  standard: ['standards:read', standardsById],
  tag: ['tags:read', tagsById],
  team: ['agents:read', teamsById]
}

/** What the values are called, as far as the caller may read it; each kind in one statement. */
async function namesIn (ctx: Context, { data }: MetricAnswer, { groupBy }: QueryMetrics): Promise<NameOf> {
  const names = new Map<string, string>()
  for (const dimension of groupBy) {
    const reader = readers[dimension]
    if (!reader || !ctx.caller?.scopes.has(reader[0])) continue
    const ids = new Set(data.flatMap(({ group }) => group.filter(each => each.dimension === dimension && each.value !== null).map(({ value }) => value!)))
    for (const { id, name } of ids.size ? await reader[1](ctx, [...ids]) : []) if (name !== null) names.set(id, name)
  }
  return (_, value) => names.get(value) ?? value
}
