import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const metricOwners = pgTable('metric_owners', {
  workspaceId: uuid('workspace_id').notNull(),
  id: uuid('id').notNull(),
  metric: text('metric').notNull(),
  agentId: uuid('agent_id').notNull(),
  why: text('why').notNull(),
  version: integer('version').notNull().default(1),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull()
})

taken('metric_owners_metric_key', 'owner', 'metric')
missing('metric_owners_agent_fkey', 'Agent', 'agentId')
