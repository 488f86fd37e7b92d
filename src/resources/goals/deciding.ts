import type { Metric } from '../../metrics/catalogue.js'
import { isTotal } from './goal.rules.js'
import type { Goal } from './goal.shapes.js'
import { isOver } from './judging.js'
import type { GoalProgress, GoalState } from './progress.shapes.js'

/** What a look at a goal comes to. `decided`: nothing can change it any more, by the total that passed or by the end. */
export interface Decision { state: GoalState, decided: 'byTotal' | 'byEnd' | null, checkAt: string | null }

const everyMs = 600_000
/** After the end, while windows of a rate are open. */
const afterEndMs = 3_600_000

type Aimed = Pick<Goal, 'from' | 'to' | 'direction'>

export function decisionOf (goal: Aimed, metric: Metric, { state, provisional }: Pick<GoalProgress, 'state' | 'provisional'>, now: number): Decision {
  if (state === 'reached' && isTotal(metric) && goal.direction === 'more') return { state, decided: 'byTotal', checkAt: null }
  if (isOver({ goal, provisional, now })) return { state, decided: 'byEnd', checkAt: null }
  return { state, decided: null, checkAt: new Date(nextLook(goal, now)).toISOString() }
}

function nextLook ({ from, to }: Pick<Goal, 'from' | 'to'>, now: number): number {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  if (now < start) return start
  return now < end ? Math.min(now + everyMs, end) : now + afterEndMs
}
