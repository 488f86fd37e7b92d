import type { Context } from '../context.js'
import { createBacktest } from '../resources/backtests/backtest.service.js'
import { CreateBacktest } from '../resources/backtests/backtest.shapes.js'
import { createGoal } from '../resources/goals/goal.service.js'
import { CreateGoal } from '../resources/goals/goal.shapes.js'
import { queryMetrics } from '../resources/metrics/metric.service.js'
import { QueryMetrics } from '../resources/metrics/metric.shapes.js'
import { setMetricOwner } from '../resources/metrics/owner.service.js'
import { createWebhook, disableWebhook } from '../resources/webhooks/webhook.service.js'
import { CreateWebhook } from '../resources/webhooks/webhook.shapes.js'
import { dayMs } from './hours.js'
import { makeDraft } from './promises.js'
import type { Ids } from './playing.js'

/** What the shop makes of its month: what it tries, what it wants to become better at, and who is told. */

const instant = (at: number): string => new Date(at).toISOString()

interface Wanted { name: string, why: string, metric: string, owner: string, basis?: 'business', better: (figure: number) => { target: number, stretchTarget?: number } }

const fewer = (figure: number) => ({ target: figure * 0.8, stretchTarget: figure * 0.6 })
const wanted: Wanted[] = [
  {
    name: 'First replies a fifth sooner', why: 'Most who write a second time do so because nobody has answered yet.',
    metric: 'firstReplyTime', owner: 'tomas', basis: 'business', better: figure => ({ target: Math.floor(figure * 0.8), stretchTarget: Math.floor(figure * 0.6) })
  },
  {
    name: 'Promises kept', why: 'A promise that is not kept is worse than none.',
    metric: 'attainment', owner: 'nora', better: figure => figure < 1 ? { target: (1 + figure) / 2, stretchTarget: 1 } : { target: 1 }
  },
  { name: 'Solved for good', why: 'Who has to come back was not helped.', metric: 'reopenRate', owner: 'aisha', better: figure => figure > 0 ? fewer(figure) : { target: 0 } }
]

async function figureOf (ctx: Context, { metric, basis }: Wanted, from: number, to: number): Promise<number | null> {
  const { totals: [total] } = await queryMetrics(ctx, QueryMetrics.parse({ metrics: [metric], from: instant(from), to: instant(to), timeZone: 'Europe/London', basis }))
  const { value, statistics } = total!.figure
  return statistics ? statistics.p50 : value
}

/** Each sets out from the month that was, whose figure it wants to be better than; none where there is no figure. */
async function makeGoals (ctx: Context, ids: Ids, since: number, today: number): Promise<void> {
  for (const each of wanted) {
    const figure = await figureOf(ctx, each, since, today)
    if (figure === null) continue
    const { name, why, metric, owner, basis, better } = each
    await createGoal(ctx, CreateGoal.parse({
      name, why, metric, basis, ownerId: ids.agents.get(owner), timeZone: 'Europe/London', ...better(figure),
      from: instant(today), to: instant(today + 90 * dayMs), baselineFrom: instant(since), baselineTo: instant(today)
    }))
    await setMetricOwner(ctx, metric, { agentId: ids.agents.get(owner)!, why })
  }
}

/** The draft and its trial, which the server's worker runs; goals with owners; a webhook that waits to be enabled. */
export async function makeAims (ctx: Context, ids: Ids, since: number, now: number): Promise<void> {
  const today = now - now % dayMs
  await makeDraft(ctx)
  await createBacktest(ctx, 'external:everybody', CreateBacktest.parse({
    from: instant(since), to: instant(now), timeZone: 'Europe/London', dimensions: [{ by: 'priority' }, { by: 'channelKind' }]
  }))
  await makeGoals(ctx, ids, since, today)
  const { id } = await createWebhook(ctx, CreateWebhook.parse({
    url: 'https://crm.ocean-outfitters.example/support', description: 'Tells the CRM of conversations that are resolved.', types: ['conversation.resolved']
  }))
  await disableWebhook(ctx, id)
}
