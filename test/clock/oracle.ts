/**
 * The slow, obviously right answer to every question about a calendar: it walks minute by minute, asks Temporal what
 * the wall clock reads, and looks that up in the calendar as it is written down. (Since 1972 all zones have kept whole
 * minutes, so that no reading changes within a minute of UTC.)
 */
import { Temporal } from 'temporal-polyfill'
import { weekdays } from '../../src/clock/calendar.js'
import type { Calendar, CalendarReason, CalendarVersion, OpenInterval } from '../../src/clock/calendar.js'

const minuteMs = 60_000

/** What the wall clock of one zone reads in each minute of a window. */
interface Readings { dates: string[], minutes: number[] }

export class Window {
  readonly to: number
  readonly #readings = new Map<string, Readings>()
  #dates: string[] | null = null

  constructor (readonly zones: string[], readonly from: number, readonly length: number) {
    this.to = from + length * minuteMs
  }

  /** Every local date that begins, ends or goes on in the window. */
  get dates (): string[] {
    this.#dates ??= [...new Set(this.zones.flatMap((zone) => this.readings(zone).dates))]
    return this.#dates
  }

  readings (zone: string): Readings {
    let readings = this.#readings.get(zone)
    if (!readings) {
      readings = { dates: [], minutes: [] }
      for (let i = 0; i < this.length; i++) {
        const at = Temporal.Instant.fromEpochMilliseconds(this.from + i * minuteMs).toZonedDateTimeISO(zone)
        readings.dates.push(at.toPlainDate().toString())
        readings.minutes.push(at.hour * 60 + at.minute)
      }
      this.#readings.set(zone, readings)
    }
    return readings
  }
}

export interface Verdict { open: boolean, version: number, reason: CalendarReason, name: string | null }

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** What a version says about one date: which minutes are open, and what to answer in open and in closed ones. */
interface Day { intervals: Array<{ from: number, to: number }>, open: Verdict, closed: Verdict }

function dayOf (calendar: CalendarVersion, version: number, date: string): Day {
  const exception = calendar.exceptions.find((one) => one.date === date)
  const holiday = calendar.holidays.find((one) => one.date === date)
  const weekday = weekdays[Temporal.PlainDate.from(date).dayOfWeek - 1]!
  const day = (written: OpenInterval[], [whenOpen, whenClosed]: CalendarReason[], name: string | null): Day => ({
    intervals: written.map(({ from, to }) => ({ from: minuteOf(from), to: minuteOf(to) })),
    open: { open: true, version, reason: whenOpen!, name },
    closed: { open: false, version, reason: whenClosed!, name }
  })
  if (exception && (exception.intervals.length > 0 || !holiday)) {
    return day(exception.intervals, ['exception', 'exception'], exception.name)
  }
  if (holiday) return day([], ['holiday', 'holiday'], holiday.name)
  return day(calendar.weekly[weekday] ?? [], ['hours', 'closed'], null)
}

export interface Span extends Verdict { from: number, to: number }

const same = (a: Verdict, b: Verdict): boolean =>
  a.open === b.open && a.version === b.version && a.reason === b.reason && a.name === b.name

/** The truth about one calendar within one window. */
export class Oracle {
  /** Everything that was found on the walk, minutes of one verdict put together. */
  readonly #walked: Span[] = []
  /** One for each version, and in it one for each date that was come across. */
  readonly #days: Array<Map<string, Day>>

  constructor (readonly calendar: Calendar, readonly window: Window) {
    this.#days = calendar.map(() => new Map())
    for (let minute = 0; minute < window.length; minute++) {
      let from = window.from + minute * minuteMs
      const to = from + minuteMs
      // A version may take effect within a minute.
      for (const { effectiveFrom } of calendar) {
        if (effectiveFrom <= from || effectiveFrom >= to) continue
        this.#step(minute, from, effectiveFrom)
        from = effectiveFrom
      }
      this.#step(minute, from, to)
    }
  }

  #step (minute: number, from: number, to: number): void {
    const verdict = this.#verdict(minute, from)
    const last = this.#walked.at(-1)
    if (last && same(last, verdict)) last.to = to
    else this.#walked.push({ from, to, ...verdict })
  }

  #verdict (minute: number, instant: number): Verdict {
    let index = 0
    while (index + 1 < this.calendar.length && this.calendar[index + 1]!.effectiveFrom <= instant) index++
    const version = this.calendar[index]!
    const { dates, minutes } = this.window.readings(version.timeZone)
    const [date, reading] = [dates[minute]!, minutes[minute]!]
    let day = this.#days[index]!.get(date)
    if (!day) this.#days[index]!.set(date, day = dayOf(version, index, date))
    return day.intervals.some(({ from, to }) => from <= reading && reading < to) ? day.open : day.closed
  }

  pieces (from: number, to: number): Span[] {
    return this.#walked.map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }))
      .filter((span) => span.from < span.to)
  }

  isOpen (at: number): boolean {
    return this.pieces(at, at + 1)[0]!.open
  }

  businessMs (from: number, to: number): number {
    return this.pieces(from, to).reduce((sum, span) => span.open ? sum + span.to - span.from : sum, 0)
  }

  /** Null when the window ends before there was so much open time. */
  addBusinessMs (from: number, span: number): number | null {
    if (span === 0) return from
    let left = span
    for (const piece of this.pieces(from, this.window.to)) {
      if (!piece.open) continue
      if (left <= piece.to - piece.from) return piece.from + left
      left -= piece.to - piece.from
    }
    return null
  }

  /** The first instant after `from`, within the window, at which the calendar turns open (or closed). */
  nextTurn (from: number, open: boolean): number | null {
    const pieces = this.pieces(from, this.window.to)
    const i = pieces.findIndex((piece, k) => k > 0 && piece.open === open && pieces[k - 1]!.open !== open)
    return i < 0 ? null : pieces[i]!.from
  }
}
