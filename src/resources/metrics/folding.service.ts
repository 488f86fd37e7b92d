import { systemContext, transact, type Context, type Services } from '../../context.js'
import { Growing } from '../../metrics/columns.js'
import { tracesAPart } from '../../metrics/parts.js'
import { changedPlaces, digestsOf, keepableOf, packDigests, textOfPlace, unpackDigests, type Digests, type Keepable } from '../../metrics/placing.js'
import { factsOfConversations } from '../conversations/facts.service.js'
import { promisesOf, type Promises } from '../standards/promised.service.js'
import * as store from './block.store.js'
import { rewrite, type Change } from './rewriting.service.js'

/** What has changed is folded when it is so much, or has rested so long: a block is not rewritten for every message. */
const enough = 5000
const restMs = 60_000
/** So many conversations are folded in one transaction. */
const batch = 1000
/** So many are read and computed at once, which is as long as others in this process wait for their turn. */
const turn = 40
/** So many traces are in one part; and a batch that has come to so many, which are in memory, is ended there. */
const traces = { aPart: tracesAPart, aBatch: 20_000 }

/**
 * Folds what metrics keep of conversations that have changed, a batch in a workspace at a time; answers how many it is done with.
 * Until it has committed, queries compute them from their facts; so it may fail or be killed anywhere, and two may run at once.
 */
export async function foldMetrics (services: Services, now: number, many = enough): Promise<number> {
  let done = 0
  const rested = new Date(now - restMs).toISOString()
  for (const workspaceId of await store.workspacesToFold(services.database.read, many, rested)) {
    done += await foldWorkspace(services, workspaceId, batch, rested)
  }
  return done
}

/** One batch: what has rested since an instant, or, where nothing has (or none is given), what changed longest ago. */
export const foldWorkspace = (services: Services, workspaceId: string, limit: number, rested?: string, most: Partial<typeof traces> = {}): Promise<number> =>
  transact(systemContext(services, workspaceId, [], 'metrics'), async ctx => {
    const held = await store.holdFold(ctx.db, workspaceId)
    if (!held) return 0
    const settled = rested === undefined ? [] : await store.changedConversations(ctx.db, workspaceId, limit, rested)
    const changed = settled.length ? settled : await store.changedConversations(ctx.db, workspaceId, limit)
    if (!changed.length) return 0
    const promises = await promisesOf(ctx)
    const { aPart, aBatch } = { ...traces, ...most }
    const { done, kept, numbered, changes } = await foldedOf(ctx, workspaceId, changed, held.numbered, promises, aBatch)
    const fold = { numbered, folds: held.folds + 1 }
    await rewrite(ctx, workspaceId, fold.folds, changes, aPart)
    await store.keepConversations(ctx.db, workspaceId, kept, fold)
    return await store.holdPromises(ctx.db, workspaceId, promises.revision) ? store.markKept(ctx.db, workspaceId, done) : 0
  })

/** What is kept of the conversations that it is done with, and the places in which any of them has something else than before. */
interface Folded { done: readonly store.Changed[], kept: store.Keeping[], numbered: number, changes: Change[] }

/** Facts are read after versions: they are at least as new, and a conversation that was written meanwhile is not marked. */
async function foldedOf (
  ctx: Context, workspaceId: string, changed: readonly store.Changed[], numbered: number, promises: Promises, most: number
): Promise<Folded> {
  const earlier = new Map((await store.keptConversations(ctx.db, workspaceId, changed.map(({ id }) => id))).map(each => [each.id, each]))
  const kept: store.Keeping[] = []
  const changes = new Map<string, Change>()
  let [done, added] = [0, 0]
  for (; done < changed.length && added < most; done += turn) {
    const some = changed.slice(done, done + turn)
    const facts = await factsOfConversations(ctx, some.map(({ id }) => id))
    for (const { id, complexity } of some.filter(({ id }) => facts.has(id))) {
      const { placed, ...dated } = keepableOf(id, facts.get(id)!, { complexity, promises })
      const before = earlier.get(id)
      const number = before?.number ?? ++numbered
      const after = digestsOf(placed)
      added += addChanges(changes, number, placed, before ? unpackDigests(before.places) : new Map(), after)
      kept.push({ id, number, ...dated, places: packDigests(after) })
    }
  }
  return { done: changed.slice(0, done), kept, numbered, changes: [...changes.values()] }
}

/** Adds what a conversation has otherwise than before; gives how many traces. */
function addChanges (changes: Map<string, Change>, number: number, placed: Keepable['placed'], before: Digests, after: Digests): number {
  let added = 0
  for (const place of changedPlaces(before, after)) {
    const text = textOfPlace(place)
    if (!changes.has(text)) changes.set(text, { place, without: new Set(), traces: new Growing(place.family, place.open) })
    const { without, traces } = changes.get(text)!
    if (before.has(text)) without.add(number)
    for (const trace of placed.get(text)?.traces ?? []) traces.push(number, trace)
    added += placed.get(text)?.traces.length ?? 0
  }
  return added
}
