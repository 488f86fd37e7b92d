import { calendarLimits, minutesOf, weekdays } from './calendar.js'
import type { Calendar, CalendarVersion, OpenInterval } from './calendar.js'
import { dayNumberOf } from './instants.js'
import { isTimeZone } from './zone.js'

/** `path` is dotted from the root of what was checked: `1.weekly.monday.0.to`. */
export interface CalendarProblem { path: string, message: string }

type Report = (path: string, message: string) => void

/** All that is wrong with a calendar; none if `compileCalendar` takes it. Paths start with the version's position. */
export function calendarProblems (versions: Calendar): CalendarProblem[] {
  const { problems, report } = collector()
  if (versions.length === 0) report('', 'A calendar needs at least one version.')
  const most = calendarLimits.versions
  if (versions.length > most) report('', `A calendar has at most ${most} versions.`)
  versions.slice(0, most).forEach((version, i) => {
    problems.push(...versionProblems(version, `${i}.`))
    const before = versions[i - 1]
    if (before && !(version.effectiveFrom > before.effectiveFrom)) {
      report(`${i}.effectiveFrom`, 'Versions are listed by effectiveFrom, and no two take effect at the same instant.')
    }
  })
  return problems
}

/** Everything that is wrong with one version by itself. `prefix` goes before every path. */
export function versionProblems (version: CalendarVersion, prefix = ''): CalendarProblem[] {
  const { problems, report } = collector(prefix)
  if (!Number.isSafeInteger(version.effectiveFrom)) report('effectiveFrom', 'An instant is in whole milliseconds.')
  if (!isTimeZone(version.timeZone)) {
    report('timeZone', `"${version.timeZone}" is not an IANA time zone; write a name (Europe/Berlin), not an offset.`)
  }
  for (const [weekday, intervals] of Object.entries(version.weekly)) {
    if (!(weekdays as readonly string[]).includes(weekday)) {
      report(`weekly.${weekday}`, `A weekday is one of ${weekdays.join(', ')}.`)
    } else checkIntervals(intervals, `weekly.${weekday}`, report)
  }
  checkDates(version.exceptions, 'exceptions', report)
  version.exceptions.slice(0, calendarLimits.exceptions).forEach(({ intervals }, i) => {
    checkIntervals(intervals, `exceptions.${i}.intervals`, report)
  })
  checkDates(version.holidays, 'holidays', report)
  return problems
}

function collector (prefix = ''): { problems: CalendarProblem[], report: Report } {
  const problems: CalendarProblem[] = []
  return { problems, report: (path, message) => { problems.push({ path: prefix + path, message }) } }
}

function checkDates (dated: Array<{ date: string, name: string | null }>, path: 'exceptions' | 'holidays',
  report: Report): void {
  if (dated.length > calendarLimits[path]) report(path, `A version has at most ${calendarLimits[path]} ${path}.`)
  const seen = new Set<string>()
  dated.slice(0, calendarLimits[path]).forEach(({ date, name }, i) => {
    if (dayNumberOf(date) === null) {
      report(`${path}.${i}.date`, `"${date}" is not a date of the years 1970 to 2100 written as 2026-12-24.`)
    } else if (seen.has(date)) {
      report(`${path}.${i}.date`, `${date} is in the list already; a date is there at most once.`)
    }
    seen.add(date)
    if (name === null ? path === 'holidays' : name.trim() === '' || name.length > calendarLimits.nameLength) {
      report(`${path}.${i}.name`, `A name has 1 to ${calendarLimits.nameLength} characters.`)
    }
  })
}

function checkIntervals (intervals: OpenInterval[], path: string, report: Report): void {
  if (intervals.length > calendarLimits.intervalsPerDay) {
    report(path, `A day has at most ${calendarLimits.intervalsPerDay} intervals.`)
    return
  }
  const sound: Array<{ i: number, from: number, to: number }> = []
  intervals.forEach((interval, i) => {
    const from = interval.from === '24:00' ? null : minutesOf(interval.from)
    const to = minutesOf(interval.to)
    if (from === null) {
      report(`${path}.${i}.from`, `"${interval.from}" is not a time of day from 00:00 to 23:59.`)
    }
    if (to === null) report(`${path}.${i}.to`, `"${interval.to}" is not a time of day up to 24:00.`)
    if (from === null || to === null) return
    if (from < to) sound.push({ i, from, to })
    else report(`${path}.${i}.to`, endsTooEarly(interval, from === to))
  })
  checkOverlaps(intervals, sound, path, report)
}

const endsTooEarly = ({ from, to }: OpenInterval, empty: boolean): string => empty
  ? `${from} to ${to} is empty; a whole day is 00:00 to 24:00.`
  : `${from} to ${to} ends before it starts; write it as two: ${from} to 24:00, and 00:00 to ${to} on the next day.`

function checkOverlaps (intervals: OpenInterval[], sound: Array<{ i: number, from: number, to: number }>,
  path: string, report: Report): void {
  sound.sort((a, b) => a.from - b.from || a.i - b.i)
  let latest = sound[0]
  for (const interval of sound.slice(1)) {
    if (interval.from < latest!.to) {
      const [one, other] = [intervals[interval.i]!, intervals[latest!.i]!]
      report(`${path}.${interval.i}`, `${one.from} to ${one.to} overlaps ${other.from} to ${other.to}.`)
    }
    if (interval.to > latest!.to) latest = interval
  }
}
