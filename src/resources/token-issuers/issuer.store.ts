import { and, eq } from 'drizzle-orm'
import type { Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow, updateRow } from '../../db/rows.js'
import { tokenIssuerFilters, type TokenIssuer, type TokenIssuerQuery } from './issuer.shapes.js'
import { tokenIssuers } from './issuer.table.js'

const columns = columnsOf(tokenIssuers)

const sorts: Record<string, Sort> = {
  createdAtAsc: { column: tokenIssuers.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: tokenIssuers.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' },
  issuerAsc: { column: tokenIssuers.issuer, field: 'issuer', direction: 'asc', cast: 'text' },
  issuerDesc: { column: tokenIssuers.issuer, field: 'issuer', direction: 'desc', cast: 'text' }
}

/** The database knows the algorithms as words. */
const shapeOf = (row: object): TokenIssuer => row as TokenIssuer

export async function find (db: Db, workspaceId: string, ref: string): Promise<TokenIssuer | undefined> {
  return (await db.select(columns).from(tokenIssuers).where(byRef(tokenIssuers, workspaceId, ref))).map(shapeOf)[0]
}

/** Locks the issuer until the transaction ends. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<TokenIssuer | undefined> {
  return (await db.select(columns).from(tokenIssuers).where(byRef(tokenIssuers, workspaceId, ref)).for('update')).map(shapeOf)[0]
}

export async function list (db: Db, workspaceId: string, query: TokenIssuerQuery): Promise<Page<TokenIssuer>> {
  const where = [eq(tokenIssuers.workspaceId, workspaceId), tokenIssuerFilters.where(query.filter)]
  return listPage({
    sorts, sort: query.sort, id: tokenIssuers.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(tokenIssuers).where(where).orderBy(order).limit(limit),
    total: () => db.$count(tokenIssuers, and(...where)),
    toShape: shapeOf
  })
}

export const insert = async (db: Db, workspaceId: string, issuer: object): Promise<TokenIssuer> =>
  shapeOf(await insertRow(db, tokenIssuers, workspaceId, issuer))

export const update = async (db: Db, workspaceId: string, id: string, changes: Partial<TokenIssuer>): Promise<TokenIssuer> =>
  shapeOf(await updateRow(db, tokenIssuers, workspaceId, id, changes))

export const remove = async (db: Db, workspaceId: string, id: string): Promise<unknown> =>
  db.delete(tokenIssuers).where(and(eq(tokenIssuers.workspaceId, workspaceId), eq(tokenIssuers.id, id)))
