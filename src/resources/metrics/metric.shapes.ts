import { z } from 'zod'
import { TextCondition } from '../../db/filter.js'
import { intervals } from '../../metrics/buckets.js'
import { dimensions, metricKinds } from '../../metrics/catalogue.js'
import type { Named } from '../../metrics/dimensions.js'
import type { Filter } from '../../metrics/filter.js'
import { at, choice, id, input, inputOf, jsonParameter, line, listOf, Ref, shape, text } from '../../shapes.js'
import { calendarInstant } from '../calendars/calendar.shapes.js'
import { TargetBasis } from '../standards/content.shapes.js'

export const MetricKind = choice('MetricKind', 'What samples come to. duration, number: statistics; count: how many; distinct: how many different ones; rate: a share, 0 to 1; level: how many at an instant.', metricKinds)
export const MetricDirection = choice('MetricDirection', 'What is better: more, less, or neither by itself.', ['more', 'less', 'neither'])
export const MetricDimension = choice('MetricDimension', 'What figures are cut and filtered by. An attribute is named with its key: attribute:plan.', dimensions)
export const MetricInterval = choice('MetricInterval', 'How long a bucket is, in local time; weeks start on Mondays; none: the whole window.', intervals)
export const MetricBucketBy = choice('MetricBucketBy', 'Whether what takes time belongs to the bucket of its end or of its start.', ['end', 'start'])

export const MetricOwner = shape('MetricOwner', 'Who champions a metric.', {
  id: id().describe('Made by the server, UUIDv7: sorts by creation.'),
  metric: z.string().describe('The name of the metric.'),
  agentId: id().describe('The agent.'),
  why: z.string().describe('Why it matters to them, or to the team.'),
  version: z.int().describe('Counts the changes; it is the ETag, and what If-Match and ifVersion name.'),
  createdAt: at().describe('Since when it has an owner.'),
  updatedAt: at().describe('When that last changed.')
})
export type MetricOwner = z.output<typeof MetricOwner>
export const SetMetricOwner = input('SetMetricOwner', 'Who shall champion a metric.', {
  agentId: id().describe('The agent.'),
  why: text(2000, 1).describe('Why it matters to them, or to the team; up to 2,000 characters.')
})
export type SetMetricOwner = z.output<typeof SetMetricOwner>

export const Metric = shape('Metric', 'A figure that can be asked for, and what it means.', {
  name: z.string().describe('What queries call it.'),
  kind: MetricKind.describe('What its samples come to.'),
  unit: z.string().describe('What its numbers count; durations are whole seconds, floored.'),
  direction: MetricDirection.describe('What is better.'),
  formula: z.string().describe('How it is made, in words.'),
  version: z.int().describe('Counts the changes of its meaning.'),
  dimensions: z.array(MetricDimension).describe('What it can be cut and filtered by.'),
  additive: z.boolean().describe('Whether its cells\' values sum up to the total, unless tags, or attributes of several values, are grouped.'),
  live: z.boolean().describe('Whether it is of now, and refuses a window.'),
  question: z.string().describe('The question that it answers.'),
  audience: z.string().describe('Who asks.'),
  outcome: z.string().describe('What is wanted of it.'),
  owner: MetricOwner.nullable().describe('Who champions it in this workspace.')
})
export type OwnedMetric = z.output<typeof Metric>
/** What the catalogue alone says of it. */
export type Metric = Omit<OwnedMetric, 'owner'>
export const MetricCatalogue = shape('MetricCatalogue', 'All metrics.', { data: z.array(Metric).describe('The metrics.') })
export const MetricParams = z.object({ name: line(100).describe('The name of the metric.') })

const group = (text: string) => ({ get: () => z.array(MetricFilter).min(1).max(20).optional().describe(text) })
export const AttributeTextCondition = input('AttributeTextCondition', 'A condition on one attribute, whose values are compared as the text that figures show (3, true, 2026-03-01); all that are given must hold, of several values for one of them.', {
  key: z.string().min(1).max(64).describe('The attribute\'s key.'),
  ...TextCondition.shape
})
const one = (text: string) => TextCondition.optional().describe(text)
export const MetricFilter: z.ZodType<Filter> = inputOf('MetricFilter', 'Selects samples by the values that they carry: those that their conversation had just after what completed them.', z.strictObject({
  get and () { return group('All of these hold.').get() },
  get or () { return group('At least one of these holds.').get() },
  get not () { return MetricFilter.optional().describe('This does not hold; what has no value counts as not holding.') },
  channel: one('The channel\'s id.'),
  channelKind: one('What sort of channel.'),
  tag: one('One of the tags\' ids; isNull: has no tag.'),
  team: one('The team\'s id.'),
  agent: one('The agent\'s id, as the metric\'s formula says whose.'),
  priority: one('The priority.'),
  company: one('The company\'s id.'),
  tier: one('The company\'s tier.'),
  standard: one('The service standard\'s id, of metrics of clocks.'),
  status: one('The status.'),
  language: one('The language.'),
  attributes: z.array(AttributeTextCondition).min(1).max(20).optional().describe('Conditions on attributes, up to 20; all of them hold.'),
  actorKind: one('Who wrote: customer, agent, machine.')
}) as unknown as z.ZodType<Filter>)

const words = {
  from: calendarInstant().optional().describe('The start of the window, included. Required, except for live metrics, which refuse it.'),
  to: calendarInstant().optional().describe('The end of the window, excluded. Required, except for live metrics, which refuse it.'),
  timeZone: line(100).default('UTC').describe('The IANA time zone of the buckets.'),
  interval: MetricInterval.default('none').describe('How long a bucket is.'),
  basis: TargetBasis.default('calendar').describe('Which time of durations counts.'),
  calendarId: Ref.optional().describe('The calendar of the business basis: the default one when left out.'),
  bucketBy: MetricBucketBy.default('end').describe('Which bucket a sample belongs to. By start, what goes on counts too, to now and provisional, in times in status, ownedTime and breachOverrun.'),
  now: calendarInstant().optional().describe('The instant to look from, not in the future: now when left out. Whatever is later does not exist yet.')
}
const withinDays = 'The window of reopenRate and firstContactResolutionRate after a resolution, in days of 86,400 s, 1 to 365.'
const includeWithoutReply = 'Whether attainment and conversationAttainment count clocks that were met by a resolution without a reply.'
const groupBy = 'What to cut by, up to 3: dimensions of the metrics, an attribute as attribute:key (attribute:plan); a sample is once in the cell of each of its tags, and of an attribute\'s values'
const Cut = line(100) as z.ZodType<Named, string>
const top = 'So many combinations of values by the first metric over the whole window, 1 to 100, the rest as one `other`.'

export const QueryMetrics = input('QueryMetrics', 'A question about figures.', {
  metrics: z.array(line(100)).min(1).max(20).describe('The metrics, up to 20; all live ones, or none.'),
  ...words,
  withinDays: z.int().min(1).max(365).default(7).describe(withinDays),
  includeWithoutReply: z.boolean().default(false).describe(includeWithoutReply),
  filter: MetricFilter.optional().describe('Which samples.'),
  groupBy: z.array(Cut).max(3).default([]).describe(`${groupBy}.`),
  top: z.int().min(1).max(100).optional().describe(top),
  previousPeriod: z.boolean().default(false).describe('Whether to put the period before beside it, as many local calendar units long.')
})
export type QueryMetrics = z.output<typeof QueryMetrics>

const list = <T>(items: z.ZodType<T, string[]>) => z.string().max(2000).transform(text => text.split(',')).pipe(items)
const cuts = z.array(z.string()).pipe(z.array(Cut).max(3))
export const MetricsByLink = z.object({
  metrics: list(QueryMetrics.shape.metrics).describe('The metrics, with commas between them.'),
  ...words,
  withinDays: z.coerce.number().int().min(1).max(365).default(7).describe(withinDays),
  filter: jsonParameter(MetricFilter).optional().describe('A MetricFilter as JSON.'),
  includeWithoutReply: z.enum(['true', 'false']).default('false').transform(value => value === 'true').describe(includeWithoutReply),
  groupBy: list(cuts).optional().transform(given => given ?? []).describe(`${groupBy}; with commas between them.`),
  top: z.coerce.number().int().min(1).max(100).optional().describe(top),
  previousPeriod: z.enum(['true', 'false']).default('false').transform(value => value === 'true').describe('Whether to put the period before beside it.')
})

const number = (text: string) => z.number().nullable().describe(text)
export const MetricStatistics = shape('MetricStatistics', 'Made on milliseconds, then floored to seconds; without a sample all but the count are null. Percentiles are exact (Hyndman–Fan type 2).', {
  count: z.int().describe('How many samples.'),
  sum: number('Their sum.'),
  avg: number('Their mean.'),
  min: number('The smallest.'),
  max: number('The largest.'),
  p50: number('The median.'),
  p75: number('75th percentile.'),
  p90: number('90th percentile.'),
  p95: number('95th percentile.'),
  p99: number('99th percentile.')
})
export const MetricFigure = shape('MetricFigure', 'What a cell says.', {
  value: number('Of counts, distinct counts, levels and rates; null of the others, of a rate without a denominator and of a level in the future.'),
  samples: z.int().describe('How many samples are behind it; of a rate its denominator.'),
  counted: z.int().nullable().describe('Of a rate its numerator.'),
  statistics: MetricStatistics.nullable().describe('Of durations and numbers, and the ages of a level.'),
  provisional: z.boolean().describe('Whether time alone may still change it: something goes on, or a rate\'s window is open.'),
  cursor: z.string().describe('Names the conversations behind it: GET /v1/metrics/conversations?cursor=…')
})
export type MetricFigure = z.output<typeof MetricFigure>
export const MetricPrevious = shape('MetricPrevious', 'The same in the period before.', {
  from: at().describe('Its start.'),
  to: at().describe('Its end.'),
  figure: MetricFigure.describe('What it was.')
})
export const MetricValue = shape('MetricValue', 'A value that a cell is for.', {
  dimension: z.string().describe('Of what; of an attribute attribute:key.'),
  value: z.string().nullable().describe('The value; null where it is unset, and in `other`.')
})
export const MetricCell = shape('MetricCell', 'One metric in one bucket for one combination of values.', {
  metric: z.string().describe('The metric.'),
  from: at().nullable().describe('The bucket\'s start, which labels it; null of a live metric.'),
  to: at().nullable().describe('The bucket\'s end; null of a live metric.'),
  group: z.array(MetricValue).describe('The combination of values, as groupBy asked for it.'),
  other: z.boolean().describe('Whether it stands for all combinations that are not among the top.'),
  figure: MetricFigure.describe('What it says.'),
  previous: MetricPrevious.nullable().describe('The bucket at the same position in the period before, where one was asked for and there is one.')
})
export type MetricCell = z.output<typeof MetricCell>
export const MetricTotal = shape('MetricTotal', 'A metric over the whole window, from its samples.', {
  metric: z.string().describe('The metric.'),
  figure: MetricFigure.describe('What it says.'),
  previous: MetricPrevious.nullable().describe('The same over the period before, where it was asked for.')
})
export const MetricAsOf = shape('MetricAsOf', 'The last event that is included.', {
  sequence: z.int().meta({ graphql: 'Float' }).describe('Its sequence; 0 before the first.'),
  recordedAt: at().nullable().describe('When it was recorded.')
})
export const MetricAnswer = shape('MetricAnswer', 'Figures, and what they are of.', {
  now: at().describe('The instant that was looked from.'),
  asOf: MetricAsOf.describe('What was known.'),
  data: z.array(MetricCell).describe('By metric, then by combination, then by bucket; empty buckets too.'),
  totals: z.array(MetricTotal).describe('By metric.')
})
export type MetricAnswer = z.output<typeof MetricAnswer>

export const MetricConversation = shape('MetricConversation', 'A conversation behind a figure.', {
  conversationId: z.uuid().describe('Its id.'),
  samples: z.int().describe('How many of the figure\'s samples are its.'),
  counted: z.boolean().nullable().describe('Of a rate, whether any of them is in the numerator; else null.')
})
export type MetricConversation = z.output<typeof MetricConversation>
export const MetricConversationList = listOf('MetricConversation', MetricConversation)
const cell = z.string().min(1).max(40_000).describe('The `cursor` of a figure.')
export const MetricConversationQuery = z.object({
  cursor: cell,
  limit: z.coerce.number().int().min(1).max(100).default(25).describe('How many at most, 1 to 100.'),
  after: z.string().max(1000).optional().describe('The `endCursor` of the page before.'),
  count: z.enum(['true', 'false']).default('false').transform(value => value === 'true').describe('Whether to count all.')
})
export const MetricConversationsOf = z.object({
  cursor: cell, limit: z.int().min(1).max(100).default(25), after: z.string().max(1000).optional(), count: z.boolean().default(false)
})
export type MetricConversationQuery = z.output<typeof MetricConversationsOf>
