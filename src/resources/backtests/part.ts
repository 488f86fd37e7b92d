import type { Clock } from '../../clock/clocks.js'
import type { TargetKind } from '../../clock/standard.js'
import { cellsOf } from './cells.js'

/** Clocks counted by how they stand: met, metWithoutReply, breached, overdue, running, paused, cancelled. */
export type Counts = [number, number, number, number, number, number, number]
export interface Pair { tried: Counts, real: Counts }
/** By target. */
export type Figures = Partial<Record<TargetKind, Pair>>
/** How many clocks consumed how much, by target: in buckets of 2 %, so that it does not grow with history. */
export type Spans = Partial<Record<TargetKind, { tried: Record<string, number>, real: Record<string, number> }>>

/** Conversations with the same values of the dimensions, and so in the same cells. */
export interface Group { cells: unknown[][], conversations: number, figures: Figures }

/** What was counted along a stretch of history: plain data, which a thread hands over. */
export interface Part {
  conversations: number
  tried: number
  real: number
  spans: Spans
  /** In the order in which their first conversations came. */
  groups: Group[]
}

export const noCounts = (): Counts => [0, 0, 0, 0, 0, 0, 0]
const places: Record<Clock['state'], number> = { met: 0, breached: 2, overdue: 3, running: 4, atRisk: 4, paused: 5, cancelled: 6 }

/** Counts conversations one after the other. */
export class Counting {
  readonly part: Part = { conversations: 0, tried: 0, real: 0, spans: {}, groups: [] }
  private readonly groups = new Map<string, Group>()

  /** A conversation's clocks as they would have been and as they were, and what it has of each dimension. */
  add (tried: readonly Clock[], real: readonly Clock[], values: readonly unknown[][]): void {
    const { part } = this
    part.conversations++
    if (tried.length) part.tried++
    if (real.length) part.real++
    const group = this.groupOf(values)
    group.conversations++
    for (const clock of tried) this.count(group, clock, 'tried')
    for (const clock of real) this.count(group, clock, 'real')
  }

  private groupOf (values: readonly unknown[][]): Group {
    const key = JSON.stringify(values)
    const known = this.groups.get(key)
    if (known) return known
    const group: Group = { cells: cellsOf(values), conversations: 0, figures: {} }
    this.groups.set(key, group)
    this.part.groups.push(group)
    return group
  }

  private count ({ figures }: Group, { target, state, endedBy, consumedSeconds }: Clock, of: keyof Pair): void {
    const counts = (figures[target] ??= { tried: noCounts(), real: noCounts() })[of]
    counts[places[state]]!++
    if (state === 'met' && endedBy === 'resolvedWithoutReply') counts[1]++
    if (state !== 'met' && state !== 'breached') return
    const spans = (this.part.spans[target] ??= { tried: {}, real: {} })[of]
    const bucket = bucketOf(consumedSeconds)
    spans[bucket] = (spans[bucket] ?? 0) + 1
  }
}

export const exactBelow = 128
const width = Math.log(1.02)
const bucketOf = (seconds: number): number => seconds < exactBelow ? seconds : exactBelow + Math.floor(Math.log(seconds / exactBelow) / width)
/** The middle of a bucket, by ratio: at most 1 % from all that is in it. */
export const middleOf = (bucket: number): number => bucket < exactBelow ? bucket : exactBelow * Math.exp((bucket - exactBelow + 0.5) * width)
