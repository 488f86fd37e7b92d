import { and, sql, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { Fact } from '../../clock/facts.js'
import { instantFromText } from '../../db/columns.js'
import { rows, type Db } from '../../db/connection.js'
import { conversationFilters } from '../conversations/conversation.shapes.js'
import { conversations as c } from '../conversations/conversation.table.js'

/** A conversation of the past: what it is counted by, and its facts. */
export interface Past {
  id: string
  createdAt: number
  channelId: string
  channelKind: string
  priority: string
  status: string
  teamId: string | null
  agentId: string | null
  companyId: string | null
  tier: string | null
  language: string | null
  tagIds: string[]
  /** Those that were asked for. */
  attributes: Record<string, unknown>
  facts: Fact[]
}

/** Which conversations, and the instant after which nothing that was recorded counts. */
export interface Period { from: string, to: string, asOf: string, filter: Record<string, unknown> | null, attributes: readonly string[] }

/** The place behind the last conversation that was read. */
export interface Place { at: string, id: string }

const dialect = new PgDialect()

const within = (workspaceId: string, { from, to, filter }: Period): Array<SQL | undefined> => [
  sql`${c.workspaceId} = ${workspaceId} and ${c.disposition} = 'active'`,
  sql`${c.createdAt} >= ${from} and ${c.createdAt} < ${to}`,
  conversationFilters.where(filter)
]

export async function count (db: Db, workspaceId: string, period: Period): Promise<number> {
  const { sql: text, params } = dialect.sqlToQuery(sql`select count(*)::int as n from conversations where ${and(...within(workspaceId, period))}`)
  return (await rows<{ n: number }>(db, text, params))[0]!.n
}

interface Row { line: string, facts: string | null, at: string, id: string }

const ms = (column: string): string => `(date_part('epoch', ${column}) * 1000)::bigint`

/** A fact as JSON, put together as text: the database's own functions for that take twice as long. */
const factLine = `'["' || f.id || '","' || f.kind || '",' || ${ms('f.occurred_at')} || ',' || ${ms('f.recorded_at')} || ',' || f.sequence || ',"' || f.actor_kind || '",' ||
  coalesce(to_json(f.actor_id)::text, 'null') || ',' || f.data::text || ']'`

/**
 * The next conversations by creation, each with its facts as one line of JSON: rows and instants made by the database one by
 * one would take longer than all that is computed from them.
 */
export async function read (db: Db, workspaceId: string, period: Period, after: Place | null, limit: number): Promise<{ past: Past[], place: Place | null }> {
  const where = and(...within(workspaceId, period), after ? sql`(${c.createdAt}, ${c.id}) > (${after.at}::timestamptz, ${after.id}::uuid)` : undefined)
  const attributes = period.attributes.length
    ? sql`(select coalesce(jsonb_object_agg(a.key, a.value), '{}') from jsonb_each(p.attributes) a where a.key = any(${sql.param(period.attributes)}::text[]))`
    : sql`'{}'::jsonb`
  const { sql: text, params } = dialect.sqlToQuery(sql`
    with p as materialized (select * from conversations where ${where} order by ${c.createdAt}, ${c.id} limit ${limit})
    select p.id, p.created_at as at, json_build_array(${sql.raw(ms('p.created_at'))}, p.channel_id, p.channel_kind, p.priority, p.status, p.team_id, p.assignee_id, p.company_id,
      p.tier, p.language, p.tag_ids, ${attributes})::text as line, (
        select '[' || string_agg(${sql.raw(factLine)}, ',') || ']'
        from conversation_facts f where f.workspace_id = p.workspace_id and f.conversation_id = p.id and f.recorded_at <= ${period.asOf}) as facts
    from p order by p.created_at, p.id`)
  const found = await rows<Row>(db, text, params)
  const last = found.at(-1)
  return { past: found.map(pastOf), place: last && found.length === limit ? { at: instantFromText(last.at), id: last.id } : null }
}

type Line = [number, string, string, string, string, string | null, string | null, string | null, string | null, string | null, string[], Record<string, unknown>]
type FactLine = [string, Fact['kind'], number, number, number, Fact['actor']['kind'], string | null, object]

function pastOf ({ id, line, facts }: Row): Past {
  const [createdAt, channelId, channelKind, priority, status, teamId, agentId, companyId, tier, language, tagIds, attributes] = JSON.parse(line) as Line
  return { id, createdAt, channelId, channelKind, priority, status, teamId, agentId, companyId, tier, language, tagIds, attributes, facts: facts === null ? [] : (JSON.parse(facts) as FactLine[]).map(factOf) }
}

/** The payload is made to a fact in place: it is nobody else's. */
function factOf ([id, kind, occurredAt, recordedAt, sequence, actorKind, actorId, data]: FactLine): Fact {
  const fact = data as Fact
  fact.id = id
  fact.kind = kind
  fact.occurredAt = occurredAt
  fact.recordedAt = recordedAt
  fact.sequence = sequence
  fact.actor = { kind: actorKind, id: actorId }
  return fact
}
