import type { Metric } from '../../metrics/catalogue.js'
import { isTotal, meets } from './goal.rules.js'
import type { Goal } from './goal.shapes.js'
import type { GoalForecast, GoalState } from './progress.shapes.js'

/** What a goal is judged by; instants in milliseconds. */
export interface Judged {
  goal: Pick<Goal, 'from' | 'to' | 'direction' | 'target'>
  metric: Pick<Metric, 'kind'>
  figure: number | null
  samples: number
  provisional: boolean
  pace: number | null
  forecast: GoalForecast | null
  now: number
}

/** Whether time alone changes nothing of it any more. */
export const isOver = ({ goal, provisional, now }: Pick<Judged, 'provisional' | 'now'> & { goal: Pick<Goal, 'to'> }): boolean => now >= Date.parse(goal.to) && !provisional

/** How it stands; the words of `GoalState` are what this does. */
export function stateOf (judged: Judged): GoalState {
  const { goal, metric, figure, now } = judged
  if (now < Date.parse(goal.from)) return 'notStarted'
  if (isOver(judged)) return figure === null ? 'noData' : meets(goal, figure) ? 'reached' : 'missed'
  if (figure !== null && isTotal(metric) && goal.direction === 'more' && meets(goal, figure)) return 'reached'
  if (figure === null || (judged.samples === 0 && metric.kind !== 'level')) return 'noData'
  // What a total has come to it cannot lose by going on.
  if (isTotal(metric) && goal.direction === 'less' && !meets(goal, figure)) return 'offTrack'
  return byForecast(judged, figure)
}

function byForecast ({ goal, pace, forecast }: Judged, figure: number): GoalState {
  if (!forecast) return meets(goal, pace ?? figure) ? 'onTrack' : 'atRisk'
  const [unfavourable, favourable] = goal.direction === 'more' ? [forecast.low, forecast.high] : [forecast.high, forecast.low]
  if (meets(goal, unfavourable)) return 'ahead'
  if (meets(goal, forecast.value)) return 'onTrack'
  return meets(goal, favourable) ? 'atRisk' : 'offTrack'
}
