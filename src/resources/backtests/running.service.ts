import { setImmediate } from 'node:timers/promises'
import { v4 } from 'uuid'
import { clocksUnder } from '../../clock/clocks.js'
import type { Calendars } from '../../clock/reading.js'
import type { Condition, StandardVersionSet } from '../../clock/standard.js'
import { systemContext, transact, type Context, type Services } from '../../context.js'
import { worded } from '../../db/refusals.js'
import { ApiError } from '../../errors.js'
import { record } from '../../events/record.js'
import { compiledCalendars } from '../calendars/compiled.service.js'
import { pureTarget } from '../standards/content.js'
import { standardsOf } from '../standards/promised.service.js'
import type { Backtest } from './backtest.shapes.js'
import * as store from './backtest.store.js'
import { placing } from './cells.js'
import * as history from './history.store.js'
import { cellsOf, emptyTally, resultOf, Tallying } from './tally.js'

/** How much is done between two looks at whether it is still wanted. */
export interface Stretch { batches: number, batchSize: number }

const usual: Stretch = { batches: 20, batchSize: 400 }
/** Longer than a stretch ever takes: whoever has not put down what was counted by then is gone. */
const leaseMs = 120_000
/** So many conversations are computed before others in this process have their turn. */
const turn = 40

/**
 * Takes up a backtest that waits, or that its worker left, and does a stretch of it; answers how many conversations that
 * were, and at least 1 when there was one. What was counted is put down with the place that it was counted to, so that a
 * crash costs a stretch and counts nothing twice.
 */
export async function runBacktests (services: Services, now: number, stretch: Stretch = usual): Promise<number> {
  const claimed = await claim(services, now)
  if (!claimed) return 0
  const { ctx, backtest, lease } = claimed
  try {
    return await work(ctx, backtest, lease, stretch)
  } catch (error) {
    const known = worded(error)
    if (known instanceof ApiError && known.code === 'unavailable') throw known
    services.log.error({ err: error, backtest: backtest.id }, 'a backtest failed')
    await finish(ctx, backtest, lease, { state: 'failed', error: 'The server could not compute it; its log says why.' })
    return 1
  }
}

interface Claimed { ctx: Context, backtest: Backtest, lease: string }

export async function claim (services: Services, now: number): Promise<Claimed | null> {
  const found = await store.anyWaiting(services.database.read, new Date(now).toISOString())
  if (!found) return null
  const lease = v4()
  const ctx = systemContext(services, found.workspaceId, ['standards:read'], 'backtests')
  return transact(ctx, async inside => {
    const mine = await store.holdWaiting(inside.db, found.workspaceId, found.id, new Date(now).toISOString())
    if (!mine) return null
    const total = mine.total ?? await history.count(inside.db, found.workspaceId, periodOf(mine))
    const at = new Date(now).toISOString()
    const backtest = await store.update(inside.db, found.workspaceId, found.id, {
      state: 'running', total, startedAt: mine.startedAt ?? at, lease, leaseUntil: new Date(now + leaseMs).toISOString()
    })
    if (mine.state === 'queued') record(inside, 'backtest.started', backtest, { changes: { state: { from: 'queued', to: 'running' } } })
    return { ctx, backtest, lease }
  })
}

const periodOf = ({ from, to, asOf, filter, dimensions }: Backtest): history.Period =>
  ({ from, to, asOf, filter, attributes: dimensions.flatMap(({ name }) => name ?? []) })

/** The version that is tried as the only standard there ever was. */
const alone = ({ standardId, versionNumber, default: isDefault, condition, targets }: Backtest): StandardVersionSet => [{
  id: standardId,
  archivedAt: null,
  versions: [{
    id: standardId, standardId, version: versionNumber, publishedAt: Number.MIN_SAFE_INTEGER, apply: 'keep', position: 1,
    default: isDefault, condition: condition as Condition | null, targets: targets.map(pureTarget)
  }]
}]

async function work (ctx: Context, backtest: Backtest, lease: string, { batches, batchSize }: Stretch): Promise<number> {
  const { workspaceId } = ctx.caller!
  const [{ tally, place }, real, calendars] = await Promise.all([store.saved(ctx.db, workspaceId, backtest.id), standardsOf(ctx), compiledCalendars(ctx)])
  const tallying = new Tallying(tally ?? emptyTally())
  const count = counting(backtest, tallying, alone(backtest), real, calendars)
  const read = (after: history.Place | null) => history.read(ctx.db, workspaceId, periodOf(backtest), after, batchSize)
  let batch = await read(place)
  for (let done = 1; ; done++) {
    const isLast = batch.place === null || done === batches
    const next = isLast ? null : read(batch.place)
    next?.catch(() => {})
    await count(batch.past)
    if (isLast) break
    batch = await next!
  }
  const { conversations } = tallying.tally
  await (batch.place ? putDown(ctx, backtest, lease, tallying, batch.place) : finish(ctx, backtest, lease, {
    state: 'done', done: conversations, total: conversations, result: resultOf(tallying.tally), cells: cellsOf(tallying.tally)
  }))
  return Math.max(1, conversations - backtest.done)
}

/** Counts conversations: by the one function that makes all clocks, once under what is tried and once under what was published. */
function counting (backtest: Backtest, tallying: Tallying, tried: StandardVersionSet, real: StandardVersionSet, calendars: Calendars): (past: history.Past[]) => Promise<void> {
  const asOf = Date.parse(backtest.asOf)
  const cellsOfPast = placing(backtest.dimensions, backtest.timeZone)
  return async past => {
    for (const [at, one] of past.entries()) {
      if (at % turn === turn - 1) await setImmediate()
      const [would, was] = clocksUnder(one.facts, [tried, real], calendars, asOf)
      tallying.add(would!, was!, cellsOfPast(one))
    }
  }
}

/** What was counted, and how far; nothing when it is not wanted any more. */
async function putDown (ctx: Context, { id }: Backtest, lease: string, { tally }: Tallying, { at, id: cursorId }: history.Place): Promise<void> {
  const { workspaceId } = ctx.caller!
  await transact(ctx, async ctx => {
    if (!await store.holdLeased(ctx.db, workspaceId, id, lease)) return
    await store.update(ctx.db, workspaceId, id, { done: tally.conversations, tally, cursorAt: at, cursorId, lease: null, leaseUntil: null })
  })
}

type End = { state: 'failed', error: string } | ({ state: 'done' } & Pick<Backtest, 'done' | 'total' | 'result' | 'cells'>)

async function finish (ctx: Context, { id }: Backtest, lease: string, end: End): Promise<void> {
  const { workspaceId } = ctx.caller!
  await transact(ctx, async ctx => {
    if (!await store.holdLeased(ctx.db, workspaceId, id, lease)) return
    const finishedAt = new Date(ctx.transaction!.at).toISOString()
    const backtest = await store.update(ctx.db, workspaceId, id, { ...end, finishedAt, tally: null, lease: null, leaseUntil: null })
    record(ctx, end.state === 'done' ? 'backtest.finished' : 'backtest.failed', { ...backtest, cells: null } as Backtest,
      { changes: { state: { from: 'running', to: end.state } } })
  })
}
