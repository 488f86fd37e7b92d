import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { compileCalendar } from '../../src/clock/business-time.js'
import type { CompiledCalendar } from '../../src/clock/business-time.js'
import { weekdays } from '../../src/clock/calendar.js'
import type { Calendar, CalendarVersion, OpenInterval } from '../../src/clock/calendar.js'
import { Oracle, Window } from './oracle.js'

const hourMs = 3_600_000

/** A day each side of an instant at which clocks were, or will be, changed; a second zone joins some. */
const windows = `
  Europe/Berlin 2026-03-29T01:00Z | Europe/Berlin,America/New_York 2026-10-25T01:00Z
  Europe/Berlin 2100-03-28T01:00Z | America/New_York,Asia/Tokyo 2026-03-08T07:00Z
  America/New_York 2026-11-01T06:00Z | America/Los_Angeles 1974-01-06T10:00Z | Australia/Sydney 2026-04-04T16:00Z
  Australia/Sydney,Europe/London 2026-10-03T16:00Z | America/Santiago 2026-04-05T03:00Z
  Australia/Lord_Howe 2026-04-04T15:00Z | Australia/Lord_Howe 2026-10-03T15:30Z | Africa/Cairo 2010-08-10T21:00Z
  Pacific/Chatham,Asia/Kathmandu 2026-04-04T14:00Z | Pacific/Chatham 2026-09-26T14:00Z
  Africa/Cairo 2026-04-23T22:00Z | Asia/Kathmandu 1985-12-31T18:30Z | Pacific/Apia 2011-12-30T10:00Z
  Pacific/Apia,Pacific/Pago_Pago 2011-09-24T14:00Z | Pacific/Kwajalein 1993-08-21T12:00Z
  Pacific/Kiritimati 1994-12-31T10:40Z | Asia/Pyongyang 2018-05-04T15:00Z | Europe/Istanbul 2015-11-08T01:00Z
  Europe/Istanbul 2016-09-06T21:00Z | Africa/Casablanca 2018-06-17T02:00Z | Africa/Casablanca 2026-02-15T02:00Z
  Africa/Casablanca 2026-03-22T02:00Z | America/Caracas 2016-05-01T07:00Z | America/Sao_Paulo 2018-11-04T03:00Z
  America/Sao_Paulo 2018-02-18T02:00Z | America/Recife 2000-10-15T02:00Z | America/St_Johns 2006-10-29T02:31Z
  America/St_Johns,America/Halifax 2006-04-02T03:31Z | America/Havana 2026-03-08T05:00Z
  Asia/Tehran 2022-03-21T20:30Z | Asia/Gaza 2040-10-19T23:00Z | Antarctica/Troll 2026-03-29T01:00Z
  Antarctica/Casey 2020-10-03T16:01Z | Europe/Dublin 2026-10-25T01:00Z
  Asia/Kolkata,Australia/Eucla 2026-06-01T00:00Z | Europe/Volgograd 2018-10-27T23:00Z
  America/Scoresbysund 2024-03-31T01:00Z | UTC 2028-02-29T00:00Z | Europe/Berlin,Pacific/Auckland 2026-02-12T00:00Z
  America/New_York 2027-02-13T00:00Z
`.trim().split(/\s*(?:\||\n)\s*/).map((entry) => {
  const [zones, at] = entry.split(' ') as [string, string]
  return new Window(zones.split(','), Date.parse(at.replace('Z', ':00Z')) - 24 * hourMs, 48 * 60)
})

const time = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Up to four intervals, often at the edges of the day, in the hours that clocks skip and repeat, and touching. */
const hours: fc.Arbitrary<OpenInterval[]> = fc.uniqueArray(fc.oneof(
  fc.constantFrom(0, 30, 60, 120, 135, 150, 180, 1380, 1440), fc.integer({ min: 0, max: 1440 })
), { maxLength: 5 }).chain((found) => {
  const edges = found.toSorted((a, b) => a - b)
  const intervals = edges.slice(1).map((to, i) => ({ from: time(edges[i]!), to: time(to) }))
  return fc.subarray(intervals)
})

const allDay: OpenInterval[] = [{ from: '00:00', to: '24:00' }]
const weekly = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(hours, hours, hours, hours, hours, hours, hours) },
  { weight: 1, arbitrary: fc.constant(weekdays.map(() => allDay)) },
  { weight: 1, arbitrary: fc.constant(weekdays.map(() => [])) }
).map((days) => Object.fromEntries(weekdays.map((weekday, i) => [weekday, days[i]!])) as CalendarVersion['weekly'])

function versionIn (window: Window): fc.Arbitrary<CalendarVersion> {
  const { dates } = window
  const name = fc.constantFrom('Easter', 'Inventory')
  return fc.record({
    effectiveFrom: fc.oneof(
      fc.integer({ min: window.from, max: window.to }),
      fc.integer({ min: 0, max: window.length }).map((minutes) => window.from + minutes * 60_000)
    ),
    timeZone: fc.constantFrom(...window.zones),
    weekly,
    exceptions: fc.subarray(dates, { maxLength: 2 }).chain((some) => fc.tuple(...some.map((date) => fc.record({
      date: fc.constant(date), name: fc.option(name), intervals: fc.oneof(hours, fc.constant<OpenInterval[]>([]))
    })))),
    holidays: fc.subarray(dates, { maxLength: 2 }).chain((some) => fc.tuple(...some.map((date) => fc.record({
      date: fc.constant(date), name
    }))))
  })
}

const scenario = fc.constantFrom(...windows).chain((window) => fc.record({
  window: fc.constant(window),
  calendar: fc.uniqueArray(versionIn(window), { minLength: 1, maxLength: 3, selector: (one) => one.effectiveFrom })
    .map((versions): Calendar => versions.toSorted((a, b) => a.effectiveFrom - b.effectiveFrom)),
  instants: fc.tuple(...[0, 1, 2].map(() => fc.oneof(
    fc.integer({ min: window.from, max: window.to - 1 }),
    fc.integer({ min: 0, max: window.length - 1 }).map((minutes) => window.from + minutes * 60_000)
  ))).map((instants) => instants.toSorted((a, b) => a - b)),
  share: fc.double({ min: 0, max: 1, noNaN: true })
}))

interface Case { window: Window, calendar: Calendar, instants: number[], share: number }

/** What was found must be what the oracle found; where the oracle's window ended first, it must lie beyond it. */
function agrees (found: number | null, truth: number | null, window: Window): void {
  if (truth === null && found !== null) assert.ok(found >= window.to, `${found} lies within the window`)
  else assert.equal(found, truth)
}

function checkSpans (compiled: CompiledCalendar, oracle: Oracle, [a, b, c]: number[]): void {
  const whole = compiled.businessMs(a!, c!)
  assert.equal(whole, oracle.businessMs(a!, c!))
  assert.equal(compiled.businessMs(a!, b!) + compiled.businessMs(b!, c!), whole, 'an interval may be split anywhere')
  assert.equal(compiled.businessMs(c!, a!), a === c ? whole : 0, 'no time passes backwards')
}

function checkAdding (compiled: CompiledCalendar, oracle: Oracle, from: number, span: number): void {
  const found = compiled.addBusinessMs(from, span)
  agrees(found, oracle.addBusinessMs(from, span), oracle.window)
  assert.ok(found !== null)
  assert.equal(compiled.businessMs(from, found), span)
  if (span > 0) assert.equal(compiled.businessMs(from, found - 1), span - 1, 'and no instant before it will do')
}

function checkEdges (compiled: CompiledCalendar, oracle: Oracle, at: number): void {
  const { window } = oracle
  const open = oracle.isOpen(at)
  assert.equal(compiled.isOpen(at), open)
  agrees(compiled.nextOpening(at), oracle.nextTurn(at, true), window)
  agrees(compiled.nextClosing(at), oracle.nextTurn(at, false), window)
  agrees(compiled.firstOpenAtOrAfter(at), open ? at : oracle.nextTurn(at, true), window)
}

function checkPieces (compiled: CompiledCalendar, oracle: Oracle, from: number, to: number): void {
  const truth = oracle.pieces(from, to)
  assert.deepEqual(compiled.pieces(from, to), truth)
  const [first, second] = truth
  if (!first || !second) return
  const { open, version, reason, name } = first
  assert.deepEqual(compiled.stateAt(from), { open, version, reason, name, until: second.from })
}

// Ten thousand calendars take ten seconds of a processor, which may have other things to do.
t.setTimeout(180_000)

t.test('whatever the calendar and the interval, the answers are those of walking minute by minute', async (t) => {
  let checked = 0
  const property = fc.property(scenario, ({ calendar, window, instants, share }: Case) => {
    const compiled = compileCalendar(calendar)
    const oracle = new Oracle(calendar, window)
    const [a, b, c] = instants as [number, number, number]
    checkSpans(compiled, oracle, instants)
    checkAdding(compiled, oracle, a, Math.round(share * compiled.businessMs(a, c)))
    checkEdges(compiled, oracle, b)
    checkPieces(compiled, oracle, b, c)
    checked++
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 10_000 }))
  t.equal(checked, 10_000)
})
