import { instantOf, type Context } from '../../context.js'
import { invalid } from '../../errors.js'
import { checkTargets, directionOf, metricOf, scopeOf, statisticOf } from './goal.rules.js'
import type { Goal, UpsertGoal } from './goal.shapes.js'
import type { Looked } from './goal.store.js'
import { decisionOf } from './deciding.js'
import { measureBaseline, type Measure, type Window } from './measuring.service.js'
import { momentOf } from './moment.service.js'
import { progressAt } from './progress.service.js'

/** A goal to be inserted; `reached`: when it was, if that was before it was set. */
export interface SetGoal { goal: Looked, reached: string | null }

const maxYears = 5

/** Refuses what is no goal, measures where it sets out from, and says how it stands. */
export async function setGoal (ctx: Context, input: UpsertGoal): Promise<SetGoal> {
  const now = instantOf(ctx)
  const metric = metricOf(input.metric)
  const measure = measureOf(input)
  const direction = directionOf(metric, input.direction)
  const { name, why, from, to, target, stretchTarget = null, ownerId = null } = input
  checkPeriod(input, now)
  checkTargets({ direction, target, stretchTarget }, metric, null)
  const baseline = await measureBaseline(ctx, { ...measure, from, to }, { from: input.baselineFrom, to: input.baselineTo }, now)
  checkTargets({ direction, target, stretchTarget }, metric, baseline.comparable)
  const aim = { ...measure, from, to, direction, target, stretchTarget, baseline }
  const progress = await progressAt(ctx, aim, 'day', now)
  const { state, checkAt, decided } = decisionOf(aim, metric, progress, now)
  const reached = decided ? await momentOf(ctx, aim, metric, decided, now) : null
  return {
    goal: { ...aim, name, why, ownerId, state, checkAt, decidedAt: reached, decidedFigure: reached === null ? null : progress.figure },
    reached
  }
}

function measureOf (input: UpsertGoal): Measure {
  const metric = metricOf(input.metric)
  const { basis, calendarId = null, withinDays, timeZone, filter = null } = input
  if (calendarId !== null && basis === 'calendar') throw invalid('calendarId', 'is for the business basis')
  return {
    metric: metric.name, statistic: statisticOf(metric, input.statistic), scope: scopeOf(metric, input.scope),
    filter: filter as Goal['filter'], basis, calendarId, withinDays, timeZone
  }
}

function checkPeriod ({ from, to }: Window, now: number): void {
  if (to <= from) throw invalid('to', 'is not after from')
  if (Date.parse(to) <= now) throw invalid('to', 'is over already. A goal is for what is still to come; query the metric for what was')
  if (to > `${Number(from.slice(0, 4)) + maxYears}${from.slice(4)}`) throw invalid('to', `is more than ${maxYears} years after from`)
}

/** The fields of what is measured that are not as the goal has them. */
export function differing (goal: Goal, input: UpsertGoal): string[] {
  const metric = metricOf(input.metric)
  const wanted: Partial<Goal> = { ...measureOf(input), direction: directionOf(metric, input.direction), from: input.from, to: input.to }
  const fields = Object.entries(wanted).filter(([field, value]) => JSON.stringify(sorted(value)) !== JSON.stringify(sorted(goal[field as keyof Goal]))).map(([field]) => field)
  const { baseline } = goal
  if (input.baselineFrom !== undefined && input.baselineFrom !== baseline.from) fields.push('baselineFrom')
  if (input.baselineTo !== undefined && input.baselineTo !== baseline.to) fields.push('baselineTo')
  return fields
}

/** The same whatever the order of its keys. */
const sorted = (value: unknown): unknown => Array.isArray(value)
  ? value.map(sorted)
  : value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map(([key, each]) => [key, sorted(each)]))
    : value
