import { and, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import { v7 } from 'uuid'
import { rows, type Db } from '../../db/connection.js'
import { rfc3339 } from '../../db/json.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow, updateRow } from '../../db/rows.js'
import { promisesRevision } from '../promises.js'
import type { IdField } from './condition-problems.js'
import { standardFilters, type Content, type SearchStandards, type Standard, type StandardVersion, type StandardVersionQuery } from './standard.shapes.js'
import { standards, standardVersions } from './standard.table.js'

/** A version as it is written as JSON: its content apart. */
export interface VersionRow extends Omit<StandardVersion, keyof Content> { content: Content }
type Row = Omit<Standard, 'published' | 'draft'> & { published: VersionRow | null, draft: VersionRow | null, audience: string, ownerId: string | null }

export const versionObject = `json_build_object('id', v.id, 'standardId', v.standard_id, 'number', v.number,
  'publishedAt', ${rfc3339('v.published_at')}, 'apply', v.apply, 'position', v.position, 'content', v.content,
  'createdAt', ${rfc3339('v.created_at')}, 'updatedAt', ${rfc3339('v.updated_at')})`
const newest = (which: string) => sql.raw(`(select ${versionObject} from standard_versions v
  where v.workspace_id = standards.workspace_id and v.standard_id = standards.id and ${which} order by v.number desc limit 1)`)

const columns = {
  ...columnsOf(standards),
  published: sql<VersionRow | null>`${newest('v.published_at is not null')}`,
  draft: sql<VersionRow | null>`${newest('v.published_at is null')}`
}

export const toVersion = ({ content, createdAt, updatedAt, ...row }: VersionRow): StandardVersion => ({ ...row, ...content, createdAt, updatedAt })
const toShape = ({ audience: _audience, ownerId: _owner, published, draft, ...row }: Row): Standard =>
  ({ ...row, published: published && toVersion(published), draft: draft && toVersion(draft) })
const first = (found: Row[]): Standard | undefined => found[0] && toShape(found[0])

const sort = (column: Sort['column'], field: string, direction: Sort['direction'], cast: Sort['cast']): Sort => ({ column, field, direction, cast })
const sorts: Record<string, Sort> = {
  positionAsc: sort(standards.position, 'position', 'asc', 'int'),
  positionDesc: sort(standards.position, 'position', 'desc', 'int'),
  nameAsc: sort(standards.name, 'name', 'asc', 'text'),
  nameDesc: sort(standards.name, 'name', 'desc', 'text'),
  createdAtAsc: sort(standards.createdAt, 'createdAt', 'asc', 'timestamptz'),
  createdAtDesc: sort(standards.createdAt, 'createdAt', 'desc', 'timestamptz')
}

export const find = async (db: Db, workspaceId: string, ref: string): Promise<Standard | undefined> =>
  first(await db.select(columns).from(standards).where(byRef(standards, workspaceId, ref)))

/** Locks the standard until the transaction ends; then reads it, so that its versions are those of after the wait. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<Standard | undefined> {
  await db.select({ id: standards.id }).from(standards).where(byRef(standards, workspaceId, ref)).for('no key update')
  return find(db, workspaceId, ref)
}

export const findMany = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<Standard[]> =>
  (await db.select(columns).from(standards).where(and(eq(standards.workspaceId, workspaceId), inArray(standards.id, [...ids])))).map(toShape)

export async function list (db: Db, workspaceId: string, query: SearchStandards): Promise<Page<Standard>> {
  const where = [eq(standards.workspaceId, workspaceId), standardFilters.where(query.filter)]
  return listPage<Row, Standard>({
    sorts, sort: query.sort, id: standards.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(standards).where(where).orderBy(order).limit(limit),
    total: () => db.$count(standards, and(...where)),
    toShape
  })
}

/** Who adds a standard or moves one takes turns, because each place follows from all the others. */
export const holdOrder = async (db: Db, workspaceId: string): Promise<unknown> =>
  db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`standards ${workspaceId}`}, 0))`)

/** All that are not archived, in their order, locked until the transaction ends. */
export async function holdAll (db: Db, workspaceId: string): Promise<Standard[]> {
  const inUse = and(eq(standards.workspaceId, workspaceId), sql`${standards.archivedAt} is null`)
  await db.select({ id: standards.id }).from(standards).where(inUse).orderBy(standards.id).for('no key update')
  return (await db.select(columns).from(standards).where(inUse).orderBy(standards.position, standards.id)).map(toShape)
}

/** Adds a standard after all others, without a version. */
export async function insert (db: Db, workspaceId: string, { name, audience, ownerId }: Content, externalId: string | undefined): Promise<string> {
  const position = sql`(select coalesce(max(s.position), 0) + 1 from standards s where s.workspace_id = ${workspaceId} and s.archived_at is null)`
  return (await insertRow(db, standards, workspaceId, { name, audience, ownerId, externalId, position })).id
}

export type StandardChanges = Partial<Pick<Standard, 'state' | 'position' | 'archivedAt'>> & Partial<Pick<Content, 'name' | 'audience' | 'ownerId'>>

export async function update (db: Db, workspaceId: string, id: string, changes: StandardChanges): Promise<Standard> {
  await updateRow(db, standards, workspaceId, id, changes)
  return (await find(db, workspaceId, id))!
}

/** Writes the draft: that which is there, or a new one with the next number. */
export const writeDraft = (db: Db, workspaceId: string, standardId: string, content: Content): Promise<unknown> => rows(db, `
  insert into standard_versions (workspace_id, id, standard_id, number, owner_id, content)
  select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5 from standard_versions where workspace_id = $1 and standard_id = $3
  on conflict (workspace_id, standard_id) where published_at is null
  do update set owner_id = excluded.owner_id, content = excluded.content, updated_at = now()`,
[workspaceId, v7(), standardId, content.ownerId, JSON.stringify(content)])

const { workspaceId: _, ...versionColumns } = getTableColumns(standardVersions)
const versionSorts: Record<string, Sort> = {
  numberAsc: sort(standardVersions.number, 'number', 'asc', 'int'),
  numberDesc: sort(standardVersions.number, 'number', 'desc', 'int')
}

export async function listVersions (db: Db, workspaceId: string, standardId: string, query: StandardVersionQuery): Promise<Page<StandardVersion>> {
  const where = [eq(standardVersions.workspaceId, workspaceId), eq(standardVersions.standardId, standardId)]
  return listPage<VersionRow, StandardVersion>({
    sorts: versionSorts, sort: query.sort, id: standardVersions.id, request: query, where,
    read: (where, order, limit) => db.select(versionColumns).from(standardVersions).where(where).orderBy(order).limit(limit) as unknown as Promise<VersionRow[]>,
    total: () => db.$count(standardVersions, and(...where)),
    toShape: toVersion
  })
}

export async function findVersion (db: Db, workspaceId: string, ref: string, number: number): Promise<StandardVersion | undefined> {
  const [row] = await db.select(versionColumns).from(standardVersions)
    .innerJoin(standards, and(eq(standards.workspaceId, standardVersions.workspaceId), eq(standards.id, standardVersions.standardId)))
    .where(and(byRef(standards, workspaceId, ref), eq(standardVersions.number, number)))
  return row && toVersion(row as VersionRow)
}

export interface Publication { publishedAt: string, apply: string, position: number }

export const publishDraft = (db: Db, workspaceId: string, standardId: string, { publishedAt, apply, position }: Publication): Promise<unknown> => rows(db, `
  update standard_versions set published_at = $3, apply = $4, position = $5, updated_at = now()
  where workspace_id = $1 and standard_id = $2 and published_at is null`, [workspaceId, standardId, publishedAt, apply, position])

/** Publishes the version in force once more, at another place; a draft's number makes room for it. */
export async function republish (db: Db, workspaceId: string, { id, published, draft }: Standard, { publishedAt, apply, position }: Publication): Promise<void> {
  if (draft) await rows(db, 'update standard_versions set number = number + 1 where workspace_id = $1 and id = $2', [workspaceId, draft.id])
  await rows(db, `
    insert into standard_versions (workspace_id, id, standard_id, number, published_at, apply, position, owner_id, content)
    select workspace_id, $2, standard_id, $4, $5, $6, $7, owner_id, content from standard_versions where workspace_id = $1 and id = $3`,
  [workspaceId, v7(), published!.id, draft?.number ?? published!.number + 1, publishedAt, apply, position])
  await rows(db, 'update standards set position = $3 where workspace_id = $1 and id = $2', [workspaceId, id, position])
}

/** What a standard may name by its id. */
export type Reference = IdField | 'calendar'

const tableOf: Record<Reference, string> = { channel: 'channels', tag: 'tags', company: 'companies', team: 'teams', calendar: 'calendars' }

/** Which of the ids are of the workspace, by what they are ids of; archived calendars are not. */
export async function known (db: Db, workspaceId: string, named: ReadonlyArray<{ of: Reference, ids: readonly string[] }>): Promise<Set<string>> {
  const asked = named.filter(({ ids }) => ids.length)
  if (!asked.length) return new Set()
  const parts = asked.map(({ of }, at) => `select '${of} ' || id as name from ${tableOf[of]} where workspace_id = $1 and id = any($${at + 2}::uuid[])
    ${of === 'calendar' ? 'and archived_at is null' : ''}`)
  const found = await rows<{ name: string }>(db, parts.join(' union all '), [workspaceId, ...asked.map(({ ids }) => ids)])
  return new Set(found.map(({ name }) => name))
}

/** Every version that was ever published, whose standards were archived when, and the number by which this may be kept. */
export async function everything (db: Db, workspaceId: string): Promise<{ revision: number, archivedAt: Map<string, string | null>, versions: StandardVersion[] }> {
  const [row] = await rows<{ revision: number, standards: Array<{ id: string, archivedAt: string | null }>, versions: VersionRow[] }>(db, `
    select ${promisesRevision('$1')} as revision,
      (select coalesce(json_agg(json_build_object('id', s.id, 'archivedAt', ${rfc3339('s.archived_at')})), '[]')
        from standards s where s.workspace_id = $1) as standards,
      (select coalesce(json_agg(${versionObject} order by v.standard_id, v.number), '[]')
        from standard_versions v where v.workspace_id = $1 and v.published_at is not null) as versions`, [workspaceId])
  return {
    revision: row!.revision ?? 0,
    archivedAt: new Map(row!.standards.map(({ id, archivedAt }) => [id, archivedAt])),
    versions: row!.versions.map(toVersion)
  }
}
