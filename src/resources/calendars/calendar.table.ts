import { boolean, integer, json, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { CalendarVersion } from '../../clock/calendar.js'
import { instant, resourceColumns } from '../../db/columns.js'
import { refusal, taken } from '../../db/refusals.js'
import { conflict } from '../../errors.js'

export const calendars = pgTable('calendars', {
  ...resourceColumns,
  name: text('name').notNull(),
  description: text('description'),
  isDefault: boolean('is_default').notNull().default(false),
  versionCount: integer('version_count').notNull().default(0),
  archivedAt: instant('archived_at')
})

export const calendarVersions = pgTable('calendar_versions', {
  workspaceId: uuid('workspace_id').notNull(),
  id: uuid('id').notNull(),
  calendarId: uuid('calendar_id').notNull(),
  number: integer('number').notNull(),
  effectiveFrom: instant('effective_from').notNull(),
  timeZone: text('time_zone').notNull(),
  weekly: json('weekly').$type<Required<CalendarVersion['weekly']>>().notNull(),
  exceptions: json('exceptions').$type<CalendarVersion['exceptions']>().notNull(),
  holidays: json('holidays').$type<CalendarVersion['holidays']>().notNull(),
  createdAt: instant('created_at').notNull()
})

taken('calendars_name_key', 'calendar', 'name')
taken('calendars_external_id_key', 'calendar', 'externalId')
refusal('calendar_versions_effective_from_key', () => conflict('Another version of this calendar takes effect at the same instant.',
  [{ path: 'effectiveFrom', message: 'is the instant from which another version is in force' }]))
