import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant, resourceColumns } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const tags = pgTable('tags', {
  ...resourceColumns,
  name: text('name').notNull(),
  description: text('description'),
  color: text('color'),
  parentId: uuid('parent_id'),
  archivedAt: instant('archived_at')
})

taken('tags_name_key', 'tag', 'name')
taken('tags_external_id_key', 'tag', 'externalId')
missing('tags_parent_fkey', 'Tag', 'parentId')
