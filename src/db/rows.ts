import { and, eq, getTableColumns, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { v7 } from 'uuid'
import type { Db } from './connection.js'

/** A table with what every resource has. */
export type ResourceTable = PgTable & { workspaceId: PgColumn, id: PgColumn, externalId: PgColumn, version: PgColumn, updatedAt: PgColumn }

/** Every column but the workspace, under the names of the shape. */
export function columnsOf<T extends ResourceTable> (table: T): Omit<T['_']['columns'], 'workspaceId'> {
  const { workspaceId, ...columns } = getTableColumns(table) as Record<string, PgColumn>
  return columns as Omit<T['_']['columns'], 'workspaceId'>
}

/** `018f…` or `external:crm-42`, in this workspace. */
export function byRef (table: ResourceTable, workspaceId: string, ref: string): SQL {
  const external = externalIdOf(ref)
  return and(eq(table.workspaceId, workspaceId), external === null ? eq(table.id, ref) : eq(table.externalId, external))!
}

export const externalIdOf = (ref: string): string | null => ref.startsWith('external:') ? ref.slice(9) : null

type Row<T extends ResourceTable> = Omit<T['$inferSelect'], 'workspaceId'>

/** Inserts with a new id (or the one given); answers the row as its shape has it. */
export async function insertRow<T extends ResourceTable> (db: Db, table: T, workspaceId: string, values: object): Promise<Row<T>> {
  const [row] = await db.insert(table).values({ id: v7(), ...values, workspaceId } as never)
    .returning(columnsOf(table) as never) as unknown as Array<Row<T>>
  return row!
}

/** Changes a row that the caller holds; counts its version up. */
export async function updateRow<T extends ResourceTable> (db: Db, table: T, workspaceId: string, id: string, changes: object): Promise<Row<T>> {
  const [row] = await db.update(table).set({ ...changes, version: sql`${table.version} + 1`, updatedAt: sql`now()` } as never)
    .where(and(eq(table.workspaceId, workspaceId), eq(table.id, id)))
    .returning(columnsOf(table) as never) as unknown as Array<Row<T>>
  return row!
}

/** What would really change, as `{ field: { from, to } }`; null when nothing would. */
export function changed (before: object, wanted: object): Record<string, { from: unknown, to: unknown }> | null {
  const entries = Object.entries(wanted)
    .map(([field, to]) => [field, { from: (before as Record<string, unknown>)[field] ?? null, to }] as const)
    .filter(([, { from, to }]) => to !== undefined && JSON.stringify(from) !== JSON.stringify(to))
  return entries.length ? Object.fromEntries(entries) : null
}
