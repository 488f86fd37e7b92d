import type { Calendars } from '../clock/reading.js'
import type { StandardVersionSet, Target } from '../clock/standard.js'

/**
 * The earliest instant at which something can have ended whose clock is due at or after another: a clock that has ended is due at
 * most its whole target after its end. 0 where there is no telling.
 */
export function reachOf (standards: StandardVersionSet, calendars: Calendars, from: number): number {
  const targets = standards.flatMap(({ versions }) => versions).flatMap(({ targets }) => targets)
  return Math.min(from, ...targets.map((target) => reachOfTarget(target, calendars, from)))
}

function reachOfTarget ({ seconds, basis, calendarId }: Target, calendars: Calendars, from: number): number {
  const span = Math.max(0, ...Object.values(seconds).map((each) => (each ?? 0) * 1000))
  const calendar = basis === 'business' && calendarId !== null ? calendars.get(calendarId) : undefined
  if (!calendar) return Math.max(0, from - span)
  let [low, high] = [0, from]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (calendar.businessMs(middle, from) <= span) high = middle
    else low = middle + 1
  }
  return low
}
