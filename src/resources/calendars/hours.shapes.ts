import { z } from 'zod'
import { calendarLimits, weekdays } from '../../clock/calendar.js'
import { at, id, input, instantInput, shape, text } from '../../shapes.js'

/* The hours of a calendar, as they are answered and as they are sent. What is wrong with them says src/clock. */

const time = () => z.string().max(20)
const from = 'The time of day at which it opens, 00:00 to 23:59, on the wall clock.'
const to = 'The time of day at which it closes, up to 24:00; that minute is closed again.'

export const OpenInterval = shape('OpenInterval', 'Open from one time of day until just before another, on the wall clock.', {
  from: z.string().describe(from), to: z.string().describe(to)
})
export const OpenIntervalInput = input('OpenIntervalInput', 'Open from one time of day until just before another, on the wall clock. One that ends before it starts is written as two.', {
  from: time().describe(from).meta({ examples: ['09:00'] }), to: time().describe(to).meta({ examples: ['17:00'] })
})

const listOfDay = (day: string): string => `When it is open on a ${day[0]!.toUpperCase()}${day.slice(1)}; empty: closed.`
const onEveryDay = <T>(of: (day: string) => T) =>
  Object.fromEntries(weekdays.map(day => [day, of(day)])) as Record<(typeof weekdays)[number], T>

export const WeeklyHours = shape('WeeklyHours', 'The open intervals of each weekday.', onEveryDay(day => z.array(OpenInterval).describe(listOfDay(day))))
export const WeeklyHoursInput = input('WeeklyHoursInput', 'The open intervals of each weekday, several a day if need be; a day that is left out is closed.',
  onEveryDay(day => z.array(OpenIntervalInput).max(200).optional().describe(listOfDay(day))))

const date = 'The local date, 2026-12-24.'
const reason = 'Why, to be named where a clock is explained.'
const otherHours = 'When it is open on that date, in the place of the weekday\'s hours; empty: closed.'

export const CalendarException = shape('CalendarException', 'Other hours on one local date.', {
  date: z.string().describe(date),
  name: z.string().nullable().describe(reason),
  intervals: z.array(OpenInterval).describe(otherHours)
})
export const CalendarExceptionInput = input('CalendarExceptionInput', 'Other hours on one local date.', {
  date: z.string().max(20).describe(date).meta({ examples: ['2026-12-24'] }),
  name: text(1000).nullable().optional().describe(`${reason} 1 to ${calendarLimits.nameLength} characters.`),
  intervals: z.array(OpenIntervalInput).max(200).default([]).describe(otherHours)
})

export const Holiday = shape('Holiday', 'A closed local date. An exception with hours on the same date wins.', {
  date: z.string().describe(date),
  name: z.string().describe(reason)
})
export const HolidayInput = input('HolidayInput', 'A closed local date. An exception with hours on the same date wins.', {
  date: z.string().max(20).describe(date).meta({ examples: ['2026-12-25'] }),
  name: text(1000).describe(`${reason} 1 to ${calendarLimits.nameLength} characters.`)
})

export const CalendarVersion = shape('CalendarVersion', 'What a calendar says from one instant on; never changed.', {
  id: id().describe('Made by the server, UUIDv7.'),
  calendarId: id().describe('The calendar.'),
  number: z.int().describe('Counts the versions of a calendar from 1, in the order in which they were recorded.'),
  effectiveFrom: at().describe('From when it is in force, until the next one\'s; the earliest is also in force before.'),
  timeZone: z.string().describe('IANA; its wall clock is what the hours are read on.'),
  weekly: WeeklyHours.describe('The hours of each weekday.'),
  exceptions: z.array(CalendarException).describe('Dates with other hours, by date.'),
  holidays: z.array(Holiday).describe('Closed dates, by date.'),
  createdAt: at().describe('When it was recorded here.')
})
export type CalendarVersion = z.output<typeof CalendarVersion>

/** What a version says, as it is sent; instants aside. */
export const hoursInput = {
  timeZone: z.string().max(64).describe('IANA, such as Europe/Berlin; its wall clock is what the hours are read on.').meta({ examples: ['Europe/Berlin'] }),
  weekly: WeeklyHoursInput.describe('The hours of each weekday.'),
  exceptions: z.array(CalendarExceptionInput).max(calendarLimits.exceptions).default([]).describe('Dates with other hours, each once, up to 2,000.'),
  holidays: z.array(HolidayInput).max(calendarLimits.holidays).default([]).describe('Closed dates, each once, up to 2,000.')
}

export const effectiveFromInput = () => instantInput().refine(value => value < '2101', 'must lie between the years 1970 and 2100').optional()
  .describe('From when it is in force: now when left out. In the past it also needs the scope history:write, and what was counted since is counted again.')

export const CreateCalendarVersion = input('CreateCalendarVersion', 'What a calendar says from an instant on.', {
  effectiveFrom: effectiveFromInput(),
  ...hoursInput
})
export type CreateCalendarVersion = z.output<typeof CreateCalendarVersion>

/** Hours without their instant. */
export type Hours = Omit<CreateCalendarVersion, 'effectiveFrom'>
