import { integer, json, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant, resourceColumns } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const standardStates = ['draft', 'published', 'archived'] as const
export const applications = ['keep', 'reapply'] as const
export const audiences = ['internal', 'public'] as const

export const standards = pgTable('standards', {
  ...resourceColumns,
  name: text('name').notNull(),
  audience: text('audience', { enum: audiences }).notNull(),
  ownerId: uuid('owner_id'),
  state: text('state', { enum: standardStates }).notNull().default('draft'),
  position: integer('position').notNull(),
  archivedAt: instant('archived_at')
})

export const standardVersions = pgTable('standard_versions', {
  workspaceId: uuid('workspace_id').notNull(),
  id: uuid('id').notNull(),
  standardId: uuid('standard_id').notNull(),
  number: integer('number').notNull(),
  publishedAt: instant('published_at'),
  apply: text('apply', { enum: applications }),
  position: integer('position'),
  content: json('content').notNull(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull()
})

taken('standards_name_key', 'standard', 'name')
taken('standards_external_id_key', 'standard', 'externalId')
missing('standards_owner_fkey', 'Agent', 'ownerId')
missing('standard_versions_owner_fkey', 'Agent', 'ownerId')
