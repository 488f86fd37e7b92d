import { and, eq, sql } from 'drizzle-orm'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow, updateRow } from '../../db/rows.js'
import { goalFilters, type Goal, type SearchGoals } from './goal.shapes.js'
import { goals } from './goal.table.js'

/** How the table keeps it: the scope's id in a column of its kind. */
type Row = Omit<Goal, 'scope' | 'baseline'> & {
  scopeKind: Goal['scope']['kind'], teamId: string | null, agentId: string | null, channelId: string | null, baseline: unknown
}

const { checkAt: _, ...columns } = columnsOf(goals)

function toShape ({ scopeKind, teamId, agentId, channelId, baseline, ...row }: Row & { checkAt?: string | null }): Goal {
  const { checkAt: _, ...fields } = row
  return { ...fields, scope: { kind: scopeKind, id: teamId ?? agentId ?? channelId }, baseline: baseline as Goal['baseline'] }
}

const toRow = ({ scope, ...fields }: Partial<Goal>): object => scope
  ? { ...fields, scopeKind: scope.kind, ...(scope.kind !== 'workspace' && { [`${scope.kind}Id`]: scope.id }) }
  : fields

const sorts: Record<string, Sort> = Object.fromEntries((['to', 'from', 'createdAt', 'name'] as const).flatMap(field =>
  (['asc', 'desc'] as const).map(direction => [
    `${field}${direction === 'asc' ? 'Asc' : 'Desc'}`, { column: goals[field], field, direction, cast: field === 'name' ? 'text' : 'timestamptz' } as Sort
  ])))

export async function find (db: Db, workspaceId: string, ref: string): Promise<Goal | undefined> {
  const [row] = await db.select(columns).from(goals).where(byRef(goals, workspaceId, ref))
  return row && toShape(row)
}

/** Locks the goal until the transaction ends. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<Goal | undefined> {
  const [row] = await db.select(columns).from(goals).where(byRef(goals, workspaceId, ref)).for('no key update')
  return row && toShape(row)
}

export async function list (db: Db, workspaceId: string, query: SearchGoals): Promise<Page<Goal>> {
  const where = [eq(goals.workspaceId, workspaceId), goalFilters.where(query.filter)]
  return listPage<Row, Goal>({
    sorts, sort: query.sort, id: goals.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(goals).where(where).orderBy(order).limit(limit),
    total: () => db.$count(goals, and(...where)),
    toShape
  })
}

export type Looked = Partial<Goal> & { checkAt?: string | null }

export const insert = async (db: Db, workspaceId: string, goal: Looked): Promise<Goal> =>
  toShape(await insertRow(db, goals, workspaceId, toRow(goal)))

export const update = async (db: Db, workspaceId: string, id: string, changes: Looked): Promise<Goal> =>
  toShape(await updateRow(db, goals, workspaceId, id, changes))

/** How many of them a worker still looks at. */
export async function undecided (db: Db, workspaceId: string): Promise<number> {
  const [row] = await rows<{ count: number }>(db,
    'select count(*)::int as count from goals where workspace_id = $1 and decided_at is null and archived_at is null', [workspaceId])
  return row!.count
}

/** One writer of a workspace's goals at a time, so that the limit holds. */
export const holdRoom = async (db: Db, workspaceId: string): Promise<unknown> =>
  db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`goals ${workspaceId}`}, 0))`)

/** Goals of every workspace that a worker shall look at by now, those first that have waited longest. */
export async function due (db: Db, now: string, limit: number): Promise<Array<{ workspaceId: string, id: string, checkAt: string }>> {
  return rows(db, `select workspace_id as "workspaceId", id, check_at as "checkAt" from goals
    where check_at <= $1 and archived_at is null order by check_at limit $2`, [now, limit])
}

/** Locks a goal that nobody changed, or looked at, since it was read; undefined when somebody did or does. */
export async function holdUnseen (db: Db, workspaceId: string, { id, version }: Pick<Goal, 'id' | 'version'>, checkAt: string): Promise<boolean> {
  const found = await rows(db, `select id from goals where workspace_id = $1 and id = $2 and version = $3 and check_at = $4 and archived_at is null
    for no key update skip locked`, [workspaceId, id, version, checkAt])
  return found.length === 1
}

/** When to look next, which is no change of the goal. */
export const postpone = async (db: Db, workspaceId: string, id: string, seen: string, checkAt: string): Promise<unknown> =>
  rows(db, 'update goals set check_at = $4 where workspace_id = $1 and id = $2 and check_at = $3', [workspaceId, id, seen, checkAt])
