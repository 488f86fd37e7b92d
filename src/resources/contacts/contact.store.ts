import { and, eq, isNull, sql, type SQL } from 'drizzle-orm'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { columnsOf, externalIdOf, insertRow, updateRow } from '../../db/rows.js'
import { beginsWords } from '../../db/text-search.js'
import { contactFilters, type Contact, type SearchContacts } from './contact.shapes.js'
import { contacts } from './contact.table.js'
import { phoneOf, type Identity } from './identity.js'

const plain = columnsOf(contacts)
// The columns of the row are written out, because in a list of columns Drizzle leaves the table's name away.
const columns = {
  ...plain,
  identities: sql<Identity[]>`(select coalesce(json_agg(json_build_object('kind', i.kind, 'value', i.value, 'provider', nullif(i.provider, ''))
    order by i.position, i.kind, i.value), '[]') from contact_identities i
    where i.workspace_id = contacts.workspace_id and i.contact_id = contacts.id)`
}
export type ContactFields = Omit<Contact, 'identities' | 'email' | 'phone' | 'company'>

/** The row with its identities, as the API shows it. */
export const toShape = (row: ContactFields, identities: Identity[]): Contact => ({
  ...row,
  identities,
  email: identities.find(({ kind }) => kind === 'email')?.value ?? null,
  phone: identities.find(({ kind }) => kind === 'phone')?.value ?? null
})
const shaped = (row: ContactFields & { identities: Identity[] }): Contact => toShape(row, row.identities)

const sorts: Record<string, Sort> = {
  createdAtAsc: { column: contacts.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: contacts.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' },
  updatedAtAsc: { column: contacts.updatedAt, field: 'updatedAt', direction: 'asc', cast: 'timestamptz' },
  updatedAtDesc: { column: contacts.updatedAt, field: 'updatedAt', direction: 'desc', cast: 'timestamptz' }
}

/** The contact behind a reference: the survivor, where it was merged. */
function behind (workspaceId: string, ref: string): SQL {
  const external = externalIdOf(ref)
  const named = external === null ? sql`o.id = ${ref}::uuid` : sql`o.external_id = ${external}`
  return sql`${contacts.workspaceId} = ${workspaceId} and ${contacts.id} =
    (select coalesce(o.merged_into_id, o.id) from contacts o where o.workspace_id = ${workspaceId} and ${named})`
}

const ownedBy = (workspaceId: string, { kind, value, provider }: Identity): SQL =>
  sql`${contacts.workspaceId} = ${workspaceId} and ${contacts.id} = (select i.contact_id from contact_identities i
    where i.workspace_id = ${workspaceId} and i.kind = ${kind} and i.value = ${value} and i.provider = ${provider ?? ''})`

/** The contacts themselves, without following merges. */
export const selectContacts = async (db: Db, where: SQL): Promise<Contact[]> =>
  (await db.select(columns).from(contacts).where(where)).map(shaped)

const read = async (db: Db, where: SQL): Promise<Contact | undefined> => (await selectContacts(db, where))[0]

export const find = (db: Db, workspaceId: string, ref: string): Promise<Contact | undefined> => read(db, behind(workspaceId, ref))

/**
 * Locks a contact until the transaction ends, then reads it, so that everything is as it is after the wait. Where a merge
 * came between, the survivor is locked instead. `whole` also keeps others from referring to it (merging and erasing).
 */
async function locked (db: Db, where: SQL, whole: boolean): Promise<Contact | undefined> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const [held] = await db.select({ id: contacts.id }).from(contacts).where(where).for(whole ? 'update' : 'no key update')
    const contact = await read(db, where)
    if (held?.id === contact?.id) return contact
  }
  throw new Error('A contact was merged again and again while it was being locked')
}

export const hold = (db: Db, workspaceId: string, ref: string, whole = false): Promise<Contact | undefined> =>
  locked(db, behind(workspaceId, ref), whole)

export const holdByIdentity = (db: Db, workspaceId: string, identity: Identity): Promise<Contact | undefined> =>
  locked(db, ownedBy(workspaceId, identity), false)

/** Each id that exists, with the contact behind it. */
export async function findMany (db: Db, workspaceId: string, ids: readonly string[]): Promise<Map<string, Contact>> {
  const found = await db.select({ ...columns, asked: sql<string>`o.id` }).from(contacts)
    .innerJoin(sql`contacts o`, sql`o.workspace_id = ${contacts.workspaceId} and ${contacts.id} = coalesce(o.merged_into_id, o.id)`)
    .where(and(eq(contacts.workspaceId, workspaceId), sql`o.id = any(${sql.param([...ids])}::uuid[])`))
  return new Map(found.map(({ asked, ...row }) => [asked, shaped(row)]))
}

/** A range instead of `like`, because a prepared `like $1` cannot use the index. */
function typed (workspaceId: string, q: string): SQL {
  const text = q.trim().toLowerCase()
  const starts = [...new Set([text, phoneOf(text), text.replace(/\s/g, '')])].filter(start => start)
  const begins = starts.map(start => sql`lower(i.value) collate "C" >= ${start} and lower(i.value) collate "C" < ${`${start}\u{10ffff}`}`)
  return sql`${contacts.id} in (
    select s.id from contacts s where s.workspace_id = ${workspaceId} and ${beginsWords(sql`s.search`, q)}
    union select i.contact_id from contact_identities i where i.workspace_id = ${workspaceId} and (${sql.join(begins, sql` or `)}))`
}

export async function list (db: Db, workspaceId: string, query: SearchContacts): Promise<Page<Contact>> {
  const where = [
    eq(contacts.workspaceId, workspaceId),
    isNull(contacts.mergedIntoId),
    contactFilters.where(query.filter),
    query.q === undefined ? undefined : typed(workspaceId, query.q)
  ]
  return listPage({
    sorts, sort: query.sort, id: contacts.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(contacts).where(where).orderBy(order).limit(limit),
    total: () => db.$count(contacts, and(...where)),
    toShape: shaped
  })
}

export const insert = (db: Db, workspaceId: string, fields: Partial<ContactFields>): Promise<ContactFields> =>
  insertRow(db, contacts, workspaceId, fields)

export const update = (db: Db, workspaceId: string, id: string, changes: Partial<ContactFields>): Promise<ContactFields> =>
  updateRow(db, contacts, workspaceId, id, changes)

/**
 * Gives the contact identities, behind those that it has or before them; answers which of them it now has. Those of
 * other contacts stay where they are.
 */
export const addIdentities = async (db: Db, workspaceId: string, contactId: string, identities: readonly Identity[], first: boolean): Promise<Identity[]> =>
  rows<Identity>(db, `insert into contact_identities as i (workspace_id, contact_id, kind, value, provider, position)
    select $1, $2, g.kind, g.value, g.provider, edge.position + g.n::integer
    from unnest($3::text[], $4::text[], $5::text[]) with ordinality as g (kind, value, provider, n),
      (select case when $6::boolean then coalesce(min(position), 0) - 1 - cardinality($3::text[]) else coalesce(max(position), 0) end as position
       from contact_identities where workspace_id = $1 and contact_id = $2) as edge
    on conflict (workspace_id, kind, value, provider)
      do update set position = case when $6::boolean then excluded.position else i.position end where i.contact_id = excluded.contact_id
    returning kind, value, nullif(provider, '') as provider`,
  [workspaceId, contactId, identities.map(({ kind }) => kind), identities.map(({ value }) => value),
    identities.map(({ provider }) => provider ?? ''), first])

export const removeIdentity = async (db: Db, workspaceId: string, contactId: string, { kind, value, provider }: Identity): Promise<unknown> =>
  rows(db, `delete from contact_identities where workspace_id = $1 and contact_id = $2 and kind = $3 and value = $4 and provider = $5`,
    [workspaceId, contactId, kind, value, provider ?? ''])

/** The contact, not erased, that a token's subject names by id or external id; the survivor of a merge. */
export async function findForToken (db: Db, workspaceId: string, subject: string, isId: boolean): Promise<{ id: string } | undefined> {
  const [row] = await rows<{ id: string }>(db, `select s.id from contacts c
    join contacts s on s.workspace_id = c.workspace_id and s.id = coalesce(c.merged_into_id, c.id)
    where c.workspace_id = $1 and (c.external_id = $2 ${isId ? 'or c.id = $2::uuid' : ''}) and s.erased_at is null limit 1`, [workspaceId, subject])
  return row
}
