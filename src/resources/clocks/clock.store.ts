import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { shapeOfRow } from './clock.row.js'
import { clockFilters, type Clock, type ClockQuery } from './clock.shapes.js'
import { clocks, type ClockRow } from './clock.table.js'

const columns = Object.entries(getTableColumns(clocks) as Record<string, PgColumn>)
const selected = columns.map(([name, column]) => `k.${column.name} as "${name}"`).join(', ')

export async function find (db: Db, workspaceId: string, id: string): Promise<ClockRow | undefined> {
  return (await rows<ClockRow>(db, `select ${selected} from clocks k where k.workspace_id = $1 and k.id = $2`, [workspaceId, id]))[0]
}

const names = columns.map(([, column]) => column.name)
const types = columns.map(([, column]) => `${column.name} ${column.getSQLType()}`)
const json = (row: ClockRow, of: typeof columns): object => Object.fromEntries(of.map(([name, column]) => [column.name, row[name as keyof ClockRow]]))
const insertText = `insert into clocks (${names.join(', ')}) select ${names.join(', ')} from json_to_recordset($1::json) as r (${types.join(', ')})`

/** Writes new clocks. */
export const insert = async (db: Db, made: readonly ClockRow[]): Promise<unknown> => rows(db, insertText,
  [JSON.stringify(made.map(row => json(row, columns)))])

/** What changes of a clock as it goes on, and what does when it comes to be about something else. */
const going = new Set(['dueAt', 'consumedSeconds', 'remainingSeconds', 'state', 'endedAt', 'endedBy', 'endedByKind', 'endedById', 'nextChangeAt', 'told', 'version', 'updatedAt'])
const kept = new Set(['workspaceId', 'id', 'conversationId', 'key', 'target', 'ordinal', 'createdAt'])
const updating = (changing: typeof columns) => ({
  changing,
  text: `update clocks set ${changing.map(([, column], index) => `${column.name} = $${index + 3}`).join(', ')} where workspace_id = $1 and id = $2`
})
const updates = { going: updating(columns.filter(([name]) => going.has(name))), whole: updating(columns.filter(([name]) => !kept.has(name))) }

export async function update (db: Db, workspaceId: string, row: ClockRow, whole: boolean): Promise<unknown> {
  const { changing, text } = updates[whole ? 'whole' : 'going']
  return rows(db, text, [workspaceId, row.id, ...changing.map(([name]) => name === 'told' ? JSON.stringify(row.told) : row[name as keyof ClockRow])])
}

const identity = columns.filter(([name]) => name === 'workspaceId' || name === 'id')
const given = [...identity, ...updates.whole.changing]
const updateManyText = `update clocks k set ${updates.whole.changing.map(([, column]) => `${column.name} = r.${column.name}`).join(', ')}
  from json_to_recordset($1::json) as r (${given.map(([, column]) => `${column.name} ${column.getSQLType()}`).join(', ')})
  where k.workspace_id = r.workspace_id and k.id = r.id`

/** Writes what changed of clocks of whichever conversations. */
export const updateMany = async (db: Db, changed: readonly ClockRow[]): Promise<unknown> =>
  rows(db, updateManyText, [JSON.stringify(changed.map(row => json(row, given)))])

export const remove = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<unknown> =>
  rows(db, 'delete from clocks where workspace_id = $1 and id = any($2)', [workspaceId, ids])

const sorts: Record<string, Sort> = {
  dueAtAsc: { column: clocks.dueAt, field: 'dueAt', direction: 'asc', cast: 'timestamptz' },
  dueAtDesc: { column: clocks.dueAt, field: 'dueAt', direction: 'desc', cast: 'timestamptz' },
  startedAtDesc: { column: clocks.startedAt, field: 'startedAt', direction: 'desc', cast: 'timestamptz' }
}

export async function list (db: Db, workspaceId: string, query: ClockQuery): Promise<Page<Clock>> {
  const where = [
    eq(clocks.workspaceId, workspaceId),
    query.sort === 'startedAtDesc' ? undefined : sql`${clocks.dueAt} is not null`,
    clockFilters.where(query.filter)
  ]
  return listPage({
    sorts, sort: query.sort, id: clocks.id, request: query, where,
    read: (where, order, limit) => db.select().from(clocks).where(where).orderBy(order).limit(limit),
    total: () => db.$count(clocks, and(...where)),
    toShape: shapeOfRow
  })
}
