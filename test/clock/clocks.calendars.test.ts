import t from 'tap'
import { compileCalendar } from '../../src/clock/business-time.js'
import type { Calendar, CalendarVersion, OpenInterval, Weekday } from '../../src/clock/calendar.js'
import { explain } from '../../src/clock/explain.js'
import type { Fact } from '../../src/clock/facts.js'
import type { Calendars } from '../../src/clock/reading.js'
import { at, created, inbound, prioritise, reply, tag } from './timeline.js'
import { hours, only, standard, target, version } from './promises.js'

const workdays: Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday']
const allDays: Weekday[] = [...workdays, 'saturday', 'sunday']
const week = (days: Weekday[], ...intervals: OpenInterval[]): CalendarVersion['weekly'] =>
  Object.fromEntries(days.map((day) => [day, intervals]))

const calendar = (weekly: CalendarVersion['weekly'], given: Partial<CalendarVersion> = {}): Calendar => [
  { effectiveFrom: at('00:00'), timeZone: 'UTC', weekly, exceptions: [], holidays: [], ...given }
]
const named = (calendars: Record<string, Calendar>): Calendars =>
  new Map(Object.entries(calendars).map(([id, versions]) => [id, compileCalendar(versions)]))

const nine = week(workdays, { from: '09:00', to: '17:00' })
const within = (count: number, calendarId: string) =>
  [target('firstReply', count, { basis: 'business', calendarId })]
const asked = (time: string): Fact[] => [created(time), inbound(time, 'm1')]
const utc = (text: string): number => Date.parse(text)

t.test('a conversation is not overdue at its birth in another time zone', async (t) => {
  const calendars = named({ auckland: calendar(nine, { timeZone: 'Pacific/Auckland' }) })
  // Monday 21:00 UTC is Tuesday 10:00 in Auckland.
  t.match(only(asked('21:00'), within(4, 'auckland'), '21:00', calendars),
    { state: 'running', dueAt: at('+1 01:00'), consumedSeconds: 0 })
})

t.test('a calendar that is open day and night counts every second', async (t) => {
  const calendars = named({ always: calendar(week(allDays, { from: '00:00', to: '24:00' })) })
  t.match(only(asked('+5 23:00'), within(30, 'always'), '+6 01:00', calendars),
    { dueAt: at('+7 05:00'), consumedSeconds: 7200 })
})

t.test('a lunch break ends one stretch and starts another', async (t) => {
  const lunch = week(workdays, { from: '09:00', to: '12:00' }, { from: '13:00', to: '17:00' })
  t.equal(only(asked('11:30'), within(1, 'lunch'), '11:31', named({ lunch: calendar(lunch) })).dueAt, at('13:30'))
})

t.test('holidays and exceptions are left out, and named in the explanation', async (t) => {
  const calendars = named({
    office: calendar(nine, {
      holidays: [{ date: '2026-11-03', name: 'Founders Day' }],
      exceptions: [{ date: '2026-11-04', name: 'Stocktaking', intervals: [{ from: '14:00', to: '17:00' }] }]
    })
  })
  const standards = [standard([version('care', 1, within(2, 'office'))])]
  const [told] = explain(asked('16:00'), standards, calendars, at('+2 15:30'))
  t.match(told!.clock, { dueAt: at('+2 15:00'), state: 'overdue', consumedSeconds: 9000 })
  t.strictSame(told!.segments.map(({ from, to, reason, exception, calendarVersion, countedSeconds }) =>
    [from, to, reason, exception, calendarVersion, countedSeconds]), [
    [at('16:00'), at('17:00'), 'counting', null, 0, 3600],
    [at('17:00'), at('+1 00:00'), 'closed', null, 0, 0],
    [at('+1 00:00'), at('+2 00:00'), 'closed', 'Founders Day', 0, 0],
    [at('+2 00:00'), at('+2 14:00'), 'closed', 'Stocktaking', 0, 0],
    [at('+2 14:00'), at('+2 15:00') + 1, 'counting', 'Stocktaking', 0, 3600],
    [at('+2 15:00') + 1, at('+2 15:30'), 'counting', 'Stocktaking', 0, 1800]
  ])
})

t.test('an hour that the clocks skip counts nothing, and one that they repeat counts twice', async (t) => {
  const night = calendar(week(allDays, { from: '00:00', to: '04:00' }), { timeZone: 'Europe/Berlin' })
  const calendars = named({ night })
  const due = (from: string) => {
    const start = utc(from)
    const standards = [standard([{ ...version('care', 1, within(3, 'night')), publishedAt: 0 }])]
    return explain([created(start), inbound(start, 'm1')], standards, calendars, start)[0]!.clock.dueAt
  }
  t.equal(due('2026-03-28T23:00:00Z'), utc('2026-03-29T02:00:00Z'), 'midnight to four is three hours in spring')
  t.equal(due('2026-10-24T22:00:00Z'), utc('2026-10-25T01:00:00Z'), 'and five in autumn')
})

t.test('at each instant the version of the calendar in force then counts', async (t) => {
  const office: Calendar = [
    ...calendar(nine),
    { ...calendar(week(workdays, { from: '09:00', to: '12:00' }))[0]!, effectiveFrom: at('+1 00:00') }
  ]
  const standards = [standard([version('care', 1, within(6, 'office'))])]
  const [told] = explain(asked('15:00'), standards, named({ office }), at('+1 10:00'))
  t.match(told!.clock, { consumedSeconds: 3 * 3600, dueAt: at('+2 10:00') })
  t.strictSame([...new Set(told!.segments.map(({ calendarVersion }) => calendarVersion))], [0, 1])
})

t.test('a change of calendar keeps what was consumed by the old one', async (t) => {
  const calendars = named({
    office: calendar(nine), evening: calendar(week(workdays, { from: '17:00', to: '22:00' }))
  })
  const vip = { field: 'tag' as const, in: ['vip'] }
  const standards = [
    standard([version('vip', 1, within(4, 'evening'), { condition: vip, position: 0 })]),
    standard([version('care', 1, within(4, 'office'))])
  ]
  const facts = [...asked('15:00'), tag('16:00', ['vip'])]
  t.match(only(facts, standards, '16:30', calendars),
    { consumedSeconds: 3600, remainingSeconds: 10800, dueAt: at('20:00') })
  t.match(only([...facts, reply('20:00', 'r1')], standards, '21:00', calendars),
    { state: 'met', consumedSeconds: 14400 })
})

t.test('a warning share of business time falls in business time', async (t) => {
  const promised = [target('firstReply', 8, { basis: 'business', calendarId: 'office', warnAt: { share: 0.5 } })]
  const calendars = named({ office: calendar(nine) })
  t.match(only(asked('13:00'), promised, '20:00', calendars), { state: 'running', nextChangeAt: at('+1 09:00') })
  t.match(only(asked('13:00'), promised, '+1 09:00', calendars), { state: 'atRisk', dueAt: at('+1 13:00') })
})

t.test('a calendar that never opens is never due, and one that is missing is refused', async (t) => {
  t.match(only(asked('09:00'), within(1, 'never'), '+9 09:00', named({ never: calendar({}) })),
    { state: 'running', dueAt: null, remainingSeconds: 3600, nextChangeAt: null })
  t.throws(() => only(asked('09:00'), within(1, 'gone'), '10:00', new Map()), RangeError)
  const changing = { ...hours(4), urgent: 3600 }
  t.match(only([...asked('09:00'), prioritise('10:00', 'urgent')],
    [target('firstReply', 4, { basis: 'business', calendarId: 'never', seconds: changing })], '12:00',
    named({ never: calendar({}) })), { state: 'running', consumedSeconds: 0, remainingSeconds: 3600 })
})
