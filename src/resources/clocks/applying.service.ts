import { allow, reading, systemContext, transact, type Context, type Services } from '../../context.js'
import { askEach, holdFree, reach, readBehindMany, updateKeptOf, type HeldRow, type KeptOf } from '../conversations/due.service.js'
import { shareMaking } from '../promises.js'
import * as store from './asking.store.js'
import { clockWritesOf, differs, keepClocks, type Keeping } from './keeping.js'
import type { PublicationProgress } from './progress.shapes.js'
import { promisesOf } from './promises.js'

const workspaces = 100
/** At most so many conversations are computed in one transaction, out of at most so many that are looked at. */
export interface Sizes { limit: number, stretch: number }
const usual: Sizes = { limit: 100, stretch: 2000 }
/** So many that others hold are remembered before the walk waits for them. */
const mostPassedOver = 500

/** How far what was last published has come. */
export async function getPublicationProgress (ctx: Context): Promise<PublicationProgress> {
  const { workspaceId } = allow(ctx, 'standards:read')
  const asking = await reading(store.find(ctx.db, workspaceId))
  if (!asking) return { pending: false, since: null, askedAt: null, done: 0 }
  return { pending: true, ...asking }
}

/**
 * Walks the conversations of workspaces whose promises have changed, from the newest down, and computes the clocks that may say
 * something else; a transaction takes a stretch of them, writes what changed, and puts down how far it came. Two workers at once do nothing
 * twice. Whatever others hold is come back to. Answers how many conversations it computed (1 for a stretch in which there
 * was none to compute), 0 when there is nothing to do, or somebody is at it.
 */
export async function applyPromises (services: Services, sizes = usual): Promise<number> {
  let done = 0
  const failures: unknown[] = []
  for (const workspaceId of await store.asked(services.database.read, workspaces)) {
    try {
      done += await onwards(services, workspaceId, sizes)
    } catch (error) {
      services.log.error({ err: error, workspaceId }, 'the clocks of a workspace could not be computed')
      failures.push(error)
    }
  }
  if (failures.length && !done) throw failures[0]
  return done
}

/** One stretch; where the database refuses what is written of it, each of its conversations is asked for by itself. */
async function onwards (services: Services, workspaceId: string, sizes: Sizes): Promise<number> {
  try {
    return await walk(services, workspaceId, sizes, compute)
  } catch (error) {
    services.log.error({ err: error, workspaceId }, 'clocks could not be computed together; each conversation is computed by itself')
    return walk(services, workspaceId, sizes, askForEach)
  }
}

/** Does something with conversations; gives how many it did, and which it could not because others hold them. */
type Work = (ctx: Context, ids: readonly string[]) => Promise<{ done: number, passedOver: string[] }>

async function walk (services: Services, workspaceId: string, sizes: Sizes, work: Work): Promise<number> {
  return transact(systemContext(services, workspaceId, [], 'clocks'), async ctx => {
    const [, asking] = await Promise.all([shareMaking(ctx.db, workspaceId), store.hold(ctx.db, workspaceId)])
    if (!asking) return 0
    const { ids, cursorId, isEnd } = await next(ctx, asking, sizes)
    const { done, passedOver } = ids.length ? await work(ctx, ids) : { done: 0, passedOver: [] }
    const isOver = isEnd && !passedOver.length
    await (isOver ? store.end(ctx.db, workspaceId, asking, done) : store.move(ctx.db, workspaceId, { cursorId, passedOver }, done))
    return done || (isOver || cursorId !== asking.cursorId ? 1 : 0)
  })
}

/** What others held, and the conversations that come after. */
async function next ({ db, caller }: Context, { since, cursorId, passedOver }: store.Walk, sizes: Sizes): Promise<{ ids: string[], cursorId: string, isEnd: boolean }> {
  if (passedOver.length >= mostPassedOver) return { ids: passedOver, cursorId, isEnd: false }
  const { ids, bound } = await reach(db, caller!.workspaceId, cursorId, since, sizes)
  const isFull = ids.length === sizes.limit
  return { ids: [...new Set([...passedOver, ...ids])], cursorId: isFull ? ids.at(-1)! : bound ?? ids.at(-1) ?? cursorId, isEnd: !isFull && bound === null }
}

const askForEach: Work = async ({ db, caller }, ids) => {
  await askEach(db, caller!.workspaceId, ids)
  return { done: ids.length, passedOver: [] }
}

const compute: Work = async (ctx, ids) => {
  const { workspaceId } = ctx.caller!
  const [free, { revision, byId }] = await Promise.all([holdFree(ctx.db, workspaceId, ids), readBehindMany(ctx.db, workspaceId, ids)])
  const { standards, calendars } = await promisesOf(ctx, Promise.resolve(revision)) ?? { standards: [], calendars: new Map() }
  const keepings: Keeping[] = []
  const kept: KeptOf[] = []
  const failed: string[] = []
  for (const row of free) {
    const { facts, clocks } = byId.get(row.id)!
    const keeping = attempt(ctx, row.id, () => keepClocks(ctx, row.id, facts, { standards, calendars }, clocks))
    if (!keeping) failed.push(row.id)
    else {
      keepings.push(keeping)
      kept.push(...changeOf(row, keeping))
    }
  }
  await Promise.all([
    ...clockWritesOf(ctx, keepings), updateKeptOf(ctx.db, workspaceId, kept), ...(failed.length ? [askEach(ctx.db, workspaceId, failed)] : [])
  ])
  const held = new Set(free.map(({ id }) => id))
  return { done: free.length, passedOver: ids.filter(id => !held.has(id)) }
}

/** Null where it fails, with nothing recorded: that one is computed by itself, and keeps no other waiting. */
function attempt ({ services, transaction }: Context, conversationId: string, work: () => Keeping): Keeping | null {
  const recorded = transaction!.events.length
  try {
    return work()
  } catch (error) {
    services.log.error({ err: error, conversationId }, 'the clocks of a conversation could not be computed')
    transaction!.events.splice(recorded)
    return null
  }
}

/** What is to be written of the conversation's row; metrics have kept other clocks than those that there are now. */
function changeOf (row: HeldRow, keeping: Keeping): KeptOf[] {
  const { clocksCheckAt, nextDueAt, atRisk } = keeping.kept
  const metricsKept = row.metricsKept && !differs(keeping)
  const isSame = row.clocksCheckAt === clocksCheckAt && row.nextDueAt === nextDueAt && row.atRisk === atRisk && row.metricsKept === metricsKept && !row.asked
  return isSame ? [] : [{ id: row.id, clocksCheckAt, nextDueAt, atRisk, metricsKept }]
}
