import { and, eq, inArray, sql, type SQL } from 'drizzle-orm'
import type { Db } from '../../db/connection.js'
import { insertMany } from '../../db/many.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow, updateRow } from '../../db/rows.js'
import { beginsWords } from '../../db/text-search.js'
import { companyFilters, type Company, type CreateCompany, type SearchCompanies } from './company.shapes.js'
import { companies } from './company.table.js'

const columns = columnsOf(companies)

const sorts: Record<string, Sort> = {
  nameAsc: { column: companies.name, field: 'name', direction: 'asc', cast: 'text' },
  nameDesc: { column: companies.name, field: 'name', direction: 'desc', cast: 'text' },
  createdAtAsc: { column: companies.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: companies.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' },
  updatedAtAsc: { column: companies.updatedAt, field: 'updatedAt', direction: 'asc', cast: 'timestamptz' },
  updatedAtDesc: { column: companies.updatedAt, field: 'updatedAt', direction: 'desc', cast: 'timestamptz' }
}

export async function find (db: Db, workspaceId: string, ref: string): Promise<Company | undefined> {
  return (await db.select(columns).from(companies).where(byRef(companies, workspaceId, ref)))[0]
}

/** Locks the company until the transaction ends; references to it may still be made. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<Company | undefined> {
  return (await db.select(columns).from(companies).where(byRef(companies, workspaceId, ref)).for('no key update'))[0]
}

export const findMany = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<Company[]> =>
  db.select(columns).from(companies).where(and(eq(companies.workspaceId, workspaceId), inArray(companies.id, [...ids])))

export const findByExternalIds = async (db: Db, workspaceId: string, externalIds: readonly string[]): Promise<Company[]> =>
  db.select(columns).from(companies).where(and(eq(companies.workspaceId, workspaceId), sql`${companies.externalId} = any(${sql.param([...externalIds])}::text[])`))

export const insertAll = (db: Db, workspaceId: string, made: readonly Company[]): Promise<unknown> =>
  insertMany(db, companies, made.map(company => ({ workspaceId, ...company })))

const typed = (q: string): SQL =>
  sql`(${beginsWords(sql`companies.search`, q)} or ${companies.domains} && array[${q.trim().toLowerCase()}]::text[])`

export async function list (db: Db, workspaceId: string, query: SearchCompanies): Promise<Page<Company>> {
  const where = [
    eq(companies.workspaceId, workspaceId),
    companyFilters.where(query.filter),
    query.q === undefined ? undefined : typed(query.q)
  ]
  return listPage({
    sorts, sort: query.sort, id: companies.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(companies).where(where).orderBy(order).limit(limit),
    total: () => db.$count(companies, and(...where)),
    toShape: row => row
  })
}

export const insert = (db: Db, workspaceId: string, company: CreateCompany): Promise<Company> =>
  insertRow(db, companies, workspaceId, company)

export const update = (db: Db, workspaceId: string, id: string, changes: Partial<Company>): Promise<Company> =>
  updateRow(db, companies, workspaceId, id, changes)
