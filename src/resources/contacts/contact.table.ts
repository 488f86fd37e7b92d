import { jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant, resourceColumns } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const contacts = pgTable('contacts', {
  ...resourceColumns,
  name: text('name'),
  companyId: uuid('company_id'),
  language: text('language'),
  timeZone: text('time_zone'),
  attributes: jsonb('attributes').$type<Record<string, unknown>>().notNull().default({}),
  blockedAt: instant('blocked_at'),
  mergedIntoId: uuid('merged_into_id'),
  erasedAt: instant('erased_at')
})

taken('contacts_external_id_key', 'contact', 'externalId')
taken('contact_identities_pkey', 'contact', 'identities')
missing('contacts_company_fkey', 'Company', 'companyId')
missing('contacts_merged_into_fkey', 'Contact', 'intoId')
