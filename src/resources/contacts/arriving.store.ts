import { rows, type Db } from '../../db/connection.js'
import type { ContactFields } from './contact.store.js'
import type { Identity } from './identity.js'

/** What an arriving message needs to know of the contact; `moved` when a merge or an erasure came between. */
export interface Known {
  id: string
  externalId: string | null
  name: string | null
  companyId: string | null
  language: string | null
  attributes: Record<string, unknown>
  blockedAt: string | null
  tier: string | null
  companyAttributes: Record<string, unknown> | null
  moved: boolean
}

const known = `c.id, c.external_id as "externalId", c.name, c.company_id as "companyId", c.language, c.attributes,
  c.blocked_at as "blockedAt", (c.merged_into_id is not null or c.erased_at is not null) as moved, y.tier, y.attributes as "companyAttributes"`

// The lock lets everybody else read and change the contact, but not merge or erase it before this transaction ends.
const byExternalId = `select ${known} from contacts o
  join contacts c on c.workspace_id = o.workspace_id and c.id = coalesce(o.merged_into_id, o.id)
  left join companies y on y.workspace_id = c.workspace_id and y.id = c.company_id
  where o.workspace_id = $1 and o.external_id = $2 for key share of c`

const byIdentities = `select g.n::integer as n, ${known}
  from unnest($2::text[], $3::text[], $4::text[]) with ordinality as g (kind, value, provider, n)
  join contact_identities i on i.workspace_id = $1 and i.kind = g.kind and i.value = g.value and i.provider = g.provider
  join contacts c on c.workspace_id = i.workspace_id and c.id = i.contact_id
  left join companies y on y.workspace_id = c.workspace_id and y.id = c.company_id
  order by g.n for key share of c`

const listsOf = (identities: readonly Identity[]): string[][] =>
  [identities.map(({ kind }) => kind), identities.map(({ value }) => value), identities.map(({ provider }) => provider ?? '')]

/** Who has the external id, and who has each identity (by its place, from 1); one round trip. */
export async function lookUp (db: Db, workspaceId: string, externalId: string | null, identities: readonly Identity[]): Promise<{ external: Known | undefined, owners: Array<Known & { n: number }> }> {
  const [external, owners] = await Promise.all([
    externalId === null ? [] : rows<Known>(db, byExternalId, [workspaceId, externalId]),
    identities.length ? rows<Known & { n: number }>(db, byIdentities, [workspaceId, ...listsOf(identities)]) : []
  ])
  return { external: external[0], owners }
}

/**
 * The first thing that names the contact (its external id, else its first identity) is claimed before the contact is
 * made, so that of twenty who do this at once one makes it and the others make nothing. Identities of others stay theirs.
 */
const making = `with given as (
    select * from unnest($3::text[], $4::text[], $5::text[]) with ordinality as g (kind, value, provider, position)),
  claimed as (
    insert into contact_identities (workspace_id, contact_id, kind, value, provider, position)
    select $1::uuid, $2::uuid, kind, value, provider, position from given where $6::text is null and position = 1
    on conflict do nothing returning position),
  made as (
    insert into contacts (workspace_id, id, external_id, name, language)
    select $1, $2, $6, $7, $8 where $6 is not null or exists (select from claimed)
    on conflict on constraint contacts_external_id_key do nothing
    returning id, external_id, name, language, version, created_at, updated_at),
  others as (
    insert into contact_identities (workspace_id, contact_id, kind, value, provider, position)
    select $1, made.id, g.kind, g.value, g.provider, g.position from given g, made where $6 is not null or g.position > 1
    on conflict do nothing returning position)
  select id, external_id as "externalId", name, language, version, created_at as "createdAt", updated_at as "updatedAt",
    array(select position from claimed union select position from others)::integer[] as places from made`

export interface Made { row: ContactFields, identities: Identity[] }

/** Makes the contact; undefined when somebody else was faster. */
export async function make (db: Db, workspaceId: string, id: string, externalId: string | null, identities: readonly Identity[], name: string | null, language: string | null): Promise<Made | undefined> {
  const [made] = await rows<ContactFields & { places: number[] }>(db, making,
    [workspaceId, id, ...listsOf(identities), externalId, name, language])
  if (!made) return undefined
  const { places, ...row } = made
  return {
    row: { ...row, companyId: null, timeZone: null, attributes: {}, blockedAt: null, mergedIntoId: null, erasedAt: null },
    identities: identities.filter((_, at) => places.includes(at + 1))
  }
}

export const mark = async (db: Db): Promise<unknown> => db.$client.query('savepoint adoption')
export const backToMark = async (db: Db): Promise<unknown> => db.$client.query('rollback to savepoint adoption')

/** Whether the database refused an external id because another contact has it. */
export const isTakenExternalId = (error: unknown): boolean => {
  const { cause = error } = error as { cause?: unknown }
  return (cause as { constraint?: string } | null)?.constraint === 'contacts_external_id_key'
}
