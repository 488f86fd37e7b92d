import DataLoader from 'dataloader'
import { allow, type Context } from '../../context.js'
import { ApiError } from '../../errors.js'
import { loader } from '../../graphql/module.js'
import type { Goal } from './goal.shapes.js'
import { progressOf } from './progress.service.js'
import type { GoalInterval, GoalProgress } from './progress.shapes.js'

interface Asked { goal: Goal, interval: GoalInterval }
/** Each is a question to the metrics, one after the other. */
const most = 10

/** How each of a request's goals stands. */
export const progressOfGoal = loader((ctx: Context) => {
  let asked = 0
  return new DataLoader<Asked, GoalProgress, string>(async all => {
    allow(ctx, 'goals:read')
    if ((asked += all.length) > most) throw new ApiError('tooComplex', `The progress of at most ${most} goals can be asked for in one request.`)
    const progress: GoalProgress[] = []
    for (const { goal, interval } of all) progress.push(await progressOf(ctx, goal, interval))
    return progress
  }, { cacheKeyFn: ({ goal, interval }) => `${goal.id} ${interval}` })
})
