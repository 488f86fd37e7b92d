import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, insertRow, updateRow } from '../../db/rows.js'
import { backtestFilters, type Backtest, type SearchBacktests } from './backtest.shapes.js'
import { backtests as b } from './backtest.table.js'
import type { Place } from './history.store.js'
import type { Tally } from './tally.js'

type Content = Pick<Backtest, 'default' | 'condition' | 'targets'>
type Row = Omit<Backtest, keyof Content> & { content: Content }

const { workspaceId: _, cursorAt: _at, cursorId: _id, tally: _tally, lease: _lease, leaseUntil: _until, ...whole } = getTableColumns(b)
const listed = { ...whole, cells: sql<null>`null` }

const toShape = ({ content, ...row }: Row): Backtest => ({ ...row, default: content.default, condition: content.condition, targets: content.targets })
const first = (found: object[]): Backtest | undefined => found[0] && toShape(found[0] as Row)

export const find = async (db: Db, workspaceId: string, ref: string): Promise<Backtest | undefined> =>
  first(await db.select(whole).from(b).where(byRef(b, workspaceId, ref)))

/** Locks the backtest until the transaction ends; without its cells. */
export const hold = async (db: Db, workspaceId: string, ref: string): Promise<Backtest | undefined> =>
  first(await db.select(listed).from(b).where(byRef(b, workspaceId, ref)).for('no key update'))

const sorts: Record<string, Sort> = {
  createdAtAsc: { column: b.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: b.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}

export async function list (db: Db, workspaceId: string, query: SearchBacktests): Promise<Page<Backtest>> {
  const where = [eq(b.workspaceId, workspaceId), backtestFilters.where(query.filter)]
  return listPage({
    sorts, sort: query.sort, id: b.id, request: query, where,
    read: (where, order, limit) => db.select(listed).from(b).where(where).orderBy(order).limit(limit) as unknown as Promise<Row[]>,
    total: () => db.$count(b, and(...where)),
    toShape
  })
}

/** How many there are, and how many of them are not finished. */
export async function counts (db: Db, workspaceId: string): Promise<{ kept: number, waiting: number }> {
  const [row] = await rows<{ kept: number, waiting: number }>(db,
    'select count(*)::int as kept, count(*) filter (where state in (\'queued\', \'running\'))::int as waiting from backtests where workspace_id = $1', [workspaceId])
  return row!
}

/** One writer of a workspace's backtests at a time, so that the limits hold. */
export const holdRoom = async (db: Db, workspaceId: string): Promise<unknown> =>
  db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`backtests ${workspaceId}`}, 0))`)

export async function insert (db: Db, workspaceId: string, values: object): Promise<Backtest> {
  const { id } = await insertRow(db, b, workspaceId, values)
  return (await find(db, workspaceId, id))!
}

export async function update (db: Db, workspaceId: string, id: string, changes: object): Promise<Backtest> {
  await updateRow(db, b, workspaceId, id, changes)
  return (await find(db, workspaceId, id))!
}

export const remove = async (db: Db, workspaceId: string, id: string): Promise<unknown> =>
  rows(db, 'delete from backtests where workspace_id = $1 and id = $2', [workspaceId, id])

const free = "state in ('queued', 'running') and (lease_until is null or lease_until < $1)"

/** One that waits, or whose worker's lease is over. */
export async function anyWaiting (db: Db, now: string): Promise<{ workspaceId: string, id: string } | undefined> {
  return (await rows<{ workspaceId: string, id: string }>(db, `select workspace_id as "workspaceId", id from backtests where ${free} order by created_at, id limit 1`, [now]))[0]
}

/** The same, locked; undefined when another process has it. */
export async function holdWaiting (db: Db, workspaceId: string, id: string, now: string): Promise<Backtest | undefined> {
  const [mine] = await rows<{ id: string }>(db, `select id from backtests where ${free} and workspace_id = $2 and id = $3 for no key update skip locked`, [now, workspaceId, id])
  return mine ? find(db, workspaceId, id) : undefined
}

/** What a worker goes on from. */
export interface Saved { tally: Tally | null, place: Place | null }

export async function saved (db: Db, workspaceId: string, id: string): Promise<Saved> {
  const [row] = await db.select({ tally: b.tally, at: b.cursorAt, id: b.cursorId }).from(b).where(and(eq(b.workspaceId, workspaceId), eq(b.id, id)))
  return { tally: row!.tally as Tally | null, place: row!.at && row!.id ? { at: row!.at, id: row!.id } : null }
}

/** Locks it for whoever has the lease; false when it was cancelled, deleted, or taken up by another. */
export async function holdLeased (db: Db, workspaceId: string, id: string, lease: string): Promise<boolean> {
  const found = await rows(db, `select id from backtests where workspace_id = $1 and id = $2 and lease = $3 and state = 'running' for no key update`, [workspaceId, id, lease])
  return found.length === 1
}
