import { systemContext, transact, type Context, type Services } from '../../context.js'
import { record } from '../../events/record.js'
import { decisionOf, type Decision } from './deciding.js'
import { metricOf } from './goal.rules.js'
import type { Goal } from './goal.shapes.js'
import * as store from './goal.store.js'
import { textOf } from './measuring.service.js'
import { momentOf } from './moment.service.js'
import { progressAt } from './progress.service.js'

const batch = 20
/** After a failure; so that one that fails keeps no other waiting. */
const againMs = 600_000

interface Due { workspaceId: string, id: string, checkAt: string }

/**
 * Looks at the goals that are due for it, and records what became of them: `goal.reached` at the moment that it was,
 * `goal.missed` at the end of the period, each once, whenever a worker comes to it; `goal.stateChanged` in between. Two
 * workers may measure the same goal, and one of them writes. Answers how many goals it looked at.
 */
export async function lookAtGoals (services: Services, now: number): Promise<number> {
  const due = await store.due(services.database.read, textOf(now), batch)
  for (const each of due) {
    try {
      await look(services, each, now)
    } catch (error) {
      services.log.error({ err: error, goalId: each.id }, 'a goal could not be looked at')
      await store.postpone(services.database.read, each.workspaceId, each.id, each.checkAt, textOf(now + againMs))
    }
  }
  return due.length
}

async function look (services: Services, { workspaceId, id, checkAt }: Due, now: number): Promise<void> {
  const ctx = systemContext(services, workspaceId, ['goals:read', 'goals:write'], 'goals')
  const goal = await store.find(ctx.db, workspaceId, id)
  if (!goal) return
  const metric = metricOf(goal.metric)
  const progress = await progressAt(ctx, goal, 'day', now)
  const decision = decisionOf(goal, metric, progress, now)
  const decidedAt = decision.decided && await momentOf(ctx, goal, metric, decision.decided, now)
  await transact(ctx, async ctx => {
    if (!await store.holdUnseen(ctx.db, workspaceId, goal, checkAt)) return
    await keep(ctx, goal, decision, decidedAt, progress.figure, checkAt)
  })
}

/** Only what became of the goal is a change of it; that somebody looked is none. */
async function keep (ctx: Context, before: Goal, { state, checkAt }: Decision, decidedAt: string | null, figure: number | null, seen: string): Promise<void> {
  const { workspaceId } = ctx.caller!
  if (state === before.state && decidedAt === null) {
    await store.postpone(ctx.db, workspaceId, before.id, seen, checkAt!)
    return
  }
  const decidedFigure = decidedAt === null ? null : figure
  const goal = await store.update(ctx.db, workspaceId, before.id, { state, checkAt, decidedAt, decidedFigure })
  const outcome = decidedAt !== null && (state === 'reached' || state === 'missed') ? state : null
  record(ctx, outcome ? `goal.${outcome}` : 'goal.stateChanged', goal, {
    changes: { state: { from: before.state, to: state } }, ...(decidedAt !== null && { occurredAt: decidedAt })
  })
}
