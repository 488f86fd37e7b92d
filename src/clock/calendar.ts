/**
 * A working-hours calendar as it is written down (definitions, 1.13): plain JSON. `business-time.ts` compiles one and
 * answers questions about it, `calendar-problems.ts` says what is wrong with one.
 */

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof weekdays)[number]

/** Open from `from` until just before `to`, on the wall clock: '09:00', '12:30'; `to` may be '24:00'. */
export interface OpenInterval { from: string, to: string }

/** Other hours on one local date, in the place of the weekday's; with no intervals the date is closed. */
export interface CalendarException { date: string, name: string | null, intervals: OpenInterval[] }

/** A closed local date. An exception with hours on the same date wins. */
export interface Holiday { date: string, name: string }

/** A weekday that is left out is closed. */
export interface CalendarVersion {
  /** The instant (ms) from which this version is in force, until the next one's. The first also counts before it. */
  effectiveFrom: number
  /** IANA name: 'Europe/Berlin'. */
  timeZone: string
  weekly: Partial<Record<Weekday, OpenInterval[]>>
  exceptions: CalendarException[]
  holidays: Holiday[]
}

/** The versions of one calendar, oldest first by `effectiveFrom`. */
export type Calendar = CalendarVersion[]

/** Why an instant is open or closed: the weekday's hours, no hours at that time, an exception's date, a holiday. */
export type CalendarReason = 'hours' | 'closed' | 'exception' | 'holiday'

export interface CalendarState {
  open: boolean
  /** Position of the version in force in the calendar's list. */
  version: number
  reason: CalendarReason
  /** The exception's or holiday's name, else null. */
  name: string | null
}

export const calendarLimits = { versions: 1000, intervalsPerDay: 48, exceptions: 2000, holidays: 2000, nameLength: 200 }

const minutesInDay = 24 * 60

/** '09:30' → 570, '24:00' → 1440; null for anything else. */
export function minutesOf (time: string): number | null {
  const match = /^(\d{2}):(\d{2})$/.exec(time)
  if (!match) return null
  const minutes = Number(match[1]) * 60 + Number(match[2])
  return Number(match[2]) < 60 && minutes <= minutesInDay ? minutes : null
}
