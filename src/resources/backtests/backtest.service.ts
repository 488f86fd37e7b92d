import { allow, checkVersion, instantText, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { conflict, invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { conversationFilters } from '../conversations/conversation.shapes.js'
import { getStandard, getStandardVersion } from '../standards/standard.service.js'
import type { StandardVersion } from '../standards/standard.shapes.js'
import type { Backtest, BacktestDimension, CreateBacktest, SearchBacktests } from './backtest.shapes.js'
import * as store from './backtest.store.js'

const maxKept = 500
const maxWaiting = 20
const maxYears = 10

export async function getBacktest (ctx: Context, ref: string): Promise<Backtest> {
  const { workspaceId } = allow(ctx, 'standards:read')
  const backtest = await reading(store.find(ctx.db, workspaceId, ref))
  if (!backtest) throw notFound('Backtest')
  return backtest
}

export async function listBacktests (ctx: Context, query: SearchBacktests): Promise<Page<Backtest>> {
  const { workspaceId } = allow(ctx, 'standards:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** Asks for a standard to be tried on history; a worker does it. */
export async function createBacktest (ctx: Context, ref: string, input: CreateBacktest): Promise<Backtest> {
  const { workspaceId } = allow(ctx, 'standards:write')
  const { externalId, from, to, timeZone, filter = null } = input
  checkPeriod(from, to)
  const dimensions = checkedDimensions(input.dimensions)
  conversationFilters.where(filter)
  return transact(ctx, async ctx => {
    const { id: standardId, number, publishedAt, default: isDefault, condition, targets } = await versionOf(ctx, ref, input.versionNumber ?? null)
    if (!targets.length) throw invalid('versionNumber', 'names a version that promises no time: there is nothing to try')
    await checkRoom(ctx, workspaceId)
    const backtest = await store.insert(ctx.db, workspaceId, {
      externalId, standardId, versionNumber: number, isDraft: publishedAt === null, content: { default: isDefault, condition, targets },
      from, to, asOf: instantText(ctx), filter, dimensions, timeZone, createdAt: instantText(ctx), updatedAt: instantText(ctx)
    })
    record(ctx, 'backtest.created', backtest)
    return backtest
  })
}

/** Stops one that is not finished; what it has counted is forgotten. */
export async function cancelBacktest (ctx: Context, ref: string): Promise<Backtest> {
  const { workspaceId } = allow(ctx, 'standards:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    if (before.state === 'cancelled') return before
    if (before.state === 'done' || before.state === 'failed') throw conflict(`This backtest is ${before.state}; there is nothing to cancel.`)
    const backtest = await store.update(ctx.db, workspaceId, before.id, { state: 'cancelled', finishedAt: instantText(ctx), tally: null, lease: null, leaseUntil: null })
    record(ctx, 'backtest.cancelled', backtest, { changes: { state: { from: before.state, to: 'cancelled' } } })
    return backtest
  })
}

/** Its result goes with it; one that is running stops. */
export async function deleteBacktest (ctx: Context, ref: string): Promise<void> {
  const { workspaceId } = allow(ctx, 'standards:write')
  await transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    await store.remove(ctx.db, workspaceId, before.id)
    record(ctx, 'backtest.deleted', before)
  })
}

async function held (ctx: Context, workspaceId: string, ref: string): Promise<Backtest> {
  const backtest = await store.hold(ctx.db, workspaceId, ref)
  if (!backtest) throw notFound('Backtest')
  checkVersion(ctx, backtest.version)
  return backtest
}

/** The version that is named, else the draft, else what is published; under the id of its standard. */
async function versionOf (ctx: Context, ref: string, number: number | null): Promise<Omit<StandardVersion, 'standardId'>> {
  const reader = { ...ctx, caller: { ...ctx.caller!, scopes: new Set([...ctx.caller!.scopes, 'standards:read' as const]) } }
  const standard = await getStandard(reader, ref)
  const version = number === null ? (standard.draft ?? standard.published)! : await getStandardVersion(reader, ref, number)
  return { ...version, id: standard.id }
}

function checkPeriod (from: string, to: string): void {
  if (to <= from) throw invalid('to', 'is not after from')
  const latest = `${Number(from.slice(0, 4)) + maxYears}${from.slice(4)}`
  if (to > latest) throw invalid('to', `is more than ${maxYears} years after from`)
}

function checkedDimensions (given: CreateBacktest['dimensions']): BacktestDimension[] {
  const dimensions = given.map(({ by, name }) => ({ by, name: name ?? null }))
  dimensions.forEach(({ by, name }, at) => {
    if (by === 'attribute' && name === null) throw invalid(`dimensions.${at}.name`, 'is required: the key of the attribute')
    if (by !== 'attribute' && name !== null) throw invalid(`dimensions.${at}.name`, 'is only for the dimension attribute')
    if (dimensions.findIndex(other => other.by === by && other.name === name) < at) throw invalid(`dimensions.${at}`, 'is in the list already')
  })
  return dimensions
}

async function checkRoom (ctx: Context, workspaceId: string): Promise<void> {
  await store.holdRoom(ctx.db, workspaceId)
  const { kept, waiting } = await store.counts(ctx.db, workspaceId)
  if (waiting >= maxWaiting) throw conflict(`At most ${maxWaiting} backtests wait or run at a time. Cancel some, or try again when they are done.`)
  if (kept >= maxKept) throw conflict(`A workspace keeps ${maxKept} backtests at most. Delete some.`)
}
