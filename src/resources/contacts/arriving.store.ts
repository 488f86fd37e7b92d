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

const making = `with made as (
    insert into contacts (workspace_id, id, external_id, name, language, created_at, updated_at)
    values ($1::uuid, $2::uuid, $6, $7, $8, $9::timestamptz, $9::timestamptz))
  insert into contact_identities (workspace_id, contact_id, kind, value, provider, position)
  select $1::uuid, $2::uuid, kind, value, provider, position from unnest($3::text[], $4::text[], $5::text[], $10::integer[]) as g (kind, value, provider, position)`

/** Writes a contact with its identities; the database refuses it when somebody else was faster with any of what names it. */
export const make = async (db: Db, workspaceId: string, { id, externalId, name, language, createdAt }: ContactFields, identities: ReadonlyArray<Identity & { position: number }>): Promise<unknown> =>
  rows(db, making, [workspaceId, id, ...listsOf(identities), externalId, name, language, createdAt, identities.map(({ position }) => position)])

export const mark = async (db: Db): Promise<unknown> => db.$client.query('savepoint adoption')
export const backToMark = async (db: Db): Promise<unknown> => db.$client.query('rollback to savepoint adoption')

const refusedBy = (error: unknown): string | undefined => {
  const { cause = error } = error as { cause?: unknown }
  return (cause as { constraint?: string } | null)?.constraint
}

/** Whether the database refused an external id because another contact has it. */
export const isTakenExternalId = (error: unknown): boolean => refusedBy(error) === 'contacts_external_id_key'

/** Whether it refused a contact because of what names it. */
export const isTaken = (error: unknown): boolean => isTakenExternalId(error) || refusedBy(error) === 'contact_identities_pkey'
