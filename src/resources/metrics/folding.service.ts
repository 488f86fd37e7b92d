import { setImmediate } from 'node:timers/promises'
import { systemContext, transact, type Context, type Services } from '../../context.js'
import { Block, columnNames, packBlock, rewritten, type Place } from '../../metrics/blocks.js'
import { Growing } from '../../metrics/columns.js'
import { changedPlaces, digestsOf, keepableOf, packDigests, textOfPlace, unpackDigests, type Digests, type Keepable } from '../../metrics/placing.js'
import { inParts } from '../../parts.js'
import { factsOfConversations } from '../conversations/facts.service.js'
import { promisesOf, type Promises } from '../standards/promised.service.js'
import * as store from './block.store.js'

/** What has changed is folded when it is so much, or has rested so long: a block is not rewritten for every message. */
const enough = 5000
const restMs = 60_000
/** So many conversations are folded in one transaction. */
const batch = 1000
/** So many conversations are computed, and so many blocks packed, before others in this process have their turn. */
const turn = 40
const blocksATurn = 4

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
export const foldWorkspace = (services: Services, workspaceId: string, limit: number, rested?: string): Promise<number> =>
  transact(systemContext(services, workspaceId, [], 'metrics'), async ctx => {
    const held = await store.holdFold(ctx.db, workspaceId)
    if (!held) return 0
    const settled = rested === undefined ? [] : await store.changedConversations(ctx.db, workspaceId, limit, rested)
    const changed = settled.length ? settled : await store.changedConversations(ctx.db, workspaceId, limit)
    if (!changed.length) return 0
    const promises = await promisesOf(ctx)
    const folded = await foldedOf(ctx, workspaceId, changed, held.numbered, promises)
    const fold = { numbered: held.numbered + folded.filter(({ isNew }) => isNew).length, folds: held.folds + 1 }
    await rewrite(ctx, workspaceId, fold.folds, folded)
    await store.keepConversations(ctx.db, workspaceId, folded.map(({ after, ...each }) => ({ ...each, places: packDigests(after) })), fold)
    return await store.holdPromises(ctx.db, workspaceId, promises.revision) ? store.markKept(ctx.db, workspaceId, changed) : 0
  })

interface Folded extends Keepable { id: string, number: number, isNew: boolean, before: Digests, after: Digests }

/** Facts are read after versions: they are at least as new, and a conversation that was written meanwhile is not marked. */
async function foldedOf (ctx: Context, workspaceId: string, changed: readonly store.Changed[], numbered: number, promises: Promises): Promise<Folded[]> {
  const ids = changed.map(({ id }) => id)
  const [facts, kept] = await Promise.all([factsOfConversations(ctx, ids), store.keptConversations(ctx.db, workspaceId, ids)])
  const known = new Map(kept.map(each => [each.id, each]))
  let next = numbered
  const folded: Folded[] = []
  for (const [index, { id, complexity }] of changed.filter(({ id }) => facts.has(id)).entries()) {
    if (index % turn === turn - 1) await setImmediate()
    const keepable = keepableOf(id, facts.get(id)!, { complexity, promises })
    const earlier = known.get(id)
    folded.push({
      id, number: earlier?.number ?? ++next, isNew: !earlier, ...keepable,
      before: earlier ? unpackDigests(earlier.places) : new Map(), after: digestsOf(keepable.placed)
    })
  }
  return folded
}

/** Rewrites the blocks in which any of them has something else than before. */
async function rewrite (ctx: Context, workspaceId: string, fold: number, folded: readonly Folded[]): Promise<void> {
  const places = new Map<string, Rewriting>()
  for (const { number, placed, before, after } of folded) {
    for (const place of changedPlaces(before, after)) {
      const text = textOfPlace(place)
      if (!places.has(text)) places.set(text, { place, without: new Set(), traces: new Growing(place.family, place.open) })
      const { without, traces } = places.get(text)!
      without.add(number)
      for (const trace of placed.get(text)?.traces ?? []) traces.push(number, trace)
    }
  }
  const all = [...places.values()]
  for (let from = 0; from < all.length; from += placesAtOnce) await rewriteSome(ctx, workspaceId, fold, all.slice(from, from + placesAtOnce))
}

/** Bounds what is in memory. */
const placesAtOnce = 4

interface Rewriting { place: Place, without: Set<number>, traces: Growing }

async function rewriteSome (ctx: Context, workspaceId: string, fold: number, some: readonly Rewriting[]): Promise<void> {
  const found = blocksOf(await store.blocksAt(ctx.db, workspaceId, some.map(({ place }) => place), columnNames))
  const written: store.BlockColumn[] = []
  const gone: Place[] = []
  for (const [index, { place, without, traces }] of some.entries()) {
    if (index % blocksATurn === blocksATurn - 1) await setImmediate()
    const block = rewritten(found.get(textOfPlace(place)) ?? null, place, without, traces)
    if (block.size) written.push(...packBlock(block).map(column => ({ ...place, ...column, fold, size: block.size })))
    else gone.push(place)
  }
  if (gone.length) await store.removeBlocks(ctx.db, workspaceId, gone, columnNames)
  for (const some of inParts(written, ({ data }) => data.length, bytesAtOnce)) await store.writeBlocks(ctx.db, workspaceId, some)
}

/** Bytes that are written at once: on their way they take five times as much. */
const bytesAtOnce = 1_000_000

/** Blocks by their places, from their columns. */
function blocksOf (columns: readonly store.BlockColumn[]): Map<string, Block> {
  const blocks = new Map<string, Block>()
  for (const column of columns) {
    const text = textOfPlace(column)
    let block = blocks.get(text)
    if (!block) blocks.set(text, block = new Block(column.family, column.open, column.size))
    block.read(column.name, column.data)
  }
  return blocks
}
