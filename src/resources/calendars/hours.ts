import { weekdays, type CalendarVersion as PureVersion, type OpenInterval } from '../../clock/calendar.js'
import { calendarProblems, versionProblems, type CalendarProblem } from '../../clock/calendar-problems.js'
import { ApiError } from '../../errors.js'
import type { CalendarVersion, Hours } from './hours.shapes.js'

type SentHours = Pick<Hours, 'timeZone' | 'weekly' | 'exceptions' | 'holidays'>

const byStart = (intervals: OpenInterval[]): OpenInterval[] => intervals.map(({ from, to }) => ({ from, to })).toSorted((a, b) => a.from < b.from ? -1 : 1)
const byDate = <T extends { date: string }>(dated: T[]): T[] => dated.toSorted((a, b) => a.date < b.date ? -1 : 1)

/** Hours in the one form in which they are kept: every weekday named, everything in the order of its time. */
export function tidyHours ({ timeZone, weekly, exceptions, holidays }: SentHours): Hours & Pick<CalendarVersion, 'weekly' | 'exceptions'> {
  return {
    timeZone,
    weekly: Object.fromEntries(weekdays.map(day => [day, byStart(weekly[day] ?? [])])) as CalendarVersion['weekly'],
    exceptions: byDate(exceptions.map(({ date, name, intervals }) => ({ date, name: name ?? null, intervals: byStart(intervals) }))),
    holidays: byDate(holidays.map(({ date, name }) => ({ date, name })))
  }
}

/** As the calendars of src/clock have it. */
export const pureVersion = ({ effectiveFrom, timeZone, weekly, exceptions, holidays }: SentHours & { effectiveFrom: string }): PureVersion => ({
  effectiveFrom: Date.parse(effectiveFrom), timeZone, weekly, holidays,
  exceptions: exceptions.map(({ date, name, intervals }) => ({ date, name: name ?? null, intervals }))
})

const maxErrors = 50

function refuse (problems: readonly CalendarProblem[]): void {
  const [first] = problems
  if (!first) return
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  throw new ApiError('invalid', `${first.path}: ${first.message}${more}`, problems.slice(0, maxErrors))
}

/** Refuses hours that make no sense, naming everything that is wrong with them. `prefix` goes before every path. */
export const checkHours = (version: SentHours & { effectiveFrom: string }, prefix = ''): void =>
  refuse(versionProblems(pureVersion(version), prefix))

/** The same for all versions of a calendar. */
export const checkVersions = (versions: Array<SentHours & { effectiveFrom: string }>, prefix = ''): void =>
  refuse(calendarProblems(versions.map(pureVersion)).map(({ path, message }) => ({ path: `${prefix}${path}`, message })))
