import { z } from 'zod'
import { isTimeZone } from '../../clock/zone.js'
import { choiceCondition, filters, givenFilter, givenIsSet, IdCondition, on, TextCondition, TimeCondition } from '../../db/filter.js'
import {
  at, choice, externalIdInput, flag, id, input, jsonParameter, line, listOf, pageBody, pageQuery, resourceFields, shape, text, upsertedShape
} from '../../shapes.js'
import { calendarInstant } from '../calendars/calendar.shapes.js'
import { MetricAsOf, MetricFilter } from '../metrics/metric.shapes.js'
import { TargetBasis } from '../standards/content.shapes.js'
import { goals, goalScopes, goalStatistics } from './goal.table.js'
import { GoalState } from './progress.shapes.js'

export const GoalStatistic = choice('GoalStatistic', 'Which figure of a metric. value: of counts, distinct counts, rates and levels; the others of durations, numbers and the ages of a level.', goalStatistics)
export type GoalStatistic = z.output<typeof GoalStatistic>
export const GoalDirection = choice('GoalDirection', 'What is better.', ['more', 'less'])
export const GoalScopeKind = choice('GoalScopeKind', 'Whose figure: that of the whole workspace, or of one team, agent or channel.', goalScopes)

const whose = 'Its id; of the workspace none.'
export const GoalScope = shape('GoalScope', 'Whose figure a goal is about.', {
  kind: GoalScopeKind.describe('What sort.'), id: id().nullable().describe(whose)
})
export const GoalScopeInput = input('GoalScopeInput', 'Whose figure a goal is about.', {
  kind: GoalScopeKind.describe('What sort.'), id: id().nullable().optional().describe(whose)
})

export const GoalBaseline = shape('GoalBaseline', 'Where a goal sets out from, measured by the server when it was created.', {
  from: at().describe('The start of the period that was measured.'),
  to: at().describe('Its end.'),
  figure: z.number().nullable().describe('What the metric said of it, in its unit; null without a sample.'),
  samples: z.int().describe('How many samples are behind it.'),
  comparable: z.number().nullable().describe('The figure to compare with: of counts and distinct counts in proportion to the length of the goal\'s period, of others as measured. Null without a sample: then no target is worse, and there is no share.'),
  measuredAt: at().describe('The instant that it was measured at.'),
  asOf: MetricAsOf.describe('What was known then.')
})
export type GoalBaseline = z.output<typeof GoalBaseline>

const words = {
  name: 'What it is called.',
  why: 'Why it matters.',
  metric: 'The name of the metric.',
  statistic: 'Which figure of it.',
  direction: 'What is better: as the catalogue says of the metric, or as was said where that says neither.',
  scope: 'Whose figure.',
  filter: 'Which samples (see MetricFilter), beside the scope.',
  basis: 'Which time of durations counts.',
  calendarId: 'The calendar of the business basis: the workspace\'s default one when null.',
  withinDays: 'The window of a rate such as reopenRate, in days of 86,400 s.',
  timeZone: 'Whose days and weeks: an IANA name.',
  from: 'The start of its period, included.',
  to: 'The end of its period, excluded.',
  target: 'What the figure shall be, in the metric\'s unit: at least this where more is better, at most this where less is.',
  stretchTarget: 'What would be better still.',
  ownerId: 'The agent who champions it.'
}

export const Goal = shape('Goal', 'What a metric shall become over a period, and why.', {
  ...resourceFields,
  name: z.string().describe(words.name),
  why: z.string().describe(words.why),
  metric: z.string().describe(words.metric),
  statistic: GoalStatistic.describe(words.statistic),
  direction: GoalDirection.describe(words.direction),
  scope: GoalScope.describe(words.scope),
  filter: z.record(z.string(), z.unknown()).nullable().describe(words.filter),
  basis: TargetBasis.describe(words.basis),
  calendarId: id().nullable().describe(words.calendarId),
  withinDays: z.int().describe(words.withinDays),
  timeZone: z.string().describe(words.timeZone),
  from: at().describe(words.from),
  to: at().describe(words.to),
  baseline: GoalBaseline.describe('Where it sets out from.'),
  target: z.number().describe(words.target),
  stretchTarget: z.number().nullable().describe(words.stretchTarget),
  ownerId: id().nullable().describe(words.ownerId),
  state: GoalState.describe('How it stood when a worker last looked, which it does every ten minutes, and at the start and the end of its period; its progress says how it stands now.'),
  decidedAt: at().nullable().describe('When it was reached, or the end of its period if that decided it; null until then.'),
  decidedFigure: z.number().nullable().describe('What it had come to then, as was known when it was decided.'),
  archivedAt: at().nullable().describe('Since when nobody looks at it any more.')
})
export type Goal = z.output<typeof Goal>

const amount = () => z.number().min(-1e12).max(1e12)
const later = {
  name: line(200).describe(words.name),
  why: text(2000, 1).describe(`${words.why} Up to 2,000 characters.`),
  target: amount().describe(`${words.target} Not worse than the baseline.`),
  stretchTarget: amount().nullable().describe('What would be better still; beyond the target.'),
  ownerId: id().nullable().describe(words.ownerId)
}
const fixed = {
  metric: line(100).describe(`${words.metric} Live ones have no period, and are refused.`),
  statistic: GoalStatistic.optional().describe(`${words.statistic} When left out: value, or of durations and numbers the median, p50.`),
  direction: GoalDirection.optional().describe('What is better. Required where the catalogue says neither, and not to be said against it.'),
  scope: GoalScopeInput.default({ kind: 'workspace' }).describe(words.scope),
  filter: MetricFilter.nullable().optional().describe('Which samples, beside the scope.'),
  basis: TargetBasis.default('calendar').describe(words.basis),
  calendarId: id().nullable().optional().describe('The calendar of the business basis: the workspace\'s default one when left out.'),
  withinDays: z.int().min(1).max(365).default(7).describe(`${words.withinDays} 1 to 365.`),
  timeZone: z.string().max(64).refine(isTimeZone, 'is not an IANA time zone, such as Europe/Berlin').default('UTC').describe(words.timeZone),
  from: calendarInstant().describe(words.from),
  to: calendarInstant().describe('The end of its period, excluded; in the future, and at most five years after its start.'),
  baselineFrom: calendarInstant().optional().describe('The start of the period to measure the baseline over. Without it, that is the period before, of as many local months or days; where the goal\'s start lies ahead, as many days up to the last midnight.'),
  baselineTo: calendarInstant().optional().describe('Its end, not in the future; with baselineFrom.')
}
const optionalLater = { stretchTarget: later.stretchTarget.optional(), ownerId: later.ownerId.optional() }

export const CreateGoal = input('CreateGoal', 'A new goal; its baseline is measured at once.', {
  externalId: externalIdInput().optional(), ...later, ...optionalLater, ...fixed
})
export type CreateGoal = z.output<typeof CreateGoal>

export const UpdateGoal = input('UpdateGoal', 'Changes to a goal: what is absent stays, null clears. What is measured stays as it was set; targets change until it is decided.', {
  name: later.name.optional(), why: later.why.optional(), target: later.target.optional(), ...optionalLater
})
export type UpdateGoal = z.output<typeof UpdateGoal>

export const UpsertGoal = input('UpsertGoal', 'What the goal with this external id shall be. Of one that exists, what is measured must be what it was.', {
  ...later, ...optionalLater, ...fixed
})
export type UpsertGoal = z.output<typeof UpsertGoal>

export const goalFilters = filters('Goal', {
  id: on(IdCondition, goals.id),
  externalId: on(TextCondition, goals.externalId),
  name: on(TextCondition, goals.name),
  metric: on(TextCondition, goals.metric),
  state: on(choiceCondition('GoalState', GoalState), goals.state),
  scopeKind: on(choiceCondition('GoalScopeKind', GoalScopeKind), goals.scopeKind),
  teamId: on(IdCondition, goals.teamId),
  agentId: on(IdCondition, goals.agentId),
  channelId: on(IdCondition, goals.channelId),
  ownerId: on(IdCondition, goals.ownerId),
  from: on(TimeCondition, goals.from),
  to: on(TimeCondition, goals.to),
  archivedAt: on(TimeCondition, goals.archivedAt),
  createdAt: on(TimeCondition, goals.createdAt)
})
export const goalSorts = ['toAsc', 'toDesc', 'fromAsc', 'fromDesc', 'nameAsc', 'nameDesc', 'createdAtAsc', 'createdAtDesc'] as const
export const GoalSort = choice('GoalSort', 'How goals are sorted: by the end or start of their period, name or creation; ties by id.', goalSorts)
const sort = GoalSort.default('toAsc').describe('How they are sorted; ties by id.')

export const GoalQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(goalFilters.shape).optional().describe('A GoalFilter as JSON.'),
  metric: line(100).optional().describe('Only those of this metric.'),
  state: GoalState.optional().describe('Only those in this state.'),
  ownerId: id().optional().describe('Only those of this owner.'),
  teamId: id().optional().describe('Only those of this team.'),
  agentId: id().optional().describe('Only those of this agent.'),
  channelId: id().optional().describe('Only those of this channel.'),
  archived: flag().optional().describe('true: only archived ones; false: only those in use.')
})
export const SearchGoals = input('SearchGoals', 'A search among goals.', {
  ...pageBody, sort, filter: goalFilters.shape.optional().describe('Which goals.')
})
export type SearchGoals = z.output<typeof SearchGoals>

/** The parameters of the URL as one filter. */
export function searchOfQuery ({ metric, state, ownerId, teamId, agentId, channelId, archived, filter, ...rest }: z.output<typeof GoalQuery>): SearchGoals {
  return { ...rest, filter: givenFilter({ metric, state, ownerId, teamId, agentId, channelId }, filter, givenIsSet('archivedAt', archived)) }
}

export const GoalList = listOf('Goal', Goal)
export const UpsertedGoal = upsertedShape('Goal', Goal)
