import { dayMs } from '../clock/instants.js'
import type { Zone } from '../clock/zone.js'

export const intervals = ['hour', 'day', 'week', 'month', 'quarter', 'year', 'none'] as const
export type Interval = (typeof intervals)[number]

/** `[from, to)` in milliseconds since the epoch. */
export interface Bucket { from: number, to: number }

export const isFuture = ({ from }: Bucket, now: number): boolean => from > now

const hourMs = 3_600_000

/** The first instant whose wall clock (ms, as if it were UTC) reads `local` or later. */
export function instantOfLocal (zone: Zone, local: number): number {
  const spells = zone.spells(local - 2 * dayMs, local + 2 * dayMs)
  const spell = spells.find(({ to, offset }) => to + offset > local)!
  return Math.max(spell.from, local - spell.offset)
}

export const localOf = (zone: Zone, at: number): number => at + zone.offsetAt(at)

/** The start of the unit that a wall clock is in. Weeks start on Mondays. */
function unitStart (local: number, interval: Interval): number {
  const date = new Date(local)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const day = Math.floor(local / dayMs)
  switch (interval) {
    case 'week': return (day - (day + 3) % 7) * dayMs
    case 'month': return Date.UTC(year, month)
    case 'quarter': return Date.UTC(year, month - month % 3)
    case 'year': return Date.UTC(year, 0)
    default: return day * dayMs
  }
}

function nextUnit (start: number, interval: Interval): number {
  const date = new Date(start)
  const months = { month: 1, quarter: 3, year: 12 }[interval as string]
  if (months) return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months)
  return start + (interval === 'week' ? 7 : 1) * dayMs
}

/** Local buckets of a window, in order and without gaps; the first and last cut at its ends. */
export function bucketsOf ({ from, to }: Bucket, interval: Interval, zone: Zone): Bucket[] {
  if (interval === 'none') return [{ from, to }]
  const cuts = interval === 'hour' ? hourCuts(from, to, zone) : unitCuts(from, to, interval, zone)
  const edges = [from, ...new Set(cuts.filter((at) => at > from && at < to)), to]
  return edges.slice(1).map((edge, index) => ({ from: edges[index]!, to: edge }))
}

function unitCuts (from: number, to: number, interval: Interval, zone: Zone): number[] {
  const cuts: number[] = []
  for (let local = unitStart(localOf(zone, from), interval); ; local = nextUnit(local, interval)) {
    const at = instantOfLocal(zone, local)
    if (at >= to) return cuts
    cuts.push(at)
  }
}

/** Whole hours of the wall clock, and every change of offset. */
function hourCuts (from: number, to: number, zone: Zone): number[] {
  return zone.spells(from, to).flatMap((spell) => {
    const first = Math.ceil((spell.from + spell.offset) / hourMs) * hourMs - spell.offset
    const hours = Math.max(0, Math.ceil((spell.to - first) / hourMs))
    return [spell.from, ...Array.from({ length: hours }, (_, index) => first + index * hourMs)]
  })
}

/** The index of the bucket that an instant is in, or -1. */
export function bucketIndex (buckets: readonly Bucket[], at: number): number {
  let [low, high] = [0, buckets.length - 1]
  while (low <= high) {
    const middle = (low + high) >>> 1
    const { from, to } = buckets[middle]!
    if (at < from) high = middle - 1
    else if (at >= to) low = middle + 1
    else return middle
  }
  return -1
}

/** The same, looking first where the last one was. */
export function finder (buckets: readonly Bucket[]): (at: number) => number {
  let [last, from, to] = [-1, 1, 0]
  return (at) => {
    if (at >= from && at < to) return last
    last = bucketIndex(buckets, at)
    if (last >= 0) ({ from, to } = buckets[last]!)
    else [from, to] = [1, 0]
    return last
  }
}

function plusMonths (local: number, months: number): number {
  const date = new Date(local)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months]
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last)) + (local - Math.floor(local / dayMs) * dayMs)
}

function monthsBetween (from: number, to: number): number {
  const [a, b] = [new Date(from), new Date(to)]
  const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth()
  return plusMonths(from, months) <= to ? months : months - 1
}

/** The window before: it ends where this one starts, and is as many local calendar units long (definitions, 4). */
export function previousOf ({ from, to }: Bucket, interval: Interval, zone: Zone): Bucket {
  const exact = { from: from - (to - from), to: from }
  if (interval === 'hour') return exact
  const [start, end] = [localOf(zone, from), localOf(zone, to)]
  const sameClock = (end - start) % dayMs === 0
  const sameDay = sameClock && new Date(start).getUTCDate() === new Date(end).getUTCDate()
  if (interval === 'none' && !sameClock) return exact
  const byMonths = interval === 'none' ? sameDay : interval !== 'day' && interval !== 'week'
  const months = byMonths ? monthsBetween(start, end) : 0
  const rest = end - plusMonths(start, months)
  return { from: instantOfLocal(zone, plusMonths(start, -months) - rest), to: from }
}
