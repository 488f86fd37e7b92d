import { customType, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { resourceColumns } from '../../db/columns.js'
import { taken } from '../../db/refusals.js'

const words = customType<{ data: string[], driverData: string[] }>({ dataType: () => 'text[]' })

export const companies = pgTable('companies', {
  ...resourceColumns,
  name: text('name').notNull(),
  domains: words('domains').notNull().default([]),
  tier: text('tier'),
  attributes: jsonb('attributes').$type<Record<string, unknown>>().notNull().default({})
})

taken('companies_external_id_key', 'company', 'externalId')
