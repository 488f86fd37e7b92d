import { integer, json, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bigCount, instant } from '../../db/columns.js'

/** An event that was recorded of a clock: its type, its instant in ms, its id. */
export type Told = [type: string, at: number, eventId: string]

export const clocks = pgTable('clocks', {
  workspaceId: uuid('workspace_id').notNull(),
  id: uuid('id').notNull(),
  conversationId: uuid('conversation_id').notNull(),
  key: text('key').notNull(),
  target: text('target').notNull(),
  ordinal: integer('ordinal').notNull(),
  standardId: uuid('standard_id').notNull(),
  standardVersionId: uuid('standard_version_id').notNull(),
  standardVersion: integer('standard_version').notNull(),
  basis: text('basis').notNull(),
  calendarId: uuid('calendar_id'),
  targetSeconds: bigCount('target_seconds').notNull(),
  startedAt: instant('started_at').notNull(),
  openedAt: instant('opened_at').notNull(),
  dueAt: instant('due_at'),
  consumedSeconds: bigCount('consumed_seconds').notNull(),
  remainingSeconds: bigCount('remaining_seconds').notNull(),
  state: text('state').notNull(),
  endedAt: instant('ended_at'),
  endedBy: text('ended_by'),
  endedByKind: text('ended_by_kind'),
  endedById: text('ended_by_id'),
  assigneeId: uuid('assignee_id'),
  teamId: uuid('team_id'),
  nextChangeAt: instant('next_change_at'),
  told: json('told').$type<Told[]>().notNull().default([]),
  version: integer('version').notNull().default(1),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull()
})
export type ClockRow = typeof clocks.$inferSelect
