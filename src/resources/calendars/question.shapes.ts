import { z } from 'zod'
import { at, choice, input, instantInput, shape } from '../../shapes.js'
import { calendarInstant } from './calendar.shapes.js'
import { hoursInput } from './hours.shapes.js'

/* What a calendar can be asked, and what it answers. */

const maxSeconds = 2_000_000_000

export const CalendarReason = choice('CalendarReason', 'Why a calendar is open or closed: by the weekday\'s hours, because there are none at that time, by an exception, for a holiday.',
  ['hours', 'closed', 'exception', 'holiday'])

export const CalendarMoment = shape('CalendarMoment', 'What a calendar says at an instant.', {
  at: at().describe('The instant.'),
  isOpen: z.boolean().describe('Whether it is open; at the very instant of closing it is not.'),
  reason: CalendarReason.describe('Why.'),
  name: z.string().nullable().describe('The name of the exception or holiday that says so.'),
  versionNumber: z.int().describe('The version in force; in a preview its place in the list, from 1.'),
  until: at().nullable().describe('When it says something else; null: not any more until the end of 2100.')
})
export type CalendarMoment = z.output<typeof CalendarMoment>

export const NextOpening = shape('NextOpening', 'When a calendar opens next.', {
  at: at().describe('The instant that was asked about.'),
  opensAt: at().nullable().describe('The first instant after it at which closed time becomes open; null: not any more until the end of 2100.')
})
export type NextOpening = z.output<typeof NextOpening>

const seconds = () => z.int().meta({ graphql: 'Float' })

export const BusinessSpan = shape('BusinessSpan', 'Business time between two instants.', {
  from: at().describe('The start, included.'),
  to: at().describe('The end, excluded.'),
  businessSeconds: seconds().describe('Open seconds between them, floored.')
})
export type BusinessSpan = z.output<typeof BusinessSpan>

export const BusinessEnd = shape('BusinessEnd', 'An instant and business time after it.', {
  from: at().describe('The start.'),
  seconds: z.int().describe('Business seconds.'),
  at: at().nullable().describe('The earliest instant at which they have passed: the start itself for 0, closing time if they are used up exactly then; null: not until the end of 2100.')
})
export type BusinessEnd = z.output<typeof BusinessEnd>

const asked = {
  at: calendarInstant().optional().describe('The instant, RFC 3339; now when left out.'),
  from: calendarInstant().describe('The start, RFC 3339.'),
  to: calendarInstant().describe('The end, RFC 3339; not before the start.'),
  seconds: z.int().min(0).max(maxSeconds).describe('Business seconds, up to 2,000,000,000.')
}
const inOrder = ({ from, to }: { from: string, to: string }): boolean => from <= to
const order = { path: ['to'], message: 'is before the start' }

export const AtQuery = z.object({ at: asked.at })
export const SpanQuery = z.object({ from: asked.from, to: asked.to }).refine(inOrder, order)
export const EndQuery = z.object({
  from: asked.from,
  seconds: z.coerce.number().int().min(0).max(maxSeconds).describe('Business seconds, up to 2,000,000,000.')
})

export const BusinessSpanInput = input('BusinessSpanInput', 'A question for business time between two instants.', { from: asked.from, to: asked.to })
export const BusinessEndInput = input('BusinessEndInput', 'A question for the instant at which so much business time has passed.', { from: asked.from, seconds: asked.seconds })

export const CalendarVersionInput = input('CalendarVersionInput', 'A version of a calendar that is not kept.', {
  effectiveFrom: instantInput().default('1970-01-01T00:00:00.000Z').describe('From when it is in force, until the next one\'s; the first is also in force before.'),
  ...hoursInput
})
export type CalendarVersionInput = z.output<typeof CalendarVersionInput>

export const PreviewCalendar = input('PreviewCalendar', 'A calendar that is not kept, and questions to it; those that are left out are not answered.', {
  versions: z.array(CalendarVersionInput).min(1).max(50).describe('Its versions, in the order in which they take effect, up to 50.'),
  isOpenAt: calendarInstant().optional().describe('Is it open at this instant?'),
  nextOpeningAfter: calendarInstant().optional().describe('When does it open next after this instant?'),
  businessSeconds: BusinessSpanInput.optional().describe('How much business time is there?'),
  add: BusinessEndInput.optional().describe('When has so much business time passed?')
})
export type PreviewCalendar = z.output<typeof PreviewCalendar>

export const CalendarPreview = shape('CalendarPreview', 'The answers of a calendar that is not kept.', {
  isOpen: CalendarMoment.nullable().describe('What it says at the instant; null when that was not asked.'),
  nextOpening: NextOpening.nullable().describe('When it opens next; null when that was not asked.'),
  businessSeconds: BusinessSpan.nullable().describe('The business time; null when that was not asked.'),
  add: BusinessEnd.nullable().describe('The instant; null when that was not asked.')
})
export type CalendarPreview = z.output<typeof CalendarPreview>
