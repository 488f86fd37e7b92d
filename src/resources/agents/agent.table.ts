import { customType, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { instant, resourceColumns } from '../../db/columns.js'
import { taken } from '../../db/refusals.js'
import type { Role } from '../../scopes.js'

export const availabilities = ['online', 'away', 'offline'] as const
export type AvailabilityWord = (typeof availabilities)[number]

const words = customType<{ data: string[], driverData: string[] }>({ dataType: () => 'text[]' })

export const agents = pgTable('agents', {
  ...resourceColumns,
  name: text('name').notNull(),
  email: text('email').notNull(),
  role: text('role').$type<Role>().notNull().default('agent'),
  level: text('level'),
  skills: words('skills').notNull().default([]),
  languages: words('languages').notNull().default([]),
  capacity: integer('capacity'),
  availability: text('availability').$type<AvailabilityWord>().notNull().default('offline'),
  availabilityChangedAt: instant('availability_changed_at').notNull(),
  timeZone: text('time_zone'),
  deactivatedAt: instant('deactivated_at')
})

taken('agents_email_key', 'agent', 'email')
taken('agents_external_id_key', 'agent', 'externalId')
