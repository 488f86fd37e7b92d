import { eq, or, sql } from 'drizzle-orm'
import { rows, type Db } from '../../db/connection.js'
import { standardSettings, type Workspace } from './workspace.shapes.js'
import { workspaces } from './workspace.table.js'

type Row = typeof workspaces.$inferSelect

/** Settings that were never chosen, or that came later than the row, have their standard values. */
const shapeOf = (row: Row): Workspace => ({ ...row, settings: { ...standardSettings, ...row.settings } })

export async function insert (db: Db, workspace: { id: string, slug: string, name: string, timeZone: string }): Promise<Workspace> {
  const [row] = await db.insert(workspaces).values(workspace).returning()
  return shapeOf(row!)
}

export async function find (db: Db, workspaceId: string): Promise<Workspace | undefined> {
  return (await db.select().from(workspaces).where(eq(workspaces.id, workspaceId))).map(shapeOf)[0]
}

/** Locks it until the transaction ends. */
export async function hold (db: Db, workspaceId: string): Promise<Workspace | undefined> {
  return (await db.select().from(workspaces).where(eq(workspaces.id, workspaceId)).for('no key update')).map(shapeOf)[0]
}

export async function update (db: Db, workspaceId: string, changes: Partial<Workspace>): Promise<Workspace> {
  const [row] = await db.update(workspaces).set({ ...changes, version: sql`${workspaces.version} + 1`, updatedAt: sql`now()` })
    .where(eq(workspaces.id, workspaceId)).returning()
  return shapeOf(row!)
}

/** By slug or id: for the operator, who may name any. */
export async function findNamed (db: Db, named: string): Promise<Workspace | undefined> {
  return (await db.select().from(workspaces).where(or(eq(workspaces.slug, named), sql`${workspaces.id}::text = ${named}`))).map(shapeOf)[0]
}

/** The workspace where there is but one. */
export async function findOnly (db: Db): Promise<Workspace | undefined> {
  const found = await db.select().from(workspaces).limit(2)
  return found.length === 1 ? shapeOf(found[0]!) : undefined
}

export const anyExists = async (db: Db): Promise<boolean> => (await db.select({ id: workspaces.id }).from(workspaces).limit(1)).length > 0

/** One process at a time makes the first workspace. */
export const holdBootstrap = async (db: Db): Promise<unknown> => rows(db, 'select pg_advisory_xact_lock(6002)', [])
