import type { Priority } from '../../../clock/facts.js'
import { rows, type Db } from '../../../db/connection.js'

/** What external ids name in this workspace. */
export interface Names { agents: Set<string>, teams: Set<string>, tags: Set<string>, channels: Set<string>, contacts: Set<string>, companies: Set<string> }

export const noNames = (): Names =>
  ({ agents: new Set(), teams: new Set(), tags: new Set(), channels: new Set(), contacts: new Set(), companies: new Set() })

export interface ChannelReference { id: string, kind: string, defaultPriority: Priority, defaultTeamId: string | null }
/** The contact, the survivor where it was merged, and what a conversation takes over from it and its company. */
export interface ContactReference { id: string, companyId: string | null, tier: string | null, language: string | null, attributes: Record<string, unknown> }

/** Each found one, by its external id. */
export interface References {
  agents: Map<string, string>
  teams: Map<string, string>
  tags: Map<string, string>
  companies: Map<string, string>
  channels: Map<string, ChannelReference>
  contacts: Map<string, ContactReference>
}

type Row<T> = T & { externalId: string }

/**
 * Looks names up one by one in the index, whatever the planner thinks of tables that were filled a moment ago: a join of a
 * table that it takes for empty reads the whole table for each name.
 */
const lookUp = (table: keyof Names, columns: string): string => `select o.* from unnest($2::text[]) as g (name)
  cross join lateral (select external_id as "externalId", ${columns} from ${table} where workspace_id = $1 and external_id = g.name limit 1) o`

const channel = lookUp('channels', 'id, kind, default_priority as "defaultPriority", default_team_id as "defaultTeamId"')
const contact = `select o."externalId", c.id, c.company_id as "companyId", y.tier, c.language, coalesce(y.attributes, '{}') || c.attributes as attributes
  from (${lookUp('contacts', 'coalesce(merged_into_id, id) as id')}) o
  cross join lateral (select * from contacts where workspace_id = $1 and id = o.id limit 1) c
  left join lateral (select * from companies where workspace_id = $1 and id = c.company_id limit 1) y on true`

export async function referencesOf (db: Db, workspaceId: string, names: Names): Promise<References> {
  const found = async <T>(wanted: Set<string>, text: string): Promise<Map<string, T>> => {
    const list = wanted.size ? await rows<Row<T>>(db, text, [workspaceId, [...wanted]]) : []
    return new Map(list.map(({ externalId, ...row }) => [externalId, row as T]))
  }
  const ids = async (table: keyof Names): Promise<Map<string, string>> => {
    const list = await found<{ id: string }>(names[table], lookUp(table, 'id'))
    return new Map([...list].map(([externalId, { id }]) => [externalId, id]))
  }
  const [agents, teams, tags, companies, channels, contacts] = await Promise.all([
    ids('agents'), ids('teams'), ids('tags'), ids('companies'),
    found<ChannelReference>(names.channels, channel), found<ContactReference>(names.contacts, contact)
  ])
  return { agents, teams, tags, companies, channels, contacts }
}
