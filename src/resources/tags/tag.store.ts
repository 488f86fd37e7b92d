import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow, updateRow } from '../../db/rows.js'
import type { CreateTag, Tag, TagQuery } from './tag.shapes.js'
import { tagFilters } from './tag.shapes.js'
import { tags } from './tag.table.js'

const columns = columnsOf(tags)

const sorts: Record<string, Sort> = {
  nameAsc: { column: tags.name, field: 'name', direction: 'asc', cast: 'text' },
  nameDesc: { column: tags.name, field: 'name', direction: 'desc', cast: 'text' },
  createdAtAsc: { column: tags.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: tags.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}

export async function find (db: Db, workspaceId: string, ref: string): Promise<Tag | undefined> {
  return (await db.select(columns).from(tags).where(byRef(tags, workspaceId, ref)))[0]
}

/** Locks the tag until the transaction ends. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<Tag | undefined> {
  return (await db.select(columns).from(tags).where(byRef(tags, workspaceId, ref)).for('update'))[0]
}

export const findMany = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<Tag[]> =>
  db.select(columns).from(tags).where(and(eq(tags.workspaceId, workspaceId), inArray(tags.id, [...ids])))

export async function list (db: Db, workspaceId: string, query: TagQuery): Promise<Page<Tag>> {
  const where = [
    eq(tags.workspaceId, workspaceId),
    tagFilters.where(query.filter),
    query.archived === undefined ? undefined : query.archived ? sql`${tags.archivedAt} is not null` : sql`${tags.archivedAt} is null`
  ]
  return listPage({
    sorts, sort: query.sort, id: tags.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(tags).where(where).orderBy(order).limit(limit),
    total: () => db.$count(tags, and(...where)),
    toShape: row => row
  })
}

export const insert = (db: Db, workspaceId: string, tag: CreateTag): Promise<Tag> => insertRow(db, tags, workspaceId, tag)

export const update = (db: Db, workspaceId: string, id: string, changes: Partial<Tag>): Promise<Tag> =>
  updateRow(db, tags, workspaceId, id, changes)

/** The tag and everything above it, nearest first; bounded, so that a cycle that others made cannot hang it. */
export async function ancestors (db: Db, workspaceId: string, id: string): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    with recursive up (id, parent_id, level) as (
      select id, parent_id, 1 from tags where workspace_id = ${workspaceId} and id = ${id}
      union all
      select t.id, t.parent_id, up.level + 1 from tags t join up on t.id = up.parent_id
      where t.workspace_id = ${workspaceId} and up.level < 20
    ) select id from up order by level`)
  return rows.map(row => row.id)
}

/** One writer of the tree at a time, because two moves at once could close a circle. */
export const holdTree = async (db: Db, workspaceId: string): Promise<unknown> =>
  db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`tags ${workspaceId}`}, 0))`)
