import { integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, resourceColumns } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const channels = pgTable('channels', {
  ...resourceColumns,
  name: text('name').notNull(),
  kind: text('kind').notNull(),
  state: text('state').notNull().default('active'),
  expectation: text('expectation'),
  address: text('address'),
  provider: text('provider').notNull().default('generic'),
  reopenWindowDays: integer('reopen_window_days'),
  unthreaded: text('unthreaded').$type<'new' | 'latest'>().notNull().default('new'),
  defaultTeamId: uuid('default_team_id'),
  defaultPriority: text('default_priority').notNull().default('normal'),
  settings: jsonb('settings').$type<Record<string, unknown>>().notNull().default({}),
  hookSecretHash: bytea('hook_secret_hash')
})

taken('channels_name_key', 'channel', 'name')
taken('channels_external_id_key', 'channel', 'externalId')
missing('channels_default_team_fkey', 'Team', 'defaultTeamId')
