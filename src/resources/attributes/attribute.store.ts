import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow, updateRow } from '../../db/rows.js'
import { attributeFilters, type Attribute, type CreateAttribute, type SearchAttributes } from './attribute.shapes.js'
import { attributes, type AttributeSubject } from './attribute.table.js'

const columns = columnsOf(attributes)

const sorts: Record<string, Sort> = {
  keyAsc: { column: attributes.key, field: 'key', direction: 'asc', cast: 'text' },
  keyDesc: { column: attributes.key, field: 'key', direction: 'desc', cast: 'text' },
  createdAtAsc: { column: attributes.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: attributes.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}

export async function find (db: Db, workspaceId: string, ref: string): Promise<Attribute | undefined> {
  return (await db.select(columns).from(attributes).where(byRef(attributes, workspaceId, ref)))[0]
}

/** Locks the definition until the transaction ends. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<Attribute | undefined> {
  return (await db.select(columns).from(attributes).where(byRef(attributes, workspaceId, ref)).for('update'))[0]
}

/** The definitions of these keys, archived ones too. */
export const findByKeys = async (db: Db, workspaceId: string, on: AttributeSubject, keys: readonly string[]): Promise<Attribute[]> =>
  db.select(columns).from(attributes)
    .where(and(eq(attributes.workspaceId, workspaceId), eq(attributes.on, on), inArray(attributes.key, [...keys])))

/** The definitions of everything that a resource may have, archived ones too; they are few. */
export const findAll = async (db: Db, workspaceId: string, on: AttributeSubject): Promise<Attribute[]> =>
  db.select(columns).from(attributes).where(and(eq(attributes.workspaceId, workspaceId), eq(attributes.on, on)))

export async function list (db: Db, workspaceId: string, query: SearchAttributes): Promise<Page<Attribute>> {
  const where = [eq(attributes.workspaceId, workspaceId), attributeFilters.where(query.filter)]
  return listPage({
    sorts, sort: query.sort, id: attributes.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(attributes).where(where).orderBy(order).limit(limit),
    total: () => db.$count(attributes, and(...where)),
    toShape: row => row
  })
}

/** How many there are on a resource; one writer at a time, so that the bound holds. */
export async function count (db: Db, workspaceId: string, on: AttributeSubject): Promise<number> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`attributes ${workspaceId}`}, 0))`)
  return db.$count(attributes, and(eq(attributes.workspaceId, workspaceId), eq(attributes.on, on)))
}

export const insert = (db: Db, workspaceId: string, attribute: CreateAttribute): Promise<Attribute> =>
  insertRow(db, attributes, workspaceId, attribute)

export const update = (db: Db, workspaceId: string, id: string, changes: Partial<Attribute>): Promise<Attribute> =>
  updateRow(db, attributes, workspaceId, id, changes)
