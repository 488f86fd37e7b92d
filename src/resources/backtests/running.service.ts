import { v4 } from 'uuid'
import { systemContext, transact, type Context, type Services } from '../../context.js'
import { worded } from '../../db/refusals.js'
import { ApiError } from '../../errors.js'
import { record } from '../../events/record.js'
import type { Backtest } from './backtest.shapes.js'
import * as store from './backtest.store.js'
import { countRange, periodOf, type Counted } from './counting.service.js'
import * as history from './history.store.js'
import { addPart, emptyTally, resultOf, shownCells, type Tally } from './tally.js'
import { countInThreads, hasThreads, stopThreads, usualThreads } from './threads.js'

/** How much is done between two looks at whether it is still wanted: so many conversations by each of so many threads. */
export interface Stretch {
  size: number
  threads: number
  /** No more than so many are counted in this very thread: others would take longer to start. */
  alone: number
}

const usual: Stretch = { size: 24_000, threads: usualThreads, alone: 2_000 }
/** Longer than a stretch ever takes: whoever has not put down what was counted by then is gone. */
const leaseMs = 120_000
/**
 * Takes up a backtest that waits, or that its worker left, and does a stretch of it; answers how many conversations that
 * were, and at least 1 when there was one. What was counted is put down with the place that it was counted to, so that a
 * crash costs a stretch and counts nothing twice.
 */
export async function runBacktests (services: Services, now: number, stretch: Stretch = usual): Promise<number> {
  const claimed = await claim(services, now)
  if (!claimed) {
    stopThreads(services)
    return 0
  }
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

async function work (ctx: Context, backtest: Backtest, lease: string, stretch: Stretch): Promise<number> {
  const { workspaceId } = ctx.caller!
  const saved = await store.saved(ctx.db, workspaceId, backtest.id)
  const tally = saved.tally ?? emptyTally()
  const counted = await countStretch(ctx, backtest, saved.place, stretch)
  for (const { part } of counted) addPart(tally, part)
  const { conversations } = tally
  const { place } = counted.at(-1)!
  await (place ? putDown(ctx, backtest, lease, tally, place) : finish(ctx, backtest, lease, {
    state: 'done', done: conversations, total: conversations, result: resultOf(tally), cells: shownCells(tally)
  }))
  return Math.max(1, conversations - backtest.done)
}

/** Parts of history that follow each other. */
async function countStretch (ctx: Context, backtest: Backtest, after: history.Place | null, { size, threads, alone }: Stretch): Promise<Counted[]> {
  if (!hasThreads || backtest.total! - backtest.done <= alone) return [await countRange(ctx, backtest, { after, until: null, limit: size })]
  const { workspaceId } = ctx.caller!
  const cuts = await history.places(ctx.db, workspaceId, periodOf(backtest), after, size, threads - 1)
  const ranges = [after, ...cuts].map((from, at): history.Range => ({ after: from, until: cuts[at] ?? null, limit: size }))
  return countInThreads(ctx.services, workspaceId, backtest, ranges)
}

/** What was counted, and how far; nothing when it is not wanted any more. */
async function putDown (ctx: Context, { id }: Backtest, lease: string, tally: Tally, { at, id: cursorId }: history.Place): Promise<void> {
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
