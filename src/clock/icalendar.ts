import ICAL from 'ical.js'
import { calendarLimits } from './calendar.js'
import type { Holiday } from './calendar.js'
import { dateOf, dayMs, dayNumberOf } from './instants.js'
import { yearlyDays } from './yearly-rule.js'
import type { YearlyRule } from './yearly-rule.js'

/** The text is not iCalendar, or says something that cannot become a holiday; the message is for its sender. */
export class ICalendarError extends Error {
  override name = 'ICalendarError'
}

/** `work` bounds the years and days that the repetitions of one file may make us look at. */
export const iCalendarLimits = { characters: 1_048_576, events: 5000, daysPerEvent: 366, work: 50_000 }

/** jCal (RFC 7265): name, parameters, type, values. */
type JProperty = [string, Record<string, string | string[]>, string, ...unknown[]]
type JComponent = [string, JProperty[], JComponent[]]

/** An all-day event; days are day numbers, `length` in days. */
interface AllDayEvent {
  name: string
  start: number
  length: number
  rule: YearlyRule | null
  added: number[]
  removed: number[]
}

/**
 * The holidays among the local dates `[from, to)` ('2026-01-01') of an iCalendar file (RFC 5545), one per date, in
 * order: its all-day events with their yearly repetitions, each day of those that last several. Timed and cancelled
 * events are left out; the names of several events on one date are joined with commas. Throws an ICalendarError.
 */
export function holidaysFromICalendar (text: string, { from, to }: { from: string, to: string }): Holiday[] {
  const [first, end] = [dayNumberOf(from), dayNumberOf(to)]
  if (first === null || end === null) {
    throw new RangeError(`"${from}" and "${to}" are not both dates of the years 1970 to 2100`)
  }
  let work = 0
  const spend = (amount = 1): void => {
    work += amount
    if (work > iCalendarLimits.work) throw new ICalendarError('These events repeat too often to be worked out.')
  }
  const names = new Map<number, Set<string>>()
  for (const event of allDayEvents(eventsOf(text))) {
    for (const start of startsOf(event, first, end, spend)) {
      spend(event.length)
      for (let day = Math.max(start, first); day < Math.min(start + event.length, end); day++) {
        names.set(day, (names.get(day) ?? new Set()).add(event.name))
      }
    }
  }
  return [...names].toSorted((a, b) => a[0] - b[0])
    .map(([day, several]) => ({ date: dateOf(day), name: [...several].join(', ').slice(0, calendarLimits.nameLength) }))
}

function startsOf (event: AllDayEvent, from: number, to: number, spend: () => void): Set<number> {
  const repeated = event.rule
    ? yearlyDays(event.rule, event.start, from - event.length + 1, to, spend)
    : [event.start]
  const starts = new Set([...repeated, ...event.added])
  for (const day of event.removed) starts.delete(day)
  return starts
}

function eventsOf (text: string): JComponent[] {
  if (text.length > iCalendarLimits.characters) {
    throw new ICalendarError(`An iCalendar file has at most ${iCalendarLimits.characters} characters.`)
  }
  let parsed: unknown
  try {
    parsed = ICAL.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new ICalendarError(`This is not iCalendar text: ${(cause as Error).message}`, { cause })
  }
  const roots = (Array.isArray(parsed) && typeof parsed[0] === 'string' ? [parsed] : parsed) as JComponent[]
  const calendars = roots.filter(([name]) => name === 'vcalendar')
  if (calendars.length === 0) throw new ICalendarError('This is not iCalendar text: it has no VCALENDAR.')
  const events = calendars.flatMap(([, , components]) => components).filter(([name]) => name === 'vevent')
  if (events.length > iCalendarLimits.events) {
    throw new ICalendarError(`An iCalendar file has at most ${iCalendarLimits.events} events.`)
  }
  return events
}

/** An event with a RECURRENCE-ID stands in the place of one occurrence of the event with the same UID. */
function allDayEvents (components: JComponent[]): AllDayEvent[] {
  const replaced = new Map<unknown, number[]>()
  for (const component of components) {
    const recurrence = property(component, 'recurrence-id')
    if (!recurrence) continue
    if (recurrence[1]['range']) {
      throw new ICalendarError(`"${nameOf(component)}" changes all later dates at once, which cannot be imported.`)
    }
    const uid = property(component, 'uid')?.[3]
    replaced.set(uid, [...replaced.get(uid) ?? [], ...daysIn([recurrence], nameOf(component))])
  }
  return components.flatMap((component) => {
    const isReplacement = property(component, 'recurrence-id') !== undefined
    const event = allDayEvent(component, isReplacement)
    if (event && !isReplacement) event.removed.push(...replaced.get(property(component, 'uid')?.[3]) ?? [])
    return event ?? []
  })
}

/** Null for an event that is cancelled or has a time of day. */
function allDayEvent (component: JComponent, isReplacement: boolean): AllDayEvent | null {
  const starts = property(component, 'dtstart')
  const status = String(property(component, 'status')?.[3]).toUpperCase()
  if (!starts || !isDate(starts) || status === 'CANCELLED') return null
  const name = nameOf(component)
  const start = dayIn(starts[3], name)
  const rules = isReplacement ? [] : component[1].filter(([key]) => key === 'rrule')
  if (rules.length > 1) throw new ICalendarError(`"${name}" has more than one RRULE, which cannot be imported.`)
  const dates = (key: string): number[] => daysIn(component[1].filter((one) => one[0] === key), name)
  return {
    name, start, length: lengthOf(component, start, name),
    rule: rules[0] ? ruleOf(rules[0][3] as Record<string, unknown>, name) : null,
    added: isReplacement ? [] : dates('rdate'), removed: isReplacement ? [] : dates('exdate')
  }
}

const property = ([, properties]: JComponent, name: string): JProperty | undefined =>
  properties.find(([key]) => key === name)

function nameOf (component: JComponent): string {
  const summary = property(component, 'summary')?.[3]
  const name = typeof summary === 'string' ? summary.replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ').trim() : ''
  return name.slice(0, calendarLimits.nameLength) || 'Holiday'
}

/** Some write DTSTART:20261224 without VALUE=DATE, which the parser takes for an instant without a time. */
const isDate = ([, , type, value]: JProperty): boolean => type === 'date' || String(value).endsWith('T::')

/** DTEND is exclusive. Without an end, and with one that is not after the start, an event is one day long. */
function lengthOf (component: JComponent, start: number, name: string): number {
  const end = property(component, 'dtend')
  const [, weeks = 0, days = 0] = /^\+?P(?:(\d+)W)?(?:(\d+)D)?/.exec(String(property(component, 'duration')?.[3])) ?? []
  const length = end ? dayIn(end[3], name) - start : Number(weeks) * 7 + Number(days)
  if (length > iCalendarLimits.daysPerEvent) {
    throw new ICalendarError(`"${name}" lasts ${length} days; a holiday lasts at most ${iCalendarLimits.daysPerEvent}.`)
  }
  return Math.max(length, 1)
}

const daysIn = (properties: JProperty[], name: string): number[] =>
  properties.flatMap(([, , , ...values]) => values.map((value) => dayIn(value, name)))

/** '2026-12-24', or the date of '2026-12-24T00:00:00'. Repetitions may have begun long before 1970. */
function dayIn (value: unknown, name: string): number {
  const date = String(value).slice(0, 10)
  const at = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(at) || dateOf(at / dayMs) !== date) {
    throw new ICalendarError(`"${name}" has a date that does not exist: ${date}.`)
  }
  return at / dayMs
}

const ruleParts = ['freq', 'interval', 'count', 'until', 'wkst', 'bymonth', 'bymonthday', 'byyearday', 'byday',
  'bysetpos']
const weekdayCodes = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

function ruleOf (rule: Record<string, unknown>, name: string): YearlyRule {
  const strange = Object.keys(rule).find((part) => !ruleParts.includes(part))
  if (rule['freq'] !== 'YEARLY' || strange) {
    const part = strange?.toUpperCase() ?? `FREQ=${String(rule['freq'])}`
    throw new ICalendarError(`"${name}" repeats by ${part}; only yearly repetitions by month and day can be imported.`)
  }
  const list = <T>(part: string): T[] | null => part in rule ? [rule[part] as T | T[]].flat() as T[] : null
  return {
    interval: Number(rule['interval'] ?? 1),
    count: rule['count'] === undefined ? null : Number(rule['count']),
    until: rule['until'] === undefined ? null : dayIn(rule['until'], name),
    months: list<number>('bymonth'), monthDays: list<number>('bymonthday'), yearDays: list<number>('byyearday'),
    weekdays: list<string>('byday')?.map((code) => ({
      weekday: weekdayCodes.indexOf(code.slice(-2)), nth: Number(code.slice(0, -2) || 0)
    })) ?? null,
    positions: list<number>('bysetpos')
  }
}
