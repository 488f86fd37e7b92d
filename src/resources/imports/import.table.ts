import { boolean, integer, pgTable, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bigCount, instant, resourceColumns } from '../../db/columns.js'
import { taken } from '../../db/refusals.js'

export const importStates = ['receiving', 'running', 'finished', 'failed', 'cancelled'] as const
export type ImportStateWord = (typeof importStates)[number]

export const imports = pgTable('imports', {
  ...resourceColumns,
  name: text('name').notNull(),
  state: text('state').$type<ImportStateWord>().notNull(),
  reason: text('reason'),
  actorKind: text('actor_kind').notNull(),
  actorId: text('actor_id'),
  scopes: text('scopes').array().notNull(),
  maxErrors: integer('max_errors').notNull(),
  bytesRead: bigCount('bytes_read').notNull().default(0),
  lastLine: integer('last_line').notNull().default(0),
  linesRead: integer('lines_read').notNull().default(0),
  linesDone: integer('lines_done').notNull().default(0),
  created: integer('created').notNull().default(0),
  updated: integer('updated').notNull().default(0),
  unchanged: integer('unchanged').notNull().default(0),
  failed: integer('failed').notNull().default(0),
  stageDone: smallint('stage_done').notNull().default(-1),
  keyDone: text('key_done').notNull().default(''),
  partDone: smallint('part_done').notNull().default(0),
  lineDone: integer('line_done').notNull().default(0),
  earliestAt: instant('earliest_at'),
  finishedAt: instant('finished_at'),
  linesKept: boolean('lines_kept').notNull().default(true)
})

export const importErrors = pgTable('import_errors', {
  workspaceId: uuid('workspace_id').notNull(),
  importId: uuid('import_id').notNull(),
  line: integer('line').notNull(),
  position: smallint('position').notNull(),
  path: text('path').notNull(),
  message: text('message').notNull()
})

taken('imports_external_id_key', 'import', 'externalId')
