import { minutesOf, weekdays } from './calendar.js'
import type { CalendarState, CalendarVersion, OpenInterval } from './calendar.js'
import { blockMs, dayMs, dayNumberOf, minuteMs } from './instants.js'
import { zoneNamed } from './zone.js'
import type { Zone } from './zone.js'

/** One kind of local day. `edges` are opening and closing in turn, in ms since the day's midnight on the wall clock. */
interface DayPlan { edges: number[], open: CalendarState, closed: CalendarState }

/** A version made ready for cutting blocks out of it; in force in `[from, until)`. */
export interface CompiledVersion {
  from: number
  until: number
  zone: Zone
  /** By weekday, Monday first. */
  week: DayPlan[]
  /** By day number: exceptions and holidays. */
  dated: Map<number, DayPlan>
  /** What every day without an exception or a holiday is from end to end, or null when hours come and go. */
  constant: CalendarState | null
  /** From this instant on no date has an exception or a holiday, whatever the offset. */
  undatedFrom: number
}

export function compileVersion (version: CalendarVersion, index: number, from: number, until: number): CompiledVersion {
  const state = (open: boolean, reason: CalendarState['reason'], name: string | null = null): CalendarState =>
    ({ open, version: index, reason, name })
  const open = state(true, 'hours')
  const closed = state(false, 'closed')
  const week = weekdays.map((weekday) => ({ edges: edgesOf(version.weekly[weekday] ?? []), open, closed }))
  const dated = new Map<number, DayPlan>()
  for (const { date, name, intervals } of version.exceptions) {
    dated.set(dayNumberOf(date)!, {
      edges: edgesOf(intervals), open: state(true, 'exception', name), closed: state(false, 'exception', name)
    })
  }
  for (const { date, name } of version.holidays) {
    const day = dayNumberOf(date)!
    if (dated.get(day)?.edges.length) continue
    const holiday = state(false, 'holiday', name)
    dated.set(day, { edges: [], open: holiday, closed: holiday })
  }
  return {
    from, until, zone: zoneNamed(version.timeZone), week, dated,
    constant: constantOf(week), undatedFrom: (Math.max(0, ...dated.keys()) + 3) * dayMs
  }
}

/** Intervals that touch become one, so that nothing closes where one ends and the next begins. */
function edgesOf (intervals: OpenInterval[]): number[] {
  const edges: number[] = []
  const spans = intervals.map(({ from, to }) => [minutesOf(from)! * minuteMs, minutesOf(to)! * minuteMs] as const)
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    if (edges.at(-1) === from) edges[edges.length - 1] = to
    else edges.push(from, to)
  }
  return edges
}

function constantOf (week: DayPlan[]): CalendarState | null {
  if (week.every(({ edges }) => edges.length === 0)) return week[0]!.closed
  if (week.every(({ edges }) => edges.length === 2 && edges[0] === 0 && edges[1] === dayMs)) return week[0]!.open
  return null
}

/**
 * The uniform pieces of one block. Piece i is `[starts[i], starts[i + 1])`, and `openBefore[i]` is the open time
 * between the block's start and the piece's; both have one entry more than there are pieces.
 */
export interface Block { starts: Float64Array, openBefore: Float64Array, states: CalendarState[], total: number }

type Append = (state: CalendarState, from: number, to: number) => void

/** Cuts the block with that number (see `blockMs`) out of the versions in force in it. */
export function compileBlock (versions: CompiledVersion[], key: number): Block {
  const [from, to] = [key * blockMs, (key + 1) * blockMs]
  const starts: number[] = []
  const openBefore: number[] = []
  const states: CalendarState[] = []
  let open = 0
  const append: Append = (state, start, end) => {
    if (start >= end) return
    if (states.length === 0 || !sameState(states.at(-1)!, state)) {
      starts.push(start)
      openBefore.push(open)
      states.push(state)
    }
    if (state.open) open += end - start
  }
  for (const version of versions) {
    const [start, end] = [Math.max(from, version.from), Math.min(to, version.until)]
    if (start < end) appendVersion(version, start, end, append)
  }
  starts.push(to)
  openBefore.push(open)
  return { starts: new Float64Array(starts), openBefore: new Float64Array(openBefore), states, total: open }
}

export const sameState = (a: CalendarState, b: CalendarState): boolean =>
  a === b || (a.open === b.open && a.version === b.version && a.reason === b.reason && a.name === b.name)

function appendVersion (version: CompiledVersion, from: number, to: number, append: Append): void {
  if (version.constant && !hasDated(version, from, to)) return append(version.constant, from, to)
  for (const spell of version.zone.spells(from, to)) {
    const lastDay = Math.floor((spell.to - 1 + spell.offset) / dayMs)
    for (let day = Math.floor((spell.from + spell.offset) / dayMs); day <= lastDay; day++) {
      appendDay(version, day, spell, append)
    }
  }
}

/** A day each side, since a local date begins up to 14 hours before its UTC day and ends up to 12 after it. */
function hasDated ({ dated }: CompiledVersion, from: number, to: number): boolean {
  for (const day of dated.keys()) {
    if ((day + 2) * dayMs > from && (day - 1) * dayMs < to) return true
  }
  return false
}

/**
 * The part of a local day that lies in the spell. In one spell the wall clock runs evenly, so a day that a change of
 * offset cuts in two is appended once for each side: hours skipped are on neither, hours repeated on both.
 */
function appendDay (version: CompiledVersion, day: number, spell: { from: number, to: number, offset: number },
  append: Append): void {
  // 1970-01-01 was a Thursday.
  const { edges, open, closed } = version.dated.get(day) ?? version.week[(day + 3) % 7]!
  const midnight = day * dayMs - spell.offset
  const clip = (at: number): number => Math.min(Math.max(at, spell.from), spell.to)
  let at = clip(midnight)
  for (let i = 0; i < edges.length; i += 2) {
    const [opening, closing] = [clip(midnight + edges[i]!), clip(midnight + edges[i + 1]!)]
    append(closed, at, opening)
    append(open, opening, closing)
    at = closing
  }
  append(closed, at, clip(midnight + dayMs))
}
