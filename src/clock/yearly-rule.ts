import { dayMs } from './instants.js'

/** The parts of a yearly RRULE (RFC 5545, 3.3.10) by which holidays repeat. Null parts were not given. */
export interface YearlyRule {
  interval: number
  count: number | null
  /** The last day number on which an occurrence may start. */
  until: number | null
  months: number[] | null
  /** 1 to 31, or -1 for the last day of a month. */
  monthDays: number[] | null
  /** 1 to 366, or -1 for the last day of the year. */
  yearDays: number[] | null
  /** Monday is 0. `nth` counts within the month when `months` is given, else within the year; 0 is every one. */
  weekdays: Array<{ weekday: number, nth: number }> | null
  /** Which of a year's days count: 1 is the first, -1 the last. */
  positions: number[] | null
}

interface Day { number: number, ofMonth: number, monthLength: number, ofYear: number, yearLength: number }

/**
 * The day numbers in `[from, to)` on which a rule that starts on `start` falls, in order. A date that a year does not
 * have, such as 29 February, is left out in that year. `spend` is called once for every year looked at, and may throw.
 */
export function yearlyDays (rule: YearlyRule, start: number, from: number, to: number, spend: () => void): number[] {
  const found: number[] = []
  const first = yearOf(start)
  const [lastYear, end] = [yearOf(to), Math.min(to, rule.until === null ? to : rule.until + 1)]
  let left = rule.count ?? Infinity
  // What came before `from` matters only where occurrences are counted.
  const skipped = rule.count === null ? Math.max(0, Math.floor((yearOf(from) - first) / rule.interval)) : 0
  const placed = withPlace(rule, start)
  for (let year = first + skipped * rule.interval; year <= lastYear && left > 0; year += rule.interval) {
    spend()
    for (const day of daysOfYear(placed, year)) {
      if (day < start || left === 0) continue
      left--
      if (day >= from && day < end) found.push(day)
    }
  }
  return found
}

/** Without any part that says which day, a rule means the month and day on which it starts. */
function withPlace (rule: YearlyRule, start: number): YearlyRule {
  if (rule.monthDays || rule.yearDays || rule.weekdays) return rule
  const date = new Date(start * dayMs)
  return { ...rule, months: rule.months ?? [date.getUTCMonth() + 1], monthDays: [date.getUTCDate()] }
}

function daysOfYear (rule: YearlyRule, year: number): number[] {
  const days: number[] = []
  const first = startOfMonth(year, 1)
  const yearLength = startOfMonth(year + 1, 1) - first
  for (let month = 1; month <= 12; month++) {
    if (rule.months && !rule.months.includes(month)) continue
    const start = startOfMonth(year, month)
    const monthLength = startOfMonth(year, month + 1) - start
    for (let ofMonth = 1; ofMonth <= monthLength; ofMonth++) {
      const number = start + ofMonth - 1
      const day = { number, ofMonth, monthLength, ofYear: number - first + 1, yearLength }
      if (matches(rule, day)) days.push(number)
    }
  }
  const { positions } = rule
  return positions ? days.filter((_, i) => hasPlace(positions, i + 1, days.length)) : days
}

function matches ({ months, monthDays, yearDays, weekdays }: YearlyRule, day: Day): boolean {
  if (monthDays && !hasPlace(monthDays, day.ofMonth, day.monthLength)) return false
  if (yearDays && !hasPlace(yearDays, day.ofYear, day.yearLength)) return false
  if (!weekdays) return true
  // 1970-01-01 was a Thursday.
  const weekday = (((day.number + 3) % 7) + 7) % 7
  const [place, length] = months ? [day.ofMonth, day.monthLength] : [day.ofYear, day.yearLength]
  const [nth, nthLast] = [Math.ceil(place / 7), -Math.ceil((length - place + 1) / 7)]
  return weekdays.some((one) => one.weekday === weekday && (one.nth === 0 || one.nth === nth || one.nth === nthLast))
}

/** Places count from 1, or backwards from -1. */
const hasPlace = (places: number[], place: number, length: number): boolean =>
  places.includes(place) || places.includes(place - length - 1)

const yearOf = (day: number): number => new Date(day * dayMs).getUTCFullYear()

/** `Date.UTC` takes the years 0 to 99 for those of the twentieth century; a date that is set does not. */
const startOfMonth = (year: number, month: number): number => new Date(0).setUTCFullYear(year, month - 1, 1) / dayMs
