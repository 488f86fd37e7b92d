import { z } from 'zod'
import { filters, givenFilter, givenIsSet, IdCondition, on, TextCondition, TimeCondition } from '../../db/filter.js'
import {
  at, choice, externalIdInput, flag, input, instantInput, jsonParameter, line, listOf, pageBody, pageQuery, Ref, resourceFields, shape, text, upsertedShape
} from '../../shapes.js'
import { calendars } from './calendar.table.js'
import { CalendarVersion, effectiveFromInput, Holiday, hoursInput } from './hours.shapes.js'

export const Calendar = shape('Calendar', 'When a team works: business time is counted by it.', {
  ...resourceFields,
  name: z.string().describe('Unique in the workspace, whatever its case.'),
  description: z.string().nullable().describe('Whose hours they are, for the team.'),
  isDefault: z.boolean().describe('Whether it is the one that is taken where none is named; at most one in a workspace.'),
  versionCount: z.int().describe('How many versions it has.'),
  latestVersion: CalendarVersion.describe('The version that takes effect last.'),
  archivedAt: at().nullable().describe('Since when no standard can name it any more; those that do keep it.')
})
export type Calendar = z.output<typeof Calendar>

const fields = {
  name: line(100).describe('Unique in the workspace, whatever its case; one line, up to 100 characters.'),
  description: text(2000).nullable().describe('Whose hours they are, for the team; up to 2,000 characters.')
}

export const CreateCalendar = input('CreateCalendar', 'A new calendar with its first version, which is also in force before it takes effect.', {
  externalId: externalIdInput().optional(),
  name: fields.name,
  description: fields.description.optional(),
  isDefault: z.boolean().default(false).describe('true: it becomes the one that is taken where none is named, in the place of whichever was.'),
  effectiveFrom: effectiveFromInput(),
  ...hoursInput
})
export type CreateCalendar = z.output<typeof CreateCalendar>

export const UpdateCalendar = input('UpdateCalendar', 'Changes to a calendar: what is absent stays, null clears. Its hours change by a new version.', {
  name: fields.name.optional(),
  description: fields.description.optional()
})
export type UpdateCalendar = z.output<typeof UpdateCalendar>

export const UpsertCalendar = input('UpsertCalendar', 'What the calendar with this external id shall be. Hours other than those of its latest version make a new one.', {
  name: fields.name,
  description: fields.description.optional(),
  effectiveFrom: effectiveFromInput(),
  ...hoursInput
})
export type UpsertCalendar = z.output<typeof UpsertCalendar>

const day = () => z.iso.date().refine(value => value >= '1970' && value < '2101', 'must be a date of the years 1970 to 2100')

export const ImportHolidays = input('ImportHolidays', 'Holidays from a file, added to what the calendar says.', {
  text: text(1_000_000).describe('The text of an iCalendar file (RFC 5545), up to 1,000,000 characters: its all-day events, with their yearly repetitions.'),
  from: day().optional().describe('The first local date to take: 1 January of the year in which they take effect when left out.'),
  to: day().optional().describe('The first local date not to take any more: five years after the first when left out.'),
  effectiveFrom: effectiveFromInput()
})
export type ImportHolidays = z.output<typeof ImportHolidays>

export const ImportedHolidays = shape('ImportedHolidays', 'What an import of holidays did.', {
  calendar: Calendar.describe('As it is now.'),
  newVersion: CalendarVersion.nullable().describe('The version that was made; null when there was nothing to add.'),
  added: z.array(Holiday).describe('What was added, by date.'),
  alreadyThere: z.int().describe('How many of the file\'s dates were holidays already; their names stay.')
})
export type ImportedHolidays = z.output<typeof ImportedHolidays>

export const calendarFilters = filters('Calendar', {
  id: on(IdCondition, calendars.id),
  externalId: on(TextCondition, calendars.externalId),
  name: on(TextCondition, calendars.name),
  archivedAt: on(TimeCondition, calendars.archivedAt),
  createdAt: on(TimeCondition, calendars.createdAt),
  updatedAt: on(TimeCondition, calendars.updatedAt)
})

export const CalendarSort = choice('CalendarSort', 'How calendars are sorted; ties by id.', ['nameAsc', 'nameDesc', 'createdAtAsc', 'createdAtDesc'])
const sort = CalendarSort.default('nameAsc').describe('How they are sorted; ties by id.')

export const CalendarQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(calendarFilters.shape).optional().describe('A CalendarFilter as JSON.'),
  archived: flag().optional().describe('true: only archived ones; false: only those in use.')
})

export const SearchCalendars = input('SearchCalendars', 'A search among calendars.', {
  ...pageBody,
  sort,
  filter: calendarFilters.shape.optional().describe('Which calendars.')
})
export type SearchCalendars = z.output<typeof SearchCalendars>

/** The parameters of the URL as one filter. */
export function searchOfQuery ({ archived, filter, ...rest }: z.output<typeof CalendarQuery>): SearchCalendars {
  return { ...rest, filter: givenFilter({}, filter, givenIsSet('archivedAt', archived)) }
}

export const CalendarVersionSort = choice('CalendarVersionSort', 'How versions are sorted.', ['effectiveFromAsc', 'effectiveFromDesc'])
export const CalendarVersionQuery = z.object({ ...pageQuery, sort: CalendarVersionSort.default('effectiveFromDesc').describe('How they are sorted.') })
export const SearchCalendarVersions = z.object({ ...pageBody, sort: CalendarVersionSort.default('effectiveFromDesc') })
export type CalendarVersionQuery = z.output<typeof CalendarVersionQuery>

/** The address of one version. */
export const VersionParams = z.object({ id: Ref, number: z.coerce.number().int().min(1).max(1_000_000).describe('The number of the version.') })

export const CalendarList = listOf('Calendar', Calendar)
export const CalendarVersionList = listOf('CalendarVersion', CalendarVersion)
export const UpsertedCalendar = upsertedShape('Calendar', Calendar)

/** An instant of the years for which calendars answer. */
export const calendarInstant = () => instantInput().refine(value => value < '2101', 'must lie between the years 1970 and 2100')
