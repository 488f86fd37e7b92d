import { and, sql, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { Fact } from '../../clock/facts.js'
import { rows, type Db } from '../../db/connection.js'
import { conversationFilters } from '../conversations/conversation.shapes.js'
import { conversations as c } from '../conversations/conversation.table.js'
import { factText } from '../conversations/fact.text.js'
import type { BacktestDimension } from './backtest.shapes.js'

/** A conversation of the past: what it is counted by, so far as that was asked for, and its facts. */
export interface Past {
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
  attributes: Record<string, unknown>
  facts: Fact[]
}

/** Which conversations, the instant after which nothing that was recorded counts, and what they are counted by. */
export interface Period { from: string, to: string, asOf: string, filter: Record<string, unknown> | null, dimensions: readonly BacktestDimension[] }

/** The place behind the last conversation that was read. */
export interface Place { at: string, id: string }

/** A stretch of history: `until` is its last conversation; null is without end. */
export interface Range { after: Place | null, until: Place | null, limit: number }

const dialect = new PgDialect()

const within = (workspaceId: string, { from, to, filter }: Period, after: Place | null = null, until: Place | null = null): SQL | undefined => and(
  sql`${c.workspaceId} = ${workspaceId} and ${c.disposition} = 'active'`,
  sql`${c.createdAt} >= ${from} and ${c.createdAt} < ${to}`,
  conversationFilters.where(filter),
  after ? sql`(${c.createdAt}, ${c.id}) > (${after.at}::timestamptz, ${after.id}::uuid)` : undefined,
  until ? sql`(${c.createdAt}, ${c.id}) <= (${until.at}::timestamptz, ${until.id}::uuid)` : undefined
)

async function run<T> (db: Db, query: SQL): Promise<T[]> {
  const { sql: text, params } = dialect.sqlToQuery(query)
  return rows<T>(db, text, params)
}

export async function count (db: Db, workspaceId: string, period: Period): Promise<number> {
  return (await run<{ n: number }>(db, sql`select count(*)::int as n from conversations where ${within(workspaceId, period)}`))[0]!.n
}

/** The places of every `size`-th conversation from a place on, at most so many. */
export async function places (db: Db, workspaceId: string, period: Period, after: Place | null, size: number, most: number): Promise<Place[]> {
  if (!most) return []
  const found = await run<Place>(db, sql`select at, id from (
      select created_at as at, id, row_number() over (order by created_at, id) as n from conversations where ${within(workspaceId, period, after)}
      order by created_at, id limit ${size * most}) p where n % ${size} = 0 order by n`)
  return found
}

/** No JSON text has it. */
const separator = '\u001e'

const ms = (column: string): string => `(date_part('epoch', ${column}) * 1000)::bigint`

/** What each dimension reads of a conversation. */
const columnOf: Partial<Record<BacktestDimension['by'], [name: keyof Past, column: string]>> = {
  channel: ['channelId', 'channel_id'], channelKind: ['channelKind', 'channel_kind'], priority: ['priority', 'priority'], status: ['status', 'status'],
  team: ['teamId', 'team_id'], agent: ['agentId', 'assignee_id'], company: ['companyId', 'company_id'], tier: ['tier', 'tier'], language: ['language', 'language'],
  tag: ['tagIds', 'tag_ids']
}

const columnsOf = (dimensions: readonly BacktestDimension[]): SQL => sql.raw([...new Set([
  'workspace_id', 'id', 'created_at', ...dimensions.flatMap(({ by }) => columnOf[by]?.[1] ?? (by === 'attribute' ? 'attributes' : []))
])].join(', '))

/** An object of what the dimensions read, as SQL. */
function readBy (dimensions: readonly BacktestDimension[]): SQL {
  const pairs = dimensions.flatMap(({ by }) => columnOf[by] ? [`'${columnOf[by][0]}', p.${columnOf[by][1]}`] : [])
  const names = dimensions.flatMap(({ name }) => name ?? [])
  if (!pairs.length && !names.length) return sql`'{}'`
  const attributes = sql`'attributes', (select coalesce(jsonb_object_agg(a.key, a.value), '{}') from jsonb_each(p.attributes) a where a.key = any(${sql.param(names)}::text[]))`
  return sql`json_build_object(${sql.join([...pairs.map(pair => sql.raw(pair)), ...(names.length ? [attributes] : [])], sql`, `)})::text`
}

interface Row { text: string | null, at: string | null, id: string | null, count: number }

/** Conversations one after the other, and where to go on behind them; null at the end. */
export interface Batch { count: number, past: Iterable<Past>, place: Place | null }

/**
 * The next conversations by creation. They come as one text, a sequence of JSON (RFC 7464): rows and instants made by the
 * driver one by one would take longer than all that is computed from them, and so would memory that lives for a whole batch.
 */
export async function read (db: Db, workspaceId: string, period: Period, { after, until, limit }: Range): Promise<Batch> {
  const [row] = await run<Row>(db, sql`
    with p as materialized (select ${columnsOf(period.dimensions)} from conversations where ${within(workspaceId, period, after, until)} order by created_at, id limit ${limit}),
      last as (select created_at, id from p order by created_at desc, id desc limit 1)
    select (select created_at from last) as at, (select id from last) as id, count(*)::int as count, string_agg(
      '[' || ${sql.raw(ms('p.created_at'))} || ',' || ${readBy(period.dimensions)} || ',[' || coalesce(f.facts, '') || ']]', chr(30) order by p.created_at, p.id) as text
    from p cross join lateral (
      select string_agg(${sql.raw(factText('f'))}, ',') as facts
      from conversation_facts f where f.workspace_id = p.workspace_id and f.conversation_id = p.id and f.recorded_at <= ${period.asOf}) f`)
  const { text, at, id, count } = row!
  return { count, past: text === null ? [] : pastsIn(text), place: at !== null && id !== null && count === limit ? { at, id } : null }
}

/** Each is made when its turn comes. */
function * pastsIn (text: string): Generator<Past> {
  for (let from = 0, to = 0; to < text.length; from = to + 1) {
    to = text.indexOf(separator, from)
    if (to < 0) to = text.length
    yield pastOf(JSON.parse(text.slice(from, to)) as Line)
  }
}

type Line = [createdAt: number, values: Partial<Past>, facts: Fact[]]

function pastOf ([createdAt, values, facts]: Line): Past {
  const past = values as Past
  past.createdAt = createdAt
  past.facts = facts
  return past
}
