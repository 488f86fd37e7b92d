/**
 * "An instant plus n business seconds", against luxon doing the same by its natural algorithm: day by day, interval by
 * interval. Rounds alternate between the two in one run; the ratio is the median of the rounds' ratios.
 */
import { pathToFileURL } from 'node:url'
import { DateTime } from 'luxon'
import { compileCalendar } from '../src/clock/business-time.js'
import type { CalendarVersion } from '../src/clock/calendar.js'
import { weekdays } from '../src/clock/calendar.js'

interface Sample { at: number, span: number }

export interface Comparison {
  name: string
  /** Ours ÷ luxon's, in operations per second: the median of the rounds, and the lowest and highest of them. */
  ratio: number
  spread: [number, number]
  /** Medians, in operations per second on one core. */
  ours: number
  luxon: number
  rounds: number
}

const timeZone = 'Europe/Berlin'
const hours = [{ from: '08:30', to: '12:00' }, { from: '12:45', to: '18:00' }]
/** With the two changes of clocks, on 29 March and 25 October, a year as Berlin has it. */
const holidays = ['2026-01-01', '2026-03-08', '2026-04-03', '2026-04-06', '2026-05-01', '2026-05-14', '2026-05-25',
  '2026-10-03', '2026-12-25', '2026-12-26']

const version: CalendarVersion = {
  effectiveFrom: 0,
  timeZone,
  weekly: Object.fromEntries(weekdays.slice(0, 6).map((weekday) => [weekday, hours])),
  exceptions: [],
  holidays: holidays.map((date) => ({ date, name: 'Holiday' }))
}

const closedDates = new Set(holidays)
const times = hours.map(({ from, to }) => [from, to].map((time) => {
  const [hour, minute] = time.split(':').map(Number)
  return { hour, minute }
}) as [{ hour: number, minute: number }, { hour: number, minute: number }])

function addWithLuxon (at: number, span: number): number {
  let day = DateTime.fromMillis(at, { zone: timeZone }).startOf('day')
  for (let left = span; ; day = day.plus({ days: 1 })) {
    if (day.weekday === 7 || closedDates.has(day.toISODate()!)) continue
    for (const [from, to] of times) {
      const start = Math.max(at, day.set(from).toMillis())
      const length = day.set(to).toMillis() - start
      if (length <= 0) continue
      if (left <= length) return start + left
      left -= length
    }
  }
}

/** Instants of one year's first weeks, so that the longest spans reach its end; the same on every run. */
function samples (count: number, longestSpan: number): Sample[] {
  let state = 20261122
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647
  return Array.from({ length: count }, () => ({
    at: Date.UTC(2026, 0, 1) + Math.floor(random() * 14 * 86_400_000),
    span: 1000 * (1 + Math.floor(random() * longestSpan / 1000))
  }))
}

/** Operations per second, over whole passes through the samples for at least `ms`. */
function rate (add: (at: number, span: number) => number | null, of: Sample[], ms: number): number {
  const start = performance.now()
  let operations = 0
  let sum = 0
  let elapsed = 0
  while (elapsed < ms) {
    for (const { at, span } of of) sum += add(at, span)!
    operations += of.length
    elapsed = performance.now() - start
  }
  if (!(sum > 0)) throw new Error('nothing was computed')
  return operations / elapsed * 1000
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

function compare (name: string, of: Sample[], rounds: number, ms: number): Comparison {
  const calendar = compileCalendar([version])
  const add = (at: number, span: number): number | null => calendar.addBusinessMs(at, span)
  for (const { at, span } of of) {
    if (add(at, span) !== addWithLuxon(at, span)) throw new Error(`the two disagree about ${at} plus ${span} ms`)
  }
  const pairs = Array.from({ length: rounds }, () => ({ luxon: rate(addWithLuxon, of, ms), ours: rate(add, of, ms) }))
  const ratios = pairs.map(({ ours, luxon }) => ours / luxon)
  return {
    name,
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    ours: median(pairs.map(({ ours }) => ours)),
    luxon: median(pairs.map(({ luxon }) => luxon)),
    rounds
  }
}

/** Spans of up to a year; `also` has the same for spans of up to a working day. Takes some six seconds. */
export async function run ({ rounds = 7, ms = 400 } = {}): Promise<Comparison & { also: Comparison[] }> {
  const businessYear = compileCalendar([version]).businessMs(Date.UTC(2026, 0, 15), Date.UTC(2027, 0, 1))
  const day = compare('business time: plus up to a working day', samples(100, 8.75 * 3_600_000), rounds, ms / 4)
  return { ...compare('business time: plus up to a year', samples(100, businessYear), rounds, ms), also: [day] }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { also, ...year } = await run()
  for (const { name, ratio, spread, ours, luxon, rounds } of [year, ...also]) {
    const [low, high] = spread.map(Math.round)
    console.log(`${name}: ${Math.round(ours)} ops/s against luxon's ${Math.round(luxon)}; ` +
      `ratio ${Math.round(ratio)} (${low} to ${high}, ${rounds} rounds)`)
  }
}
