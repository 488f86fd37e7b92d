import { and, eq, sql } from 'drizzle-orm'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow } from '../../db/rows.js'
import { importFilters, type Import, type ImportErrorQuery, type ImportLineError, type SearchImports } from './import.shapes.js'
import { importErrors, imports } from './import.table.js'
import type { ImportLine } from './line.shapes.js'
import type { ReadLine } from './lines.js'

export type ImportRow = typeof imports.$inferSelect

const shownErrors = 100
const { actorKind, actorId, scopes, lastLine, stageDone, keyDone, partDone, lineDone, earliestAt, linesKept, ...plain } = columnsOf(imports)
// The columns of the row are written out, because in a list of columns Drizzle leaves the table's name away.
const columns = {
  ...plain,
  errors: sql<ImportLineError[]>`(select coalesce(json_agg(json_build_object('line', e.line, 'path', e.path, 'message', e.message) order by e.line, e.position), '[]')
    from (select * from import_errors where workspace_id = imports.workspace_id and import_id = imports.id
      order by line, position limit ${sql.raw(String(shownErrors))}) e)`
}

export async function find (db: Db, workspaceId: string, ref: string): Promise<Import | undefined> {
  return (await db.select(columns).from(imports).where(byRef(imports, workspaceId, ref)))[0]
}

const sorts: Record<string, Sort> = {
  createdAtAsc: { column: imports.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: imports.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}

export async function list (db: Db, workspaceId: string, query: SearchImports): Promise<Page<Import>> {
  const where = [eq(imports.workspaceId, workspaceId), importFilters.where(query.filter)]
  return listPage<Import, Import>({
    sorts, sort: query.sort, id: imports.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(imports).where(where).orderBy(order).limit(limit),
    total: () => db.$count(imports, and(...where)),
    toShape: row => row
  })
}

export interface Placed extends ImportLineError { position: number }

export const listErrors = async (db: Db, workspaceId: string, importId: string, { limit, after = '0.0' }: Pick<ImportErrorQuery, 'limit' | 'after'>): Promise<Placed[]> =>
  rows<Placed>(db, `select line, position, path, message from import_errors
    where workspace_id = $1 and import_id = $2 and (line, position) > ($3, $4) order by line, position limit $5`,
  [workspaceId, importId, ...after.split('.').map(Number), limit])

export const countErrors = (db: Db, workspaceId: string, importId: string): Promise<number> =>
  db.$count(importErrors, and(eq(importErrors.workspaceId, workspaceId), eq(importErrors.importId, importId)))

export const insert = async (db: Db, workspaceId: string, values: object): Promise<unknown> => insertRow(db, imports, workspaceId, values)

/** The whole import, locked until the transaction ends; undefined with `ifFree` also when somebody else is at it. */
export async function hold (db: Db, workspaceId: string, ref: string, ifFree = false): Promise<ImportRow | undefined> {
  return (await db.select().from(imports).where(byRef(imports, workspaceId, ref)).for('update', ifFree ? { skipLocked: true } : {}))[0]
}

/** The whole import as it is at the moment; nobody is kept from changing it. */
export async function look (db: Db, workspaceId: string, id: string): Promise<ImportRow | undefined> {
  return (await db.select().from(imports).where(byRef(imports, workspaceId, id)))[0]
}

/** Writes what has changed of a held import. */
export const update = async (db: Db, { workspaceId, id, version }: ImportRow, changes: Partial<ImportRow>): Promise<unknown> =>
  db.update(imports).set({ ...changes, version: version + 1 }).where(and(eq(imports.workspaceId, workspaceId), eq(imports.id, id)))

/** Stores lines until they are worked on. A line that is there already, from before a kill, stays. */
export const keepLines = async (db: Db, workspaceId: string, importId: string, lines: readonly ReadLine[]): Promise<unknown> => rows(db,
  `insert into import_lines (workspace_id, import_id, stage, key, part, line, data)
   select $1, $2, * from unnest($3::smallint[], $4::text[], $5::smallint[], $6::integer[], $7::json[]) on conflict do nothing`,
  [workspaceId, importId, lines.map(line => line.stage), lines.map(line => line.key), lines.map(line => line.part),
    lines.map(line => line.number), lines.map(line => line.data)])

export const keepErrors = async (db: Db, workspaceId: string, importId: string, errors: readonly Placed[]): Promise<unknown> => rows(db,
  `insert into import_errors (workspace_id, import_id, line, position, path, message)
   select $1, $2, * from unnest($3::integer[], $4::smallint[], $5::text[], $6::text[]) on conflict do nothing`,
  [workspaceId, importId, errors.map(error => error.line), errors.map(error => error.position), errors.map(error => error.path), errors.map(error => error.message)])

export interface StagedLine<T extends ImportLine = ImportLine> { stage: number, key: string, part: number, line: number, data: T }

/** What comes after the last line that was worked on. */
export const nextLines = async (db: Db, { workspaceId, id, stageDone, keyDone, partDone, lineDone }: ImportRow, limit: number): Promise<StagedLine[]> =>
  rows<StagedLine>(db, `select stage, key, part, line, data from import_lines
    where workspace_id = $1 and import_id = $2 and (stage, key, part, line) > ($3, $4, $5, $6)
    order by stage, key, part, line limit $7`, [workspaceId, id, stageDone, keyDone, partDone, lineDone, limit])

export interface Named { workspaceId: string, id: string }

const named = 'workspace_id as "workspaceId", id'

/** Imports that wait for being worked on, whoever's, the one that waited longest first. */
export const findRunning = async (db: Db, limit: number): Promise<Named[]> =>
  rows<Named>(db, `select ${named} from imports where state = 'running' order by updated_at limit $1`, [limit])

/** Imports whose lines nobody sends any more. */
export const findAbandoned = async (db: Db, before: string, limit: number): Promise<Named[]> =>
  rows<Named>(db, `select ${named} from imports where state = 'receiving' and updated_at < $1 order by updated_at limit $2`, [before, limit])

/** Forgets stored lines of an import that has ended; gives how many, and 1 more when that were all. */
export const forgetLines = async (db: Db, { workspaceId, id }: Named, limit: number): Promise<number> => (await rows<{ done: number }>(db,
  `with forgotten as (
     delete from import_lines where workspace_id = $1 and import_id = $2 and (stage, key, part, line) in (
       select stage, key, part, line from import_lines where workspace_id = $1 and import_id = $2 limit $3)
     returning 1),
   counted as (select count(*)::int as done from forgotten),
   over as (
     update imports set lines_kept = false from counted
     where workspace_id = $1 and id = $2 and done < $3 returning 1)
   select done + (select count(*)::int from over) as done from counted`, [workspaceId, id, limit]))[0]!.done

/** Imports that have ended and whose lines are still stored. */
export const findEnded = async (db: Db, limit: number): Promise<Named[]> =>
  rows<Named>(db, `select ${named} from imports where lines_kept and state not in ('receiving', 'running') limit $1`, [limit])

/** One batch at a time in a workspace, so that two imports do not make the same thing. */
export const holdLoading = async (db: Db, workspaceId: string): Promise<unknown> =>
  rows(db, 'select pg_advisory_xact_lock(hashtextextended($1, 0))', [`imports ${workspaceId}`])

export const mark = async (db: Db): Promise<unknown> => db.$client.query('savepoint line')
export const backToMark = async (db: Db): Promise<unknown> => db.$client.query('rollback to savepoint line')
export const dropMark = async (db: Db): Promise<unknown> => db.$client.query('release savepoint line')
