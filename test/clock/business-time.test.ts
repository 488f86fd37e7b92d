import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { compileCalendar } from '../../src/clock/business-time.js'
import type { CompiledCalendar } from '../../src/clock/business-time.js'
import type { CalendarVersion } from '../../src/clock/calendar.js'
import { blockMs, dayMs, latestInstant } from '../../src/clock/instants.js'
import { everyDay, hour, hours, iso, minute, version, workingWeek } from './calendars.js'

const calendar = (said: Partial<CalendarVersion> = {}): CompiledCalendar => compileCalendar([version(said)])
const at = (text: string): number => Date.parse(text)
const open = (compiled: CompiledCalendar, from: string, to: string): number =>
  compiled.businessMs(at(from), at(to)) / hour
const add = (compiled: CompiledCalendar, from: string, span: number): string | null =>
  iso(compiled.addBusinessMs(at(from), span))

t.test('a working week with a lunch break', async (t) => {
  const week = calendar({ weekly: workingWeek('09:00-12:30 13:15-18:00') })
  t.equal(open(week, '2026-01-05T00:00Z', '2026-01-12T00:00Z'), 5 * 8.25)
  t.equal(week.businessMs(at('2026-01-05T11:29:59.999Z'), at('2026-01-05T12:15:00.001Z')), 2, 'lunch counts nothing')
  t.equal(add(week, '2026-01-05T11:00Z', hour), '2026-01-05T12:45:00.000Z')
  t.equal(add(week, '2026-01-09T16:00Z', 2 * hour), '2026-01-12T09:00:00.000Z', 'over the weekend')
  t.equal(add(week, '2026-01-10T03:00Z', 1), '2026-01-12T08:00:00.001Z')
})

t.test('an interval is half-open: its first instant is open, its last is not', async (t) => {
  const week = calendar()
  t.equal(week.isOpen(at('2026-01-05T08:00Z') - 1), false)
  t.equal(week.isOpen(at('2026-01-05T08:00Z')), true)
  t.equal(week.isOpen(at('2026-01-05T16:00Z') - 1), true)
  t.equal(week.isOpen(at('2026-01-05T16:00Z')), false)
})

t.test('time that is used up exactly at closing time is due at closing time', async (t) => {
  const week = calendar()
  t.equal(add(week, '2026-01-05T08:00Z', 8 * hour), '2026-01-05T16:00:00.000Z')
  t.equal(add(week, '2026-01-05T08:00Z', 8 * hour + 1), '2026-01-06T08:00:00.001Z')
  t.equal(add(week, '2026-01-05T16:00Z', 8 * hour), '2026-01-06T16:00:00.000Z')
  t.equal(add(week, '2026-01-05T20:00Z', 0), '2026-01-05T20:00:00.000Z', 'nothing added, in closed time too')
})

t.test('a warning in closed time, or on its edge, waits for the next opening', async (t) => {
  const week = calendar()
  t.equal(iso(week.firstOpenAtOrAfter(at('2026-01-09T16:00Z'))), '2026-01-12T08:00:00.000Z', 'on the edge')
  t.equal(iso(week.firstOpenAtOrAfter(at('2026-01-09T15:59:59.999Z'))), '2026-01-09T15:59:59.999Z')
  t.equal(iso(week.firstOpenAtOrAfter(at('2026-01-09T08:00Z'))), '2026-01-09T08:00:00.000Z')
})

t.test('the next opening and closing are strictly later', async (t) => {
  const week = calendar()
  t.equal(iso(week.nextOpening(at('2026-01-09T08:00Z'))), '2026-01-12T08:00:00.000Z')
  t.equal(iso(week.nextOpening(at('2026-01-09T08:00Z') - 1)), '2026-01-09T08:00:00.000Z')
  t.equal(iso(week.nextClosing(at('2026-01-09T16:00Z'))), '2026-01-12T16:00:00.000Z')
  t.equal(iso(week.nextClosing(at('2026-01-09T16:00Z') - 1)), '2026-01-09T16:00:00.000Z')
})

t.test('hours that are skipped count nothing, hours that are repeated count twice', async (t) => {
  const count = (timeZone: string, text: string, from: string, to: string): number =>
    open(calendar({ timeZone, weekly: everyDay(text) }), from, to)
  t.equal(count('Europe/Berlin', '01:00-04:00', '2026-03-28T12:00Z', '2026-03-29T12:00Z'), 2)
  t.equal(count('Europe/Berlin', '02:00-03:00', '2026-03-28T12:00Z', '2026-03-29T12:00Z'), 0)
  t.equal(count('Europe/Berlin', '01:00-04:00', '2026-10-24T12:00Z', '2026-10-25T12:00Z'), 4)
  t.equal(count('Europe/Berlin', '02:00-02:30', '2026-10-24T12:00Z', '2026-10-25T12:00Z'), 1)
  t.equal(count('America/New_York', '00:00-24:00', '2026-03-08T05:00Z', '2026-03-09T04:00Z'), 23)
  t.equal(count('Australia/Sydney', '01:30-03:30', '2026-04-04T10:00Z', '2026-04-05T10:00Z'), 3, 'the south, in autumn')
  t.equal(count('Australia/Sydney', '01:30-03:30', '2026-10-03T10:00Z', '2026-10-04T10:00Z'), 1, 'and in spring')
  t.equal(count('Australia/Lord_Howe', '01:00-03:00', '2026-04-04T10:00Z', '2026-04-05T10:00Z'), 2.5, 'by half an hour')
  t.equal(count('Australia/Lord_Howe', '01:00-03:00', '2026-10-03T10:00Z', '2026-10-04T10:00Z'), 1.5)
  t.equal(count('Pacific/Chatham', '02:00-04:00', '2026-04-04T10:00Z', '2026-04-05T10:00Z'), 3, 'at a quarter to')
  t.equal(count('Africa/Casablanca', '02:00-04:00', '2026-02-15T00:00Z', '2026-02-15T12:00Z'), 3, 'as Ramadan begins')
  t.equal(count('Asia/Kathmandu', '00:00-01:00', '1985-12-31T12:00Z', '1986-01-01T12:00Z'), 0.75, 'a new offset')
  t.equal(count('America/Sao_Paulo', '00:00-02:00', '2018-11-03T12:00Z', '2018-11-04T12:00Z'), 1, 'without a midnight')
  t.equal(count('America/Sao_Paulo', '22:00-24:00', '2018-02-17T12:00Z', '2018-02-18T12:00Z'), 3, 'before midnight')
})

t.test('a repeated interval closes and opens again', async (t) => {
  const nights = calendar({ weekly: everyDay('02:00-02:30') })
  const night = nights.pieces(at('2026-10-24T22:00Z'), at('2026-10-25T02:00Z'))
  t.same(night.map((piece) => [iso(piece.from), piece.open]), [
    ['2026-10-24T22:00:00.000Z', false], ['2026-10-25T00:00:00.000Z', true], ['2026-10-25T00:30:00.000Z', false],
    ['2026-10-25T01:00:00.000Z', true], ['2026-10-25T01:30:00.000Z', false]
  ])
  t.equal(add(nights, '2026-10-25T00:15Z', 30 * minute), '2026-10-25T01:15:00.000Z')
})

t.test('a date that a place skipped has no hours', async (t) => {
  const apia = calendar({ timeZone: 'Pacific/Apia', weekly: everyDay('09:00-17:00') })
  t.equal(open(apia, '2011-12-29T10:00Z', '2011-12-31T10:00Z'), 16, 'the 29th and the 31st')
  t.equal(iso(apia.nextOpening(at('2011-12-30T03:00Z'))), '2011-12-30T19:00:00.000Z', 'sixteen hours later')
  const friday = calendar({ timeZone: 'Pacific/Apia', weekly: everyDay('09:00-17:00', ['friday']) })
  t.equal(iso(friday.nextOpening(at('2011-12-24T10:00Z'))), '2012-01-05T19:00:00.000Z', 'there was no Friday the 30th')
})

t.test('an offset with seconds', async (t) => {
  const monrovia = calendar({ timeZone: 'Africa/Monrovia', weekly: everyDay('09:00-17:00') })
  t.equal(iso(monrovia.nextOpening(at('1971-06-01T00:00Z'))), '1971-06-01T09:44:30.000Z')
  t.equal(iso(monrovia.nextOpening(at('1972-06-01T00:00Z'))), '1972-06-01T09:00:00.000Z')
})

t.test('24:00 ends a day, and meets the next one', async (t) => {
  const late = calendar({ weekly: { friday: hours('20:00-24:00'), saturday: hours('00:00-02:00') } })
  t.equal(iso(late.nextClosing(at('2026-01-09T19:00Z'))), '2026-01-10T01:00:00.000Z', 'no closing at midnight')
  t.equal(late.pieces(at('2026-01-09T19:00Z'), at('2026-01-10T01:00Z')).length, 1)
  t.equal(open(late, '2026-01-05T00:00Z', '2026-01-12T00:00Z'), 6)
  const friday = calendar({ weekly: { friday: hours('20:00-24:00') } })
  t.equal(iso(friday.nextClosing(at('2026-01-09T19:00Z'))), '2026-01-09T23:00:00.000Z')
})

t.test('intervals may be listed in any order, and touch', async (t) => {
  const week = calendar({ weekly: workingWeek('13:00-17:00 09:00-11:00 11:00-12:00') })
  t.equal(open(week, '2026-01-05T00:00Z', '2026-01-06T00:00Z'), 7)
  t.equal(iso(week.nextClosing(at('2026-01-05T08:30Z'))), '2026-01-05T11:00:00.000Z')
})

t.test('exceptions and holidays', async (t) => {
  const december = calendar({
    exceptions: [
      { date: '2026-12-24', name: 'Christmas Eve', intervals: hours('10:00-12:00') },
      { date: '2026-12-26', name: 'Saturday duty', intervals: hours('10:00-11:00') },
      { date: '2026-12-28', name: null, intervals: [] },
      { date: '2026-12-29', name: 'Stock-taking', intervals: [] }
    ],
    holidays: [
      { date: '2026-12-25', name: 'Christmas Day' }, { date: '2026-12-26', name: 'Boxing Day' },
      { date: '2026-12-29', name: 'A holiday' }
    ]
  })
  const day = (date: string): number => open(december, `${date}T00:00+01:00`, `${date}T24:00+01:00`)
  t.same([23, 24, 25, 26, 27, 28, 29, 30].map((date) => day(`2026-12-${date}`)), [8, 2, 0, 1, 0, 0, 0, 8])
  t.same(december.pieces(at('2026-12-23T12:00Z'), at('2026-12-30T09:00Z')).map((piece) =>
    [iso(piece.from)!.slice(5, 16), piece.open, piece.reason, piece.name]), [
    ['12-23T12:00', true, 'hours', null],
    ['12-23T16:00', false, 'closed', null],
    ['12-23T23:00', false, 'exception', 'Christmas Eve'],
    ['12-24T09:00', true, 'exception', 'Christmas Eve'],
    ['12-24T11:00', false, 'exception', 'Christmas Eve'],
    ['12-24T23:00', false, 'holiday', 'Christmas Day'],
    ['12-25T23:00', false, 'exception', 'Saturday duty'],
    ['12-26T09:00', true, 'exception', 'Saturday duty'],
    ['12-26T10:00', false, 'exception', 'Saturday duty'],
    ['12-26T23:00', false, 'closed', null],
    ['12-27T23:00', false, 'exception', null],
    ['12-28T23:00', false, 'holiday', 'A holiday'],
    ['12-29T23:00', false, 'closed', null],
    ['12-30T08:00', true, 'hours', null]
  ])
  t.same(december.stateAt(at('2026-12-25T12:00Z')),
    { open: false, version: 0, reason: 'holiday', name: 'Christmas Day', until: at('2026-12-25T23:00Z') })
  t.equal(add(december, '2026-12-23T16:00Z', 3 * hour), '2026-12-26T10:00:00.000Z')
})

t.test('neighbouring dates of one name are one piece', async (t) => {
  const dates = ['2026-08-03', '2026-08-04', '2026-08-05']
  const shut = calendar({ holidays: dates.map((date) => ({ date, name: 'Summer' })) })
  t.equal(shut.stateAt(at('2026-08-03T12:00Z')).until, at('2026-08-05T22:00Z'))
})

t.test('at each instant the version in force is used', async (t) => {
  const change = at('2026-01-07T11:00:00.001Z')
  const ten = at('2026-01-07T10:00-05:00')
  const two = compileCalendar([
    version({ effectiveFrom: at('2026-01-01T00:00Z') }),
    version({ effectiveFrom: change, timeZone: 'America/New_York', weekly: workingWeek('10:00-11:00') })
  ])
  t.equal(open(two, '2025-12-29T00:00Z', '2025-12-30T00:00Z'), 8, 'the first version counts before it took effect too')
  t.equal(two.businessMs(at('2026-01-07T00:00Z'), at('2026-01-08T00:00Z')), 3 * hour + 1 + hour)
  t.same(two.pieces(at('2026-01-07T08:00Z'), at('2026-01-07T17:00Z')), [
    { from: at('2026-01-07T08:00Z'), to: change, open: true, version: 0, reason: 'hours', name: null },
    { from: change, to: ten, open: false, version: 1, reason: 'closed', name: null },
    { from: ten, to: ten + hour, open: true, version: 1, reason: 'hours', name: null },
    { from: ten + hour, to: ten + 2 * hour, open: false, version: 1, reason: 'closed', name: null }
  ])
  t.equal(iso(two.nextClosing(at('2026-01-07T09:00Z'))), '2026-01-07T11:00:00.001Z')
  t.equal(add(two, '2026-01-07T10:00Z', hour + 1), '2026-01-07T11:00:00.001Z', 'used up as the version ends')
  t.equal(add(two, '2026-01-07T10:00Z', hour + 2), '2026-01-07T15:00:00.001Z')
})

t.test('a change of version alone is no closing', async (t) => {
  const change = at('2026-01-07T11:00Z')
  const two = compileCalendar([version(), version({ effectiveFrom: change })])
  t.equal(iso(two.nextClosing(at('2026-01-07T09:00Z'))), '2026-01-07T16:00:00.000Z')
  t.same(two.stateAt(at('2026-01-07T09:00Z')), { open: true, version: 0, reason: 'hours', name: null, until: change })
  t.equal(two.stateAt(change).version, 1)
})

t.test('round the clock', async (t) => {
  const always = calendar({ weekly: everyDay('00:00-12:00 12:00-24:00') })
  const from = at('2026-01-01T00:00Z')
  t.equal(always.businessMs(0, latestInstant), latestInstant)
  t.equal(always.addBusinessMs(from, 40 * 366 * dayMs), from + 40 * 366 * dayMs)
  t.equal(always.addBusinessMs(from, latestInstant - from), latestInstant)
  t.equal(always.addBusinessMs(from, latestInstant - from + 1), null)
  t.equal(always.nextClosing(from), null)
  t.equal(always.nextOpening(from), null)
  t.equal(always.firstOpenAtOrAfter(from), from)
  t.same(always.stateAt(from), { open: true, version: 0, reason: 'hours', name: null, until: null })
  t.equal(always.pieces(0, latestInstant).length, 1)
  const almost = calendar({ weekly: everyDay('00:00-24:00'), holidays: [{ date: '2060-05-01', name: 'May Day' }] })
  t.equal(iso(almost.nextClosing(from)), '2060-04-30T22:00:00.000Z', 'but for one day')
  t.equal(almost.businessMs(0, latestInstant), latestInstant - dayMs)
  t.equal(almost.addBusinessMs(from, 60 * 366 * dayMs), from + 60 * 366 * dayMs + dayMs)
})

t.test('never', async (t) => {
  const never = calendar({ weekly: {} })
  const from = at('2026-01-01T00:00Z')
  t.equal(never.businessMs(0, latestInstant), 0)
  t.equal(never.addBusinessMs(from, 1), null)
  t.equal(never.addBusinessMs(from, 0), from)
  t.equal(never.nextOpening(from), null)
  t.equal(never.nextClosing(from), null)
  t.equal(never.firstOpenAtOrAfter(from), null)
  t.same(never.stateAt(from), { open: false, version: 0, reason: 'closed', name: null, until: null })
  const exceptions = [{ date: '2090-07-01', name: 'Once', intervals: hours('10:00-11:00') }]
  const once = calendar({ weekly: {}, exceptions })
  t.equal(iso(once.nextOpening(from)), '2090-07-01T08:00:00.000Z', 'but once')
  t.equal(iso(once.addBusinessMs(from, hour)), '2090-07-01T09:00:00.000Z')
  t.equal(once.addBusinessMs(from, hour + 1), null)
  const some = compileCalendar([version({ weekly: {} }), version({ effectiveFrom: at('2080-01-01T12:00Z') })])
  t.equal(iso(some.nextOpening(from)), '2080-01-01T12:00:00.000Z', 'until another version')
  const edge = 60 * blockMs
  const always = version({ effectiveFrom: edge, weekly: everyDay('00:00-24:00') })
  const turned = compileCalendar([version({ weekly: {} }), always])
  t.equal(turned.nextOpening(from), edge, 'where what is kept is cut, too')
  t.equal(turned.addBusinessMs(from, hour), edge + hour)
  t.equal(turned.nextClosing(from), null)
})

t.test('the years 1970 to 2100 are answered for, and no others', async (t) => {
  const week = calendar({ timeZone: 'UTC' })
  t.equal(week.isOpen(0), false)
  t.equal(iso(week.nextOpening(0)), '1970-01-01T09:00:00.000Z')
  t.equal(iso(week.nextClosing(at('2100-12-31T12:00Z'))), '2100-12-31T17:00:00.000Z')
  t.equal(week.nextOpening(at('2100-12-31T12:00Z')), null)
  t.equal(add(week, '2100-12-31T12:00Z', 5 * hour), '2100-12-31T17:00:00.000Z')
  t.equal(add(week, '2100-12-31T12:00Z', 5 * hour + 1), null)
  t.equal(week.isOpen(latestInstant), false)
  for (const bad of [-1, latestInstant + 1, NaN, Infinity]) {
    const message = `${bad} is not an instant in milliseconds between the years 1970 and 2100`
    const error = { name: 'RangeError', message }
    t.throws(() => week.isOpen(bad), error)
    t.throws(() => week.businessMs(0, bad), error)
    t.throws(() => week.addBusinessMs(bad, 1), error)
    t.throws(() => week.pieces(bad, 0), error)
  }
  t.throws(() => week.addBusinessMs(0, -1), { name: 'RangeError', message: '-1 is not a span of time in milliseconds' })
  t.throws(() => week.addBusinessMs(0, NaN), { name: 'RangeError' })
})

t.test('no time passes backwards, or in no time', async (t) => {
  const week = calendar()
  t.equal(week.businessMs(at('2026-01-05T12:00Z'), at('2026-01-05T12:00Z')), 0)
  t.equal(week.businessMs(at('2026-01-05T12:00Z'), at('2026-01-05T10:00Z')), 0)
  t.same(week.pieces(at('2026-01-05T12:00Z'), at('2026-01-05T12:00Z')), [])
})

t.test('a year is the sum of its working days', async (t) => {
  const year = calendar({ weekly: workingWeek('09:00-17:00'), holidays: ['2026-01-01', '2026-04-03', '2026-04-06',
    '2026-05-01', '2026-05-14', '2026-05-25', '2026-12-25'].map((date) => ({ date, name: 'Closed' })) })
  t.equal(open(year, '2026-01-01T00:00+01:00', '2027-01-01T00:00+01:00'), (261 - 7) * 8)
  t.equal(add(year, '2026-01-01T00:00+01:00', 254 * 8 * hour), '2026-12-31T16:00:00.000Z')
})

t.test('over any number of years, intervals may be split and additions undone', async (t) => {
  const compiled = compileCalendar([
    version({ timeZone: 'America/New_York' }),
    version({ effectiveFrom: at('2001-05-05T05:05:05.005Z'), weekly: everyDay('00:30-02:45 22:00-24:00') }),
    version({
      effectiveFrom: at('2050-01-01T00:00Z'), timeZone: 'Australia/Lord_Howe', weekly: workingWeek('01:00-09:30'),
      holidays: [{ date: '2060-01-01', name: 'New Year' }]
    })
  ])
  const instant = fc.integer({ min: 0, max: latestInstant })
  const property = fc.property(fc.tuple(instant, instant, instant), (instants) => {
    const [a, b, c] = instants.toSorted((x, y) => x - y) as [number, number, number]
    const span = compiled.businessMs(a, c)
    assert.equal(compiled.businessMs(a, b) + compiled.businessMs(b, c), span)
    const reached = compiled.addBusinessMs(a, span)!
    assert.ok(reached <= c)
    assert.equal(compiled.businessMs(a, reached), span)
    assert.equal(compiled.businessMs(reached, c), 0)
    if (span > 0) assert.equal(compiled.businessMs(a, reached - 1), span - 1)
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 100 }))
})
