import { weekdays } from '../../src/clock/calendar.js'
import type { CalendarVersion, OpenInterval, Weekday } from '../../src/clock/calendar.js'

/** '09:00-12:30 13:15-18:00' → intervals. */
export const hours = (text: string): OpenInterval[] => text.split(' ').filter(Boolean).map((interval) => {
  const [from, to] = interval.split('-') as [string, string]
  return { from, to }
})

export const everyDay = (text: string, days: readonly Weekday[] = weekdays): CalendarVersion['weekly'] =>
  Object.fromEntries(days.map((day) => [day, hours(text)]))

export const workingWeek = (text: string): CalendarVersion['weekly'] => everyDay(text, weekdays.slice(0, 5))

/** Monday to Friday from nine to five in Berlin, but for what is said. */
export const version = (said: Partial<CalendarVersion> = {}): CalendarVersion => ({
  effectiveFrom: 0, timeZone: 'Europe/Berlin', weekly: workingWeek('09:00-17:00'), exceptions: [], holidays: [], ...said
})

export const hour = 3_600_000
export const minute = 60_000
export const iso = (at: number | null): string | null => at === null ? null : new Date(at).toISOString()
