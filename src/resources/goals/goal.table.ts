import { doublePrecision, integer, json, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant, resourceColumns } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const goalStatistics = ['value', 'avg', 'min', 'max', 'p50', 'p75', 'p90', 'p95', 'p99'] as const
export const goalScopes = ['workspace', 'team', 'agent', 'channel'] as const
export const goalStates = ['notStarted', 'noData', 'ahead', 'onTrack', 'atRisk', 'offTrack', 'reached', 'missed'] as const

export const goals = pgTable('goals', {
  ...resourceColumns,
  name: text('name').notNull(),
  why: text('why').notNull(),
  metric: text('metric').notNull(),
  statistic: text('statistic', { enum: goalStatistics }).notNull(),
  direction: text('direction', { enum: ['more', 'less'] }).notNull(),
  scopeKind: text('scope_kind', { enum: goalScopes }).notNull(),
  teamId: uuid('team_id'),
  agentId: uuid('agent_id'),
  channelId: uuid('channel_id'),
  filter: json('filter').$type<Record<string, unknown>>(),
  basis: text('basis', { enum: ['calendar', 'business'] }).notNull(),
  calendarId: uuid('calendar_id'),
  withinDays: integer('within_days').notNull(),
  timeZone: text('time_zone').notNull(),
  from: instant('from_at').notNull(),
  to: instant('to_at').notNull(),
  baseline: json('baseline').notNull(),
  target: doublePrecision('target').notNull(),
  stretchTarget: doublePrecision('stretch_target'),
  ownerId: uuid('owner_id'),
  state: text('state', { enum: goalStates }).notNull(),
  decidedAt: instant('decided_at'),
  decidedFigure: doublePrecision('decided_figure'),
  checkAt: instant('check_at'),
  archivedAt: instant('archived_at')
})

taken('goals_external_id_key', 'goal', 'externalId')
missing('goals_team_fkey', 'Team', 'scope.id')
missing('goals_agent_fkey', 'Agent', 'scope.id')
missing('goals_channel_fkey', 'Channel', 'scope.id')
missing('goals_calendar_fkey', 'Calendar', 'calendarId')
missing('goals_owner_fkey', 'Agent', 'ownerId')
