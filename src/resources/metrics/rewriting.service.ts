import { setImmediate } from 'node:timers/promises'
import type { Context } from '../../context.js'
import { Block, columnNames, packBlock, type Place, type PlacePart } from '../../metrics/blocks.js'
import type { Growing } from '../../metrics/columns.js'
import { partsToRewrite, Rewriting, type Part } from '../../metrics/parts.js'
import { textOfPart, textOfPlace } from '../../metrics/placing.js'
import { inParts } from '../../parts.js'
import * as store from './block.store.js'

/** What is otherwise in a place: whose traces go from it, and what they, and others that had none there, have now. */
export interface Change { place: Place, without: Set<number>, traces: Growing }

/** For its columns alone a part takes as much as so many traces. */
const beside = 100
/** So many traces are looked at, at once, for whose they are. */
const lookedAtAtOnce = 100_000
/** So many parts are packed before others in this process have their turn. */
const partsATurn = 4
/** Bytes that are written at once: on their way they take five times as much. */
const bytesAtOnce = 1_000_000

/** Rewrites those parts in which something is otherwise, of `most` traces each; as much as about two of them is in memory at once. */
export async function rewrite (ctx: Context, workspaceId: string, fold: number, changes: readonly Change[], most: number): Promise<void> {
  const parts = new Map<string, KnownPart[]>(changes.map(({ place }) => [textOfPlace(place), []]))
  for (const part of await store.partsAt(ctx.db, workspaceId, changes.map(({ place }) => place))) parts.get(textOfPlace(part))!.push(part)
  const going = await partsWithout(ctx, workspaceId, changes.flatMap(({ place, without }) =>
    without.size ? parts.get(textOfPlace(place))!.map(part => ({ ...part, without })) : []))
  const steps = changes.flatMap(change => stepsOf(change, parts.get(textOfPlace(change.place))!, going, most))
  const gone: PlacePart[] = []
  for (const some of inParts(steps, ({ size }) => size + beside, most)) gone.push(...await takeSteps(ctx, workspaceId, fold, some))
  if (gone.length) await store.removeBlocks(ctx.db, workspaceId, gone, columnNames)
}

type KnownPart = PlacePart & Part

/** Names the parts that have traces which go. */
async function partsWithout (ctx: Context, workspaceId: string, parts: ReadonlyArray<KnownPart & { without: ReadonlySet<number> }>): Promise<Set<string>> {
  const going = new Set<string>()
  for (const some of inParts(parts, ({ size }) => size + beside, lookedAtAtOnce)) {
    const withouts = new Map(some.map(part => [textOfPart(part), part.without]))
    for (const [text, { conversation, size }] of blocksOf(await store.blocksAt(ctx.db, workspaceId, some, ['conversation']))) {
      const without = withouts.get(text)!
      for (let at = 0; at < size; at++) if (without.has(conversation[at]!)) going.add(text)
    }
  }
  return going
}

/** What is taken into a place anew: one of its parts, or, at last (null), what is added. */
interface Step { change: Change, rewriting: Rewriting, part: KnownPart | null, size: number }

function stepsOf (change: Change, parts: readonly KnownPart[], going: ReadonlySet<string>, most: number): Step[] {
  const { place, traces } = change
  const rewriting = new Rewriting(place, parts.reduce((next, { part }) => Math.max(next, part + 1), 0), most)
  const some = partsToRewrite(parts, part => going.has(textOfPart(part)), traces.size, most)
  return [...some, null].map(part => ({ change, rewriting, part, size: (part ?? traces).size }))
}

/** Takes some steps, and writes the parts that are full by then; gives those that are no more. */
async function takeSteps (ctx: Context, workspaceId: string, fold: number, steps: readonly Step[]): Promise<PlacePart[]> {
  const found = blocksOf(await store.blocksAt(ctx.db, workspaceId, steps.flatMap(({ part }) => part ?? []), columnNames))
  const columns: store.BlockColumn[] = []
  const gone: PlacePart[] = []
  let packed = 0
  for (const { change: { place, without, traces }, rewriting, part } of steps) {
    for (const full of part ? rewriting.take(part.part, found.get(textOfPart(part))!, without) : rewriting.finish(traces)) {
      if (++packed % partsATurn === 0) await setImmediate()
      columns.push(...packBlock(full.traces).map(column => ({ ...place, ...column, part: full.part, fold, size: full.traces.size })))
    }
    if (!part) gone.push(...rewriting.free.map(free => ({ ...place, part: free })))
  }
  for (const some of inParts(columns, ({ data }) => data.length, bytesAtOnce)) await store.writeBlocks(ctx.db, workspaceId, some)
  return gone
}

/** Parts by their names, from their columns. */
function blocksOf (columns: readonly store.BlockColumn[]): Map<string, Block> {
  const blocks = new Map<string, Block>()
  for (const column of columns) {
    const text = textOfPart(column)
    let block = blocks.get(text)
    if (!block) blocks.set(text, block = new Block(column.family, column.open, column.size))
    block.read(column.name, column.data)
  }
  return blocks
}
