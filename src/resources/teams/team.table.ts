import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant, resourceColumns } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const teams = pgTable('teams', {
  ...resourceColumns,
  name: text('name').notNull(),
  description: text('description'),
  archivedAt: instant('archived_at')
})

export const teamMembers = pgTable('team_members', {
  workspaceId: uuid('workspace_id').notNull(),
  teamId: uuid('team_id').notNull(),
  agentId: uuid('agent_id').notNull()
})

taken('teams_name_key', 'team', 'name')
taken('teams_external_id_key', 'team', 'externalId')
missing('team_members_team_fkey', 'Team', 'id')
missing('team_members_agent_fkey', 'Agent', 'agentId')
