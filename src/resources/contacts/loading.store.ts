import { and, eq, sql } from 'drizzle-orm'
import { rows, type Db } from '../../db/connection.js'
import { insertMany } from '../../db/many.js'
import type { Contact } from './contact.shapes.js'
import { selectContacts } from './contact.store.js'
import { contacts } from './contact.table.js'
import type { Identity } from './identity.js'

/** Those that have one of the external ids, merged ones too. */
export const findByExternalIds = (db: Db, workspaceId: string, externalIds: readonly string[]): Promise<Contact[]> =>
  selectContacts(db, and(eq(contacts.workspaceId, workspaceId), sql`${contacts.externalId} = any(${sql.param([...externalIds])}::text[])`)!)

/** Which of the identities somebody has. */
export const taken = async (db: Db, workspaceId: string, identities: readonly Identity[]): Promise<Identity[]> => identities.length === 0
  ? []
  : rows<Identity>(db, `select i.kind, i.value, nullif(i.provider, '') as provider
    from unnest($2::text[], $3::text[], $4::text[]) as g (kind, value, provider)
    cross join lateral (select * from contact_identities
      where workspace_id = $1 and kind = g.kind and value = g.value and provider = g.provider limit 1) i`,
  [workspaceId, identities.map(({ kind }) => kind), identities.map(({ value }) => value), identities.map(({ provider }) => provider ?? '')])

/** Writes new contacts and their identities. */
export async function insertAll (db: Db, workspaceId: string, made: readonly Contact[]): Promise<unknown> {
  const owned = made.flatMap(({ id, identities }) => identities.map((identity, position) => ({ id, position: position + 1, ...identity })))
  return Promise.all([
    insertMany(db, contacts, made.map(contact => ({ workspaceId, ...contact }))),
    rows(db, `insert into contact_identities (workspace_id, contact_id, kind, value, provider, position)
      select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::integer[])`,
    [workspaceId, owned.map(({ id }) => id), owned.map(({ kind }) => kind), owned.map(({ value }) => value),
      owned.map(({ provider }) => provider ?? ''), owned.map(({ position }) => position)])
  ])
}
