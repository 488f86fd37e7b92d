import { targetKinds, type TargetKind } from '../../clock/standard.js'
import type { BacktestCell, BacktestOutcome, BacktestResult, BacktestSpan } from './backtest.shapes.js'
import { exactBelow, middleOf, noCounts, type Counts, type Figures, type Part, type Spans } from './part.js'

interface Cell { values: unknown[], conversations: number, figures: Figures }

/** What was counted so far. Plain JSON, so that it can be put down and taken up again; bounded by the number of cells. */
export interface Tally { conversations: number, tried: number, real: number, figures: Figures, spans: Spans, cells: Record<string, Cell>, other: Cell | null }

export const maxCells = 1000

export const emptyTally = (): Tally => ({ conversations: 0, tried: 0, real: 0, figures: {}, spans: {}, cells: {}, other: null })

/**
 * Adds the next part of history. Cells are made in the order in which conversations came, however history was cut in
 * parts; what finds none any more is in `other`, once.
 */
export function addPart (tally: Tally, { conversations, tried, real, spans, groups }: Part): void {
  tally.conversations += conversations
  tally.tried += tried
  tally.real += real
  addSpans(tally.spans, spans)
  let count = Object.keys(tally.cells).length
  for (const group of groups) {
    const into = new Set<Cell>()
    for (const values of group.cells) {
      const key = JSON.stringify(values)
      const isNew = !Object.hasOwn(tally.cells, key)
      if (isNew && count < maxCells) {
        tally.cells[key] = { values, conversations: 0, figures: {} }
        count++
      }
      into.add(tally.cells[key] ?? (tally.other ??= { values: [], conversations: 0, figures: {} }))
    }
    addFigures(tally.figures, group.figures)
    for (const cell of into) {
      cell.conversations += group.conversations
      addFigures(cell.figures, group.figures)
    }
  }
}

function addFigures (to: Figures, more: Figures): void {
  for (const [target, { tried, real }] of Object.entries(more)) {
    const pair = to[target as TargetKind] ??= { tried: noCounts(), real: noCounts() }
    tried.forEach((count, at) => { pair.tried[at]! += count })
    real.forEach((count, at) => { pair.real[at]! += count })
  }
}

function addSpans (to: Spans, more: Spans): void {
  for (const [target, { tried, real }] of Object.entries(more)) {
    const pair = to[target as TargetKind] ??= { tried: {}, real: {} }
    for (const [bucket, count] of Object.entries(tried)) pair.tried[bucket] = (pair.tried[bucket] ?? 0) + count
    for (const [bucket, count] of Object.entries(real)) pair.real[bucket] = (pair.real[bucket] ?? 0) + count
  }
}

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
export function shownCells ({ cells, other }: Tally): BacktestCell[] {
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
