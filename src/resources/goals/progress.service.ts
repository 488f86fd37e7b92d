import { dayMs } from '../../clock/instants.js'
import { allow, instantOf, reading, type Context } from '../../context.js'
import { notFound } from '../../errors.js'
import type { Metric } from '../../metrics/catalogue.js'
import type { MetricAnswer, MetricFigure } from '../metrics/metric.shapes.js'
import { forecastOf, rounded, type Forecast } from './forecasting.js'
import { isTotal, metricOf } from './goal.rules.js'
import type { Goal } from './goal.shapes.js'
import * as store from './goal.store.js'
import { stateOf } from './judging.js'
import { figuresOf, pick, textOf, type Measure, type Window } from './measuring.service.js'
import type { GoalInterval, GoalProgress } from './progress.shapes.js'

/** What progress is computed from; a goal that is being made has no id yet. */
export type Aim = Measure & Window & Pick<Goal, 'direction' | 'target' | 'stretchTarget' | 'baseline'>

/** How a goal stands now. */
export async function getGoalProgress (ctx: Context, ref: string, interval: GoalInterval): Promise<GoalProgress> {
  const { workspaceId } = allow(ctx, 'goals:read')
  const goal = await reading(store.find(ctx.db, workspaceId, ref))
  if (!goal) throw notFound('Goal')
  return progressOf(ctx, goal, interval)
}

export const progressOf = async (ctx: Context, goal: Goal, interval: GoalInterval): Promise<GoalProgress> =>
  ({ goalId: goal.id, ...await progressAt(ctx, goal, interval, instantOf(ctx)) })

/** The same at an instant, in milliseconds. */
export async function progressAt (ctx: Context, aim: Aim, interval: GoalInterval, now: number): Promise<Omit<GoalProgress, 'goalId'>> {
  const metric = metricOf(aim.metric)
  const answer = await figuresOf(ctx, aim, aim, interval, now)
  const { figure: { samples, provisional } } = answer.totals[0]!
  const started = now >= Date.parse(aim.from)
  const figure = started ? pick(aim, answer.totals[0]!.figure) : null
  const elapsed = elapsedOf(aim, now)
  const pace = figure !== null && isTotal(metric) ? rounded(figure / elapsed) : null
  const { forecast, noForecast } = await forecastAt(ctx, aim, metric, interval === 'day' ? answer : null, answer.totals[0]!.figure, now)
  return {
    now: textOf(now), asOf: answer.asOf,
    state: stateOf({ goal: aim, metric, figure, samples, provisional, pace, forecast, now }),
    figure, samples, provisional, elapsed: rounded(elapsed), pace,
    ...sharesOf(aim, pace ?? figure), forecast, noForecast,
    buckets: bucketsOf(aim, answer, now)
  }
}

/** The instant itself belongs to what has passed, so that what happens at the start has a pace. */
const elapsedOf = ({ from, to }: Window, now: number): number =>
  Math.min(1, Math.max(0, (now + 1 - Date.parse(from)) / (Date.parse(to) - Date.parse(from))))

function sharesOf ({ baseline: { comparable: start }, target, stretchTarget }: Aim, figure: number | null): Pick<GoalProgress, 'share' | 'stretchShare'> {
  const shareOf = (end: number | null): number | null =>
    figure === null || start === null || end === null || end === start ? null : rounded((figure - start) / (end - start))
  return { share: shareOf(target), stretchShare: shareOf(stretchTarget) }
}

async function forecastAt (ctx: Context, aim: Aim, metric: Metric, byDay: MetricAnswer | null, whole: MetricFigure, now: number): Promise<Forecast> {
  if (now < Date.parse(aim.from)) return { forecast: null, noForecast: 'notStarted' }
  if (now >= Date.parse(aim.to)) return { forecast: null, noForecast: 'ended' }
  const known = {
    kind: metric.kind, figure: pick(aim, whole), samples: whole.samples, counted: whole.counted, days: [],
    elapsed: elapsedOf(aim, now), daysLeft: (Date.parse(aim.to) - now) / dayMs
  }
  if (metric.kind === 'distinct' || metric.kind === 'rate') return forecastOf(known)
  const { data } = byDay ?? await figuresOf(ctx, aim, aim, 'day', now)
  const days = data.filter(({ to }) => Date.parse(to!) <= now).map(({ figure }) => ({ figure: pick(aim, figure), samples: figure.samples }))
  return forecastOf({ ...known, days })
}

const bucketsOf = (aim: Aim, { data }: MetricAnswer, now: number): GoalProgress['buckets'] => data
  .filter(({ from }) => Date.parse(from!) <= now)
  .map(({ from, to, figure }) => ({ from: from!, to: to!, figure: pick(aim, figure), samples: figure.samples, provisional: figure.provisional }))
