import t from 'tap'
import { calendarProblems, versionProblems } from '../../src/clock/calendar-problems.js'
import { compileCalendar } from '../../src/clock/business-time.js'
import type { CalendarVersion } from '../../src/clock/calendar.js'
import { everyDay, hours, version } from './calendars.js'

const problems = (said: Partial<CalendarVersion>): string[] =>
  versionProblems(version(said)).map(({ path, message }) => `${path}: ${message}`)

const monday = (text: string): Partial<CalendarVersion> => ({ weekly: { monday: hours(text) } })

t.test('a sound calendar has no problems', async (t) => {
  t.same(problems({}), [])
  t.same(problems(monday('13:00-17:00 09:00-13:00 17:30-24:00')), [], 'intervals may touch, in any order')
  t.same(problems({ weekly: everyDay('00:00-24:00') }), [])
  t.same(problems({ weekly: {} }), [], 'a calendar may be closed for good')
  t.same(problems({
    exceptions: [{ date: '2028-02-29', name: null, intervals: [] }],
    holidays: [{ date: '2028-02-29', name: 'Leap day' }, { date: '2100-12-31', name: 'The last day' }]
  }), [], 'one date may have both an exception and a holiday')
})

t.test('time zones are IANA names', async (t) => {
  for (const timeZone of ['+02:00', 'Europe/Atlantis', 'CST', '']) {
    t.same(problems({ timeZone }),
      [`timeZone: "${timeZone}" is not an IANA time zone; write a name (Europe/Berlin), not an offset.`])
  }
})

t.test('intervals', async (t) => {
  t.same(problems(monday('22:00-06:00')), ['weekly.monday.0.to: 22:00 to 06:00 ends before it starts; ' +
    'write it as two: 22:00 to 24:00, and 00:00 to 06:00 on the next day.'])
  t.same(problems(monday('09:00-09:00')),
    ['weekly.monday.0.to: 09:00 to 09:00 is empty; a whole day is 00:00 to 24:00.'])
  t.same(problems(monday('09:00-12:00 11:59-13:00')), ['weekly.monday.1: 11:59 to 13:00 overlaps 09:00 to 12:00.'])
  t.same(problems(monday('14:00-15:00 09:00-18:00 16:00-17:00')), [
    'weekly.monday.0: 14:00 to 15:00 overlaps 09:00 to 18:00.',
    'weekly.monday.2: 16:00 to 17:00 overlaps 09:00 to 18:00.'
  ], 'each is named with the one that it lies in')
  t.same(problems(monday('09:00-12:00 09:00-12:00')), ['weekly.monday.1: 09:00 to 12:00 overlaps 09:00 to 12:00.'])
  t.same(problems(monday('24:00-24:00 9:00-12:00 12:60-25:00')), [
    'weekly.monday.0.from: "24:00" is not a time of day from 00:00 to 23:59.',
    'weekly.monday.1.from: "9:00" is not a time of day from 00:00 to 23:59.',
    'weekly.monday.2.from: "12:60" is not a time of day from 00:00 to 23:59.',
    'weekly.monday.2.to: "25:00" is not a time of day up to 24:00.'
  ])
  t.same(problems(monday('09:00:00-24:01')), [
    'weekly.monday.0.from: "09:00:00" is not a time of day from 00:00 to 23:59.',
    'weekly.monday.0.to: "24:01" is not a time of day up to 24:00.'
  ])
  t.same(problems({ weekly: { moonday: [] } as CalendarVersion['weekly'] }),
    ['weekly.moonday: A weekday is one of monday, tuesday, wednesday, thursday, friday, saturday, sunday.'])
  t.same(problems({ weekly: { sunday: Array.from({ length: 49 }, () => ({ from: '00:00', to: '00:01' })) } }),
    ['weekly.sunday: A day has at most 48 intervals.'])
})

t.test('dates', async (t) => {
  const date = (text: string): string => `"${text}" is not a date of the years 1970 to 2100 written as 2026-12-24.`
  for (const bad of ['2026-02-29', '2026-13-01', '2026-1-1', '24.12.2026', '1969-12-31', '2101-01-01', '20261224']) {
    t.same(problems({ holidays: [{ date: bad, name: 'A day' }] }), [`holidays.0.date: ${date(bad)}`])
  }
  const twice = 'is in the list already; a date is there at most once.'
  t.same(problems({
    exceptions: ['2026-12-24', '2026-12-31', '2026-12-24'].map((day) => ({ date: day, name: null, intervals: [] })),
    holidays: ['2026-12-25', '2026-12-25'].map((day) => ({ date: day, name: 'Christmas' }))
  }), [`exceptions.2.date: 2026-12-24 ${twice}`, `holidays.1.date: 2026-12-25 ${twice}`])
  t.same(problems({ exceptions: [{ date: '2026-12-24', name: ' ', intervals: hours('12:00-09:00') }] }), [
    'exceptions.0.name: A name has 1 to 200 characters.',
    'exceptions.0.intervals.0.to: 12:00 to 09:00 ends before it starts; ' +
    'write it as two: 12:00 to 24:00, and 00:00 to 09:00 on the next day.'
  ])
  t.same(problems({ holidays: [{ date: '2026-12-25', name: 'x'.repeat(201) }] }),
    ['holidays.0.name: A name has 1 to 200 characters.'])
  t.same(problems({ exceptions: Array.from({ length: 2001 }, (_, i) =>
    ({ date: new Date(i * 86_400_000).toISOString().slice(0, 10), name: null, intervals: [] })) }),
  ['exceptions: A version has at most 2000 exceptions.'])
})

t.test('versions', async (t) => {
  t.same(calendarProblems([]), [{ path: '', message: 'A calendar needs at least one version.' }])
  const order = 'Versions are listed by effectiveFrom, and no two take effect at the same instant.'
  t.same(calendarProblems([5, 3, 3, 4].map((effectiveFrom) => version({ effectiveFrom }))),
    [{ path: '1.effectiveFrom', message: order }, { path: '2.effectiveFrom', message: order }])
  t.same(problems({ effectiveFrom: 0.5 }), ['effectiveFrom: An instant is in whole milliseconds.'])
  t.same(problems({ effectiveFrom: NaN }), ['effectiveFrom: An instant is in whole milliseconds.'])
  t.same(calendarProblems([version(), version({ effectiveFrom: 1, timeZone: 'Mars/Base' })]).map(({ path }) => path),
    ['1.timeZone'])
})

t.test('everything that is wrong is named at once, and nothing of it is compiled', async (t) => {
  const wrong = version({
    timeZone: '+01:00', weekly: { friday: hours('18:00-02:00') }, holidays: [{ date: 'x', name: '' }]
  })
  t.same(versionProblems(wrong).map(({ path }) => path),
    ['timeZone', 'weekly.friday.0.to', 'holidays.0.date', 'holidays.0.name'])
  const message = /^0\.timeZone: .*\n0\.weekly\.friday\.0\.to: /
  t.throws(() => compileCalendar([wrong]), { name: 'RangeError', message })
})
