import { boolean, integer, json, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant, resourceColumns } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const backtestStates = ['queued', 'running', 'done', 'cancelled', 'failed'] as const

export const backtests = pgTable('backtests', {
  ...resourceColumns,
  standardId: uuid('standard_id').notNull(),
  versionNumber: integer('version_number').notNull(),
  isDraft: boolean('is_draft').notNull(),
  content: json('content').notNull(),
  from: instant('from_at').notNull(),
  to: instant('to_at').notNull(),
  asOf: instant('as_of').notNull(),
  filter: json('filter'),
  dimensions: json('dimensions').notNull(),
  timeZone: text('time_zone').notNull(),
  state: text('state', { enum: backtestStates }).notNull().default('queued'),
  done: integer('done').notNull().default(0),
  total: integer('total'),
  startedAt: instant('started_at'),
  finishedAt: instant('finished_at'),
  error: text('error'),
  result: json('result'),
  cells: json('cells'),
  cursorAt: instant('cursor_at'),
  cursorId: uuid('cursor_id'),
  tally: json('tally'),
  lease: uuid('lease'),
  leaseUntil: instant('lease_until')
})

missing('backtests_standard_fkey', 'Standard', 'standardId')
taken('backtests_external_id_key', 'backtest', 'externalId')
