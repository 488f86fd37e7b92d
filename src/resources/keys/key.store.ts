import { and, eq } from 'drizzle-orm'
import type { Db } from '../../db/connection.js'
import { givenIsSet } from '../../db/filter.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow, updateRow } from '../../db/rows.js'
import { keyFilters, type ApiKey, type CreateKey, type KeyQuery } from './key.shapes.js'
import { apiKeys } from './key.table.js'

const { secretHash: _, ...columns } = columnsOf(apiKeys)

const sorts: Record<string, Sort> = {
  createdAtAsc: { column: apiKeys.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: apiKeys.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' },
  nameAsc: { column: apiKeys.name, field: 'name', direction: 'asc', cast: 'text' },
  nameDesc: { column: apiKeys.name, field: 'name', direction: 'desc', cast: 'text' }
}

export async function find (db: Db, workspaceId: string, ref: string): Promise<ApiKey | undefined> {
  return (await db.select(columns).from(apiKeys).where(byRef(apiKeys, workspaceId, ref)))[0]
}

/** Locks the key until the transaction ends. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<ApiKey | undefined> {
  return (await db.select(columns).from(apiKeys).where(byRef(apiKeys, workspaceId, ref)).for('update'))[0]
}

export async function list (db: Db, workspaceId: string, query: KeyQuery): Promise<Page<ApiKey>> {
  const where = [
    eq(apiKeys.workspaceId, workspaceId), keyFilters.where(query.filter), keyFilters.where(givenIsSet('revokedAt', query.revoked))
  ]
  return listPage({
    sorts, sort: query.sort, id: apiKeys.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(apiKeys).where(where).orderBy(order).limit(limit),
    total: () => db.$count(apiKeys, and(...where)),
    toShape: row => row
  })
}

export async function insert (db: Db, workspaceId: string, key: CreateKey & { prefix: string, secretHash: Buffer }): Promise<ApiKey> {
  return withoutHash(await insertRow(db, apiKeys, workspaceId, key))
}

export async function update (db: Db, workspaceId: string, id: string, changes: Partial<ApiKey> & { secretHash?: Buffer }): Promise<ApiKey> {
  return withoutHash(await updateRow(db, apiKeys, workspaceId, id, changes))
}

const withoutHash = ({ secretHash: _, ...key }: ApiKey & { secretHash: Buffer }): ApiKey => key
