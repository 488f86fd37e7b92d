import { customType, pgTable, text } from 'drizzle-orm/pg-core'
import { instant, resourceColumns } from '../../db/columns.js'
import { taken } from '../../db/refusals.js'

export const attributeSubjects = ['contact', 'company', 'conversation'] as const
export type AttributeSubject = (typeof attributeSubjects)[number]

export const attributeTypes = ['text', 'number', 'boolean', 'date', 'choice', 'choices'] as const
export type AttributeTypeWord = (typeof attributeTypes)[number]

const words = customType<{ data: string[], driverData: string[] }>({ dataType: () => 'text[]' })

export const attributes = pgTable('attributes', {
  ...resourceColumns,
  on: text('subject').$type<AttributeSubject>().notNull(),
  key: text('key').notNull(),
  name: text('name').notNull(),
  type: text('type').$type<AttributeTypeWord>().notNull(),
  allowedValues: words('allowed_values'),
  description: text('description'),
  archivedAt: instant('archived_at')
})

taken('attributes_key_key', 'attribute', 'key')
taken('attributes_external_id_key', 'attribute', 'externalId')
