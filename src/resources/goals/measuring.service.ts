import { zoneNamed, type Zone } from '../../clock/zone.js'
import { dayMs } from '../../clock/instants.js'
import type { Context } from '../../context.js'
import { ApiError, invalid } from '../../errors.js'
import { instantOfLocal, localOf, previousOf, type Bucket } from '../../metrics/buckets.js'
import type { Filter } from '../../metrics/filter.js'
import { queryMetrics } from '../metrics/metric.service.js'
import type { MetricAnswer, MetricFigure, QueryMetrics } from '../metrics/metric.shapes.js'
import { rounded } from './forecasting.js'
import { isTotal, metricOf } from './goal.rules.js'
import type { Goal, GoalBaseline } from './goal.shapes.js'

/** What a goal measures. */
export type Measure = Pick<Goal, 'metric' | 'statistic' | 'scope' | 'filter' | 'basis' | 'calendarId' | 'withinDays' | 'timeZone'>
export type Window = { from: string, to: string }

export const textOf = (at: number): string => new Date(at).toISOString()

/** Whoever may read goals may read the figures that they are about. */
const reader = (ctx: Context): Context => ({ ...ctx, caller: { ...ctx.caller!, scopes: new Set([...ctx.caller!.scopes, 'metrics:read' as const]) } })

/** The metric over a window, as it looks from `now` (milliseconds). */
export async function figuresOf (ctx: Context, measure: Measure, { from, to }: Window, interval: QueryMetrics['interval'], now: number): Promise<MetricAnswer> {
  const { metric, basis, calendarId, withinDays, timeZone } = measure
  return inOurWords(queryMetrics(reader(ctx), {
    metrics: [metric], from, to, timeZone, interval, basis, ...(calendarId !== null && { calendarId }), bucketBy: 'end', withinDays, includeWithoutReply: false,
    filter: filterOf(measure), groupBy: [], previousPeriod: false, now: textOf(now)
  }))
}

function filterOf ({ scope: { kind, id }, filter }: Measure): Filter {
  return kind === 'workspace' ? filter ?? {} : { [kind]: { eq: id! }, ...(filter && { and: [filter as Filter] }) }
}

/** A refusal of the query names what is wrong as the goal has it. */
async function inOurWords<T> (asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError && error.errors?.some(({ path }) => path === 'metrics.0')) throw invalid('metric', error.errors[0]!.message)
    throw error
  }
}

/** The figure that a goal is about. */
export const pick = ({ statistic }: Pick<Goal, 'statistic'>, { value, statistics }: MetricFigure): number | null =>
  statistic === 'value' ? value : statistics?.[statistic] ?? null

/** Measures where a goal sets out from, over the given period or the one before it. */
export async function measureBaseline (ctx: Context, goal: Measure & Window, given: Partial<Window>, now: number): Promise<GoalBaseline> {
  const window = baselineOf(goal, given, now)
  const { asOf, totals } = await figuresOf(ctx, goal, window, 'none', now)
  const { figure } = totals[0]!
  const value = pick(goal, figure)
  const ratio = isTotal(metricOf(goal.metric)) ? lengthOf(goal) / lengthOf(window) : 1
  return {
    ...window, figure: value, samples: figure.samples,
    comparable: value === null || figure.samples === 0 ? null : rounded(value * ratio),
    measuredAt: textOf(now), asOf
  }
}

const lengthOf = ({ from, to }: Window): number => Date.parse(to) - Date.parse(from)

function baselineOf (goal: Measure & Window, { from, to }: Partial<Window>, now: number): Window {
  if (from === undefined && to === undefined) return periodBefore(goal, now)
  if (from === undefined || to === undefined) throw invalid(from === undefined ? 'baselineFrom' : 'baselineTo', 'is required beside the other')
  if (to <= from) throw invalid('baselineTo', 'is not after baselineFrom')
  if (Date.parse(to) > now) throw invalid('baselineTo', 'is in the future, and cannot be measured yet')
  return { from, to }
}

/** As many local calendar units, ending at the start; where that lies ahead, as many days, ending at the last midnight. */
function periodBefore ({ from, to, timeZone }: Measure & Window, now: number): Window {
  const zone = zoneNamed(timeZone)
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const before = start <= now ? previousOf({ from: start, to: end }, 'none', zone) : daysBefore(zone, localOf(zone, end) - localOf(zone, start), now)
  if (before.from < 0) throw invalid('from', 'has no period before it after 1970; say baselineFrom and baselineTo')
  return { from: textOf(before.from), to: textOf(before.to) }
}

function daysBefore (zone: Zone, length: number, now: number): Bucket {
  const midnight = Math.floor(localOf(zone, now) / dayMs) * dayMs
  return { from: instantOfLocal(zone, midnight - length), to: instantOfLocal(zone, midnight) }
}
