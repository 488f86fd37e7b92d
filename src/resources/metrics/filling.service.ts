import { reading, type Context } from '../../context.js'
import { ApiError } from '../../errors.js'
import { Block, type ColumnName } from '../../metrics/blocks.js'
import { Gathered } from '../../metrics/columns.js'
import { familyNames } from '../../metrics/families.js'
import { textOfPart } from '../../metrics/placing.js'
import { reachOf } from '../../metrics/reach.js'
import { subjectOf } from '../../metrics/subject.js'
import type { Table } from '../../metrics/table.js'
import { inParts } from '../../parts.js'
import type { Promises } from '../clocks/promises.js'
import { factsOfConversations } from '../conversations/facts.service.js'
import { pendingSince } from '../promises.js'
import { BlockCache, cacheOf } from './block.cache.js'
import * as blocks from './block.store.js'
import { asksPromises, laterMs, type Checked } from './checking.js'
import * as store from './metric.store.js'

/** So many conversations may have to be computed from their facts; so many traces looked at; so many samples be behind one answer. */
const maxConversations = 50_000
const maxTraces = 20_000_000
const maxSamples = 2_000_000
/** So many conversations' facts, or traces, are in memory at once. */
const batch = 500
const tracesAtOnce = 200_000
/** A query that looks at more than these would only drive out what others look at again and again. */
const maxCachedTraces = 1_000_000

/**
 * Fills tables from what was kept of conversations, less those that have changed since or that were otherwise at `now`, which are
 * computed from their facts. Their numbers in the samples are negative: -1 is the first that is given back.
 */
export async function fill (ctx: Context, workspaceId: string, checked: Checked, tables: readonly Table[], promises: Promises | null): Promise<string[]> {
  const since = promises && await reading(pendingSince(ctx.db, workspaceId))
  const [unkept, ranges] = await Promise.all([
    reading(store.unkeptConversations(ctx.db, workspaceId, askedOf(checked, promises, since), 4 * maxConversations + 1)), rangesOf(ctx, workspaceId, tables)
  ])
  const candidates = unkept.filter(({ candidate }) => candidate)
  if (candidates.length > maxConversations || unkept.length > 4 * maxConversations) throw tooMany(since !== null)
  const numbers = unkept.flatMap(({ number }) => number ?? [])
  await addKept(ctx, workspaceId, ranges, tables, maskOf(numbers))
  await addChanged(ctx, candidates, checked.now, tables, promises)
  return candidates.map(({ id }) => id)
}

const tooMany = (isPending: boolean): ApiError => new ApiError('tooComplex', isPending
  ? `What was published last is still being applied, and concerns more than ${maxConversations} conversations that can be in this window. Ask again later, or for a shorter or later one.`
  : `More than ${maxConversations} conversations in this window have changed recently, or after its \`now\`. Ask for a shorter or later one.`)

const updates = new Set(['periodicUpdate', 'pausableUpdate'])

/** Clocks of updates may begin, and be overdue, while a conversation is resolved. */
const promiseUpdates = ({ standards }: Promises): boolean => standards.some(({ versions }) => versions.some(({ targets }) => targets.some(({ kind }) => updates.has(kind))))

const text = (at: number): string => new Date(at).toISOString()

/** Clocks are due after what ended them, and so after the last fact of their conversation. What is live goes on, whenever it began. */
function askedOf (checked: Checked, promises: Promises | null, pendingSince: string | null): store.Asked {
  const { window, previous, now, live } = checked
  const { from } = (previous ?? { window }).window
  const since = promises && asksPromises(checked) ? reachOf(promises.standards, promises.calendars, Math.min(from, now)) : from
  return {
    from: text(since), to: live ? 'infinity' : text(window.to + laterMs(checked)), now: text(now), clocks: asksPromises(checked),
    pendingSince, resolvedToo: promises !== null && promiseUpdates(promises)
  }
}

function maskOf (numbers: readonly number[]): Uint8Array {
  const mask = new Uint8Array(numbers.reduce((max, number) => Math.max(max, number), 0) + 1)
  for (const number of numbers) mask[number] = 1
  return mask
}

/** From the facts of each. Their numbers in the samples are negative: -1 is the first. */
async function addChanged (ctx: Context, changed: readonly store.Unkept[], now: number, tables: readonly Table[], promises: Promises | null): Promise<void> {
  const [{ families, named }] = tables as [Table]
  for (let from = 0; from < changed.length; from += batch) {
    const some = changed.slice(from, from + batch)
    const facts = await factsOfConversations(ctx, some.map(({ id }) => id))
    const gathered = new Gathered(families, named)
    for (const [index, { id, complexity }] of some.entries()) {
      const subject = subjectOf(id, facts.get(id) ?? [], now, { complexity, promises })
      if (subject) gathered.add(subject, -1 - from - index)
    }
    for (const columns of gathered.all()) for (const table of tables) table.add(columns)
    checkSize(tables)
  }
}

type Part = Awaited<ReturnType<typeof blocks.partsOf>>[number]
interface Range extends blocks.Days { parts: Part[] }

/** The blocks in which traces can be samples of any of the tables. */
async function rangesOf (ctx: Context, workspaceId: string, tables: readonly Table[]): Promise<Range[]> {
  const wanted = familyNames.filter(family => tables[0]!.families.has(family)).flatMap(family => [false, true].flatMap(open => {
    const ranges = tables.flatMap(table => {
      const range = table.daysOf(family, open)
      return range ? [range] : []
    })
    return ranges.length ? [{ family, open, from: bounded(Math.min(...ranges.map(([from]) => from))), to: bounded(Math.max(...ranges.map(([, to]) => to))) }] : []
  }))
  return Promise.all(wanted.map(async range => ({ ...range, parts: await reading(blocks.partsOf(ctx.db, workspaceId, range)) })))
}

const bounded = (day: number): number => Math.max(-2_147_483_648, Math.min(2_147_483_647, day))

async function addKept (ctx: Context, workspaceId: string, ranges: readonly Range[], tables: readonly Table[], without: Uint8Array): Promise<void> {
  const traces = ranges.flatMap(({ parts }) => parts).reduce((sum, { size }) => sum + size, 0)
  if (traces > maxTraces) throw new ApiError('tooComplex', `More than ${maxTraces} events in the lives of conversations would have to be looked at. Ask for a shorter or later window.`)
  const cache = traces > maxCachedTraces ? new BlockCache() : cacheOf(ctx.services.database)
  for (const range of ranges) {
    const names = tables[0]!.columnsOf(range.family, range.open)
    for (const parts of inParts(range.parts, ({ size }) => size, tracesAtOnce)) {
      for (const block of await blocksOf(ctx, workspaceId, { ...range, parts }, names, cache)) {
        for (const table of tables) table.add(block, without)
      }
      checkSize(tables)
    }
  }
}

/** Some parts, with some columns; what is not known yet is read. */
async function blocksOf (ctx: Context, workspaceId: string, { parts, ...range }: Range, names: readonly ColumnName[], cache: BlockCache): Promise<Block[]> {
  const { family, open } = range
  const found = parts.map(part => {
    const text = textOfPart({ family, open, ...part })
    return { part, text, block: cache.get(`${workspaceId} ${text}`, part.fold) ?? new Block(family, open, part.size) }
  })
  const lacking = found.filter(({ block }) => !names.every(name => block.has(name)))
  if (lacking.length) {
    const byText = new Map(lacking.map(({ text, block }) => [text, block]))
    for (const column of await reading(blocks.columnsOf(ctx.db, workspaceId, range, lacking[0]!.part, lacking.at(-1)!.part, names))) {
      const block = byText.get(textOfPart(column))
      if (block && !block.has(column.name)) block.read(column.name, column.data)
    }
    for (const { part, text, block } of lacking) cache.set(`${workspaceId} ${text}`, part.fold, block)
  }
  return found.map(({ block }) => block)
}

function checkSize (tables: readonly Table[]): void {
  if (tables.some(({ size }) => size > maxSamples)) throw new ApiError('tooComplex', `More than ${maxSamples} samples are behind this. Ask for fewer buckets or groups, or a shorter window.`)
}
