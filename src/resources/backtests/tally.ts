import type { Clock } from '../../clock/clocks.js'
import { targetKinds, type TargetKind } from '../../clock/standard.js'
import type { BacktestCell, BacktestOutcome, BacktestResult, BacktestSpan } from './backtest.shapes.js'

/** Clocks counted by how they stand: met, metWithoutReply, breached, overdue, running, paused, cancelled. */
type Counts = [number, number, number, number, number, number, number]
interface Pair { tried: Counts, real: Counts }
/** By target. */
type Figures = Partial<Record<TargetKind, Pair>>
interface Cell { values: unknown[], conversations: number, figures: Figures }
/** How many clocks consumed how much, by target: in buckets of 2 %, so that it does not grow with history. */
type Spans = Partial<Record<TargetKind, { tried: Record<string, number>, real: Record<string, number> }>>

/** What was counted so far. Plain JSON, so that it can be put down and taken up again; bounded by the number of cells. */
export interface Tally { conversations: number, tried: number, real: number, figures: Figures, spans: Spans, cells: Record<string, Cell>, other: Cell | null }

export const maxCells = 1000

export const emptyTally = (): Tally => ({ conversations: 0, tried: 0, real: 0, figures: {}, spans: {}, cells: {}, other: null })

const none = (): Counts => [0, 0, 0, 0, 0, 0, 0]
const places: Record<Clock['state'], number> = { met: 0, breached: 2, overdue: 3, running: 4, atRisk: 4, paused: 5, cancelled: 6 }

/** Counts one conversation: its clocks as they would have been and as they were, in its cells (by `keysOf`). */
export class Tallying {
  #cells: number

  constructor (readonly tally: Tally) {
    this.#cells = Object.keys(tally.cells).length
  }

  add (tried: readonly Clock[], real: readonly Clock[], cells: readonly unknown[][]): void {
    const { tally } = this
    tally.conversations++
    if (tried.length) tally.tried++
    if (real.length) tally.real++
    count(tally.figures, tried, real)
    for (const clock of tried) this.#span(clock, 'tried')
    for (const clock of real) this.#span(clock, 'real')
    let inOther = false
    for (const values of cells) {
      const cell = this.#cell(values)
      if (cell === tally.other && inOther) continue
      if (cell === tally.other) inOther = true
      cell.conversations++
      count(cell.figures, tried, real)
    }
  }

  #cell (values: unknown[]): Cell {
    const { tally } = this
    const key = JSON.stringify(values)
    const known = tally.cells[key]
    if (known) return known
    if (this.#cells < maxCells) {
      this.#cells++
      return tally.cells[key] = { values, conversations: 0, figures: {} }
    }
    return tally.other ??= { values: [], conversations: 0, figures: {} }
  }

  #span ({ target, state, consumedSeconds }: Clock, of: 'tried' | 'real'): void {
    if (state !== 'met' && state !== 'breached') return
    const spans = (this.tally.spans[target] ??= { tried: {}, real: {} })[of]
    const bucket = bucketOf(consumedSeconds)
    spans[bucket] = (spans[bucket] ?? 0) + 1
  }
}

function count (figures: Figures, tried: readonly Clock[], real: readonly Clock[]): void {
  for (const clock of tried) place((figures[clock.target] ??= { tried: none(), real: none() }).tried, clock)
  for (const clock of real) place((figures[clock.target] ??= { tried: none(), real: none() }).real, clock)
}

function place (counts: Counts, { state, endedBy }: Clock): void {
  counts[places[state]]!++
  if (state === 'met' && endedBy === 'resolvedWithoutReply') counts[1]++
}

const exactBelow = 128
const width = Math.log(1.02)
const bucketOf = (seconds: number): number => seconds < exactBelow ? seconds : exactBelow + Math.floor(Math.log(seconds / exactBelow) / width)
/** The middle of a bucket, by ratio: at most 1 % from all that is in it. */
const middleOf = (bucket: number): number => bucket < exactBelow ? bucket : exactBelow * Math.exp((bucket - exactBelow + 0.5) * width)

/** The figures of everything that was counted. */
export function resultOf ({ conversations, tried, real, figures, spans }: Tally): BacktestResult {
  return {
    conversations, triedConversations: tried, realConversations: real,
    targets: targetsOf(figures).map(({ target, ...pair }) => ({
      target, ...pair, triedConsumed: spanOf(spans[target]?.tried ?? {}), realConsumed: spanOf(spans[target]?.real ?? {})
    }))
  }
}

/** The cells in the order in which they were met, `other` last. */
export function cellsOf ({ cells, other }: Tally): BacktestCell[] {
  return [...Object.values(cells).map(cell => shown(cell, false)), ...(other ? [shown(other, true)] : [])]
}

const shown = ({ values, conversations, figures }: Cell, other: boolean): BacktestCell => ({ values, other, conversations, targets: targetsOf(figures) })

const targetsOf = (figures: Figures): Array<{ target: TargetKind, tried: BacktestOutcome, real: BacktestOutcome }> => targetKinds.flatMap(target => {
  const pair = figures[target]
  return pair ? [{ target, tried: outcomeOf(pair.tried), real: outcomeOf(pair.real) }] : []
})

function outcomeOf (counts: Counts): BacktestOutcome {
  const [met, metWithoutReply, breached, overdue, running, paused, cancelled] = counts
  const judged = met - metWithoutReply + breached + overdue
  return {
    clocks: met + breached + overdue + running + paused + cancelled,
    met, metWithoutReply, breached, overdue, running, paused, cancelled, attainment: judged ? (met - metWithoutReply) / judged : null
  }
}

function spanOf (buckets: Record<string, number>): BacktestSpan {
  const sorted = Object.entries(buckets).map(([bucket, n]): [number, number] => [Number(bucket), n]).toSorted(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, n]) => sum + n, 0)
  return { count: total, p50: percentile(sorted, total, 50), p90: percentile(sorted, total, 90), approximate: sorted.some(([bucket]) => bucket >= exactBelow) }
}

/** Hyndman–Fan type 2 (definitions, 4), of buckets' middles. */
function percentile (sorted: ReadonlyArray<[number, number]>, total: number, share: number): number | null {
  if (!total) return null
  const k = total * share / 100
  const nth = (n: number): number => {
    let seen = 0
    for (const [bucket, many] of sorted) if ((seen += many) >= n) return middleOf(bucket)
    return middleOf(sorted.at(-1)![0])
  }
  return Math.floor(Number.isInteger(k) ? (nth(k) + nth(Math.min(k + 1, total))) / 2 : nth(Math.ceil(k)))
}
