import { sql } from 'drizzle-orm'
import { bigint, customType, integer, text, uuid } from 'drizzle-orm/pg-core'

/**
 * Postgres writes `2026-11-22 09:30:00.12+00`; the API says `2026-11-22T09:30:00.120Z`. Sessions run in UTC, so this is
 * a matter of characters and needs no Date.
 */
export function instantFromText (value: string): string {
  if (value.length === 26 && value[19] === '.') return `${value.slice(0, 10)}T${value.slice(11, 23)}Z`
  const zone = value.indexOf('+', 19)
  const fraction = value.slice(20, zone < 0 ? undefined : zone).padEnd(3, '0').slice(0, 3)
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${fraction}Z`
}

/** An instant with milliseconds: RFC 3339 UTC text in the code, `timestamptz(3)` in the database. */
export const instant = customType<{ data: string, driverData: string }>({
  dataType: () => 'timestamptz(3)',
  fromDriver: instantFromText
})

/** What every resource's table has; `version` counts its changes and is its ETag. */
export const resourceColumns = {
  workspaceId: uuid('workspace_id').notNull(),
  id: uuid('id').notNull(),
  externalId: text('external_id'),
  version: integer('version').notNull().default(1),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  updatedAt: instant('updated_at').notNull().default(sql`now()`)
}

export const bigCount = (name: string) => bigint(name, { mode: 'number' })

export const bytea = customType<{ data: Buffer, driverData: Buffer }>({ dataType: () => 'bytea' })
