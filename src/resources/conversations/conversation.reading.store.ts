import { and, eq, sql, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { rows, type Db } from '../../db/connection.js'
import { rfc3339 } from '../../db/json.js'
import { cursorCondition, encodeCursor, type Sort } from '../../db/page.js'
import { externalIdOf } from '../../db/rows.js'
import type { Raw, RawPage } from './conversation.row.js'
import { conversationFilters, type ConversationQuery } from './conversation.shapes.js'
import { conversations } from './conversation.table.js'

/** Who reads, and what of each conversation: the list of a `select` from `c`. */
export interface Reading { select: string, contactId: string | null }

export async function find (db: Db, workspaceId: string, ref: string, reading: Reading): Promise<Raw | undefined> {
  const external = externalIdOf(ref)
  const { select, contactId } = reading
  const text = `select c.id, c.version, c.disposition, c.merged_into_id, c.contact_id, (select row_to_json(r)::text from (select ${select}) r) as json
    from conversations c where c.workspace_id = $1 and ${external === null ? 'c.id' : 'c.external_id'} = $2`
  const [row] = await rows<Raw & { disposition: string, merged_into_id: string | null, contact_id: string | null }>(db, text, [workspaceId, external ?? ref])
  if (!row || row.disposition === 'deleted' || (contactId && row.contact_id !== contactId)) return undefined
  return row.merged_into_id ? find(db, workspaceId, row.merged_into_id, reading) : row
}

const by = (column: SQL | (typeof conversations)[keyof typeof conversations], field: string, direction: 'asc' | 'desc'): Sort =>
  ({ column: column as SQL, field, direction, cast: 'timestamptz' })
const sorts: Record<ConversationQuery['sort'], Sort> = {
  lastActivityAtDesc: by(conversations.lastActivityAt, 'last_activity_at', 'desc'),
  lastActivityAtAsc: by(conversations.lastActivityAt, 'last_activity_at', 'asc'),
  createdAtDesc: by(conversations.createdAt, 'created_at', 'desc'),
  createdAtAsc: by(conversations.createdAt, 'created_at', 'asc'),
  updatedAtDesc: by(conversations.updatedAt, 'updated_at', 'desc'),
  updatedAtAsc: by(conversations.updatedAt, 'updated_at', 'asc'),
  waitingSinceAsc: by(conversations.waitingSince, 'waiting_since', 'asc'),
  nextDueAtAsc: by(conversations.nextDueAt, 'next_due_at', 'asc')
}

const namesDisposition = (filter: unknown): boolean => JSON.stringify(filter ?? null).includes('"disposition"')
const orNone = (column: (typeof conversations)['assigneeId' | 'teamId'], given: string | undefined): SQL | undefined =>
  given === undefined ? undefined : given === 'none' ? sql`${column} is null` : eq(column, given)

/** Exact at this instant, whether or not a worker has noticed. */
const overdue = (wanted: boolean | undefined, now: string): SQL | undefined => wanted === undefined
  ? undefined
  : wanted ? sql`${conversations.nextDueAt} < ${now}` : sql`(${conversations.nextDueAt} >= ${now} or ${conversations.nextDueAt} is null)`

function conditions (workspaceId: string, query: ConversationQuery, { contactId, now }: { contactId: string | null, now: string }): SQL[] {
  const c = conversations
  const words = query.q && sql`websearch_to_tsquery('simple', ${query.q})`
  return [
    eq(c.workspaceId, workspaceId),
    namesDisposition(query.filter) ? sql`${c.disposition} <> 'deleted'` : sql`${c.disposition} = 'active'`,
    contactId ? eq(c.contactId, contactId) : undefined,
    query.status && eq(c.status, query.status),
    orNone(c.assigneeId, query.assigneeId),
    orNone(c.teamId, query.teamId),
    query.contactId && eq(c.contactId, query.contactId),
    query.channelId && eq(c.channelId, query.channelId),
    query.tagId && sql`${c.tagIds} @> array[${query.tagId}]::uuid[]`,
    query.priority && eq(c.priority, query.priority),
    query.sort === 'waitingSinceAsc' ? sql`${c.waitingSince} is not null` : undefined,
    query.sort === 'nextDueAtAsc' ? sql`${c.nextDueAt} is not null` : undefined,
    query.atRisk ? sql`${c.atRisk}` : query.atRisk === false ? sql`not ${c.atRisk}` : undefined,
    overdue(query.overdue, now),
    words && sql`${c.id} in (select m.conversation_id from messages m where m.workspace_id = ${workspaceId} and m.search @@ ${words}${contactId ? sql` and m.kind <> 'note'` : sql``})`,
    conversationFilters.where(query.filter)
  ].filter((part): part is SQL => part !== undefined && part !== '')
}

/** Each is led to by an index in the order of the list, for a rare value as for a common one; these two also with a status. */
const evenly = new Set(['id', 'assigneeId', 'teamId', 'contactId', 'companyId', 'channelId'])
const withStatus = ['assigneeId', 'teamId']

/** Whether a rare value and a common one want different plans. */
function isSelective ({ q, filter = {}, tagId }: ConversationQuery): boolean {
  const isEven = (field: string): boolean => evenly.has(field) || (field === 'status' && withStatus.some(beside => filter[beside]))
  return Boolean(q ?? tagId) || Object.entries(filter).some(([field, condition]) => !isEven(field) || Object.keys(condition as object).some(operator => operator !== 'eq'))
}

const dialect = new PgDialect()
const alias = (text: string): string => text.replaceAll('"conversations".', 'c.')

type Placed = Raw & { at: string }

/** No JSON text has it. */
const separator = '\u001e'

/** Its id, version, place in the order and JSON, as the database put them together. */
function placed (text: string): Placed {
  const version = text.indexOf(' ')
  const at = text.indexOf(' ', version + 1)
  const json = text.indexOf(' ', at + 1)
  return { id: text.slice(0, version), version: Number(text.slice(version + 1, at)), at: text.slice(at + 1, json), json: text.slice(json + 1) }
}

/**
 * One page as JSON text: the ids by the index first, then everything that is shown of just those. It comes as one text, since the
 * driver takes longer over rows than the database over putting them together.
 */
export async function list (db: Db, workspaceId: string, query: ConversationQuery, who: Reading & { now: string }): Promise<RawPage> {
  const sort = sorts[query.sort]
  const where = conditions(workspaceId, query, who)
  const total = async () => {
    const { sql: text, params } = dialect.sqlToQuery(sql`select count(*)::int as total from conversations where ${and(...where)}`)
    return (await rows<{ total: number }>(db, text, params))[0]!.total
  }
  const paged = query.after ? [...where, cursorCondition(query.after, query.sort, sort, conversations.id)] : where
  const { sql: condition, params } = dialect.sqlToQuery(and(...paged)!)
  const order = `c.${sort.field} ${sort.direction}, c.id ${sort.direction}`
  const text = `select string_agg(concat_ws(' ', p.id, p.version, p.at, p.json), chr(30)) as text from (
      select c.id, c.version, ${rfc3339(`c.${sort.field}`)} as at, (select row_to_json(r)::text from (select ${who.select}) r) as json
      from conversations c where ${alias(condition)} order by ${order} limit $${params.length + 1}) p`
  const [[row], counted] = await Promise.all([
    rows<{ text: string | null }>(db, text, [...params, query.limit + 1], { replan: isSelective(query) }),
    query.count ? total() : undefined
  ])
  const found = row!.text === null ? [] : row!.text.split(separator).map(placed)
  const shown = found.slice(0, query.limit)
  const cursorOf = (row: Raw) => encodeCursor(query.sort, (row as Placed).at, row.id)
  const last = shown.at(-1)
  return {
    rows: shown,
    page: { hasMore: found.length > query.limit, endCursor: last ? cursorOf(last) : null, ...(counted !== undefined && { total: counted }) },
    cursorOf,
    count: total
  }
}
