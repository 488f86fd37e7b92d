import { and, eq, sql, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { LRUCache } from 'lru-cache'
import { word } from '../../db/attributes.js'
import { rfc3339 } from '../../db/json.js'
import { cursorCondition, placeOf, type Sort } from '../../db/page.js'
import { conversationFilters, type ConversationQuery } from './conversation.shapes.js'
import { conversations } from './conversation.table.js'

/** What finds the conversations of a page: a `from` with its conditions, their order, and the place of each in it; `c` is the conversation. */
export interface Finding { from: string, order: string, at: string, params: unknown[], replan: boolean }

/** What of who asks decides about what is found. */
export interface Asking { contactId: string | null, now: string }

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

export const namesDisposition = (filter: unknown): boolean => JSON.stringify(filter ?? null).includes('"disposition"')
const orNone = (column: (typeof conversations)['assigneeId' | 'teamId'], given: string | undefined): SQL | undefined =>
  given === undefined ? undefined : given === 'none' ? sql`${column} is null` : eq(column, given)

/** Exact at this instant, whether or not a worker has noticed. */
const overdue = (wanted: boolean | undefined, now: string): SQL | undefined => wanted === undefined
  ? undefined
  : wanted ? sql`${conversations.nextDueAt} < ${now}` : sql`(${conversations.nextDueAt} >= ${now} or ${conversations.nextDueAt} is null)`

/** Words apart. */
export function conditions (workspaceId: string, query: ConversationQuery, asking: Asking): SQL[] {
  const c = conversations
  const { contactId, now } = asking
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
    conversationFilters.where(query.filter)
  ].filter((part): part is SQL => part !== undefined && part !== '')
}

/** Each is led to by an index in the order of the list, for a rare value as for a common one; these two also with a status. */
const evenly = new Set(['id', 'assigneeId', 'teamId', 'contactId', 'companyId', 'channelId'])
const withStatus = ['assigneeId', 'teamId']

/** Whether a rare value and a common one want different plans. Of words the planner knows nothing: before each stands a period. */
function isSelective ({ filter = {}, tagId }: ConversationQuery): boolean {
  const isEven = (field: string): boolean => evenly.has(field) || (field === 'status' && withStatus.some(beside => filter[beside]))
  return Boolean(tagId) || Object.entries(filter).some(([field, condition]) => !isEven(field) || Object.keys(condition as object).some(operator => operator !== 'eq'))
}

const dialect = new PgDialect()
const alias = (text: string): string => text.replaceAll('"conversations".', 'c.')

/** How a page's conversations are found. */
export function findingOf (workspaceId: string, query: ConversationQuery, asking: Asking): Finding {
  const found = asking.contactId === null && onlyWordOf(query)
  if (found) return byWord(workspaceId, query, found)
  const values = valuesOf(query)
  return values ? byValues(workspaceId, query, values, asking) : byConditions(workspaceId, query, asking)
}

/** What lists are asked for by most: parameters, and fields of a filter, that have just one value to equal. */
const plain = new Set(['status', 'assigneeId', 'teamId', 'contactId', 'companyId', 'channelId', 'channelKind', 'priority', 'tier', 'language', 'externalId', 'id'])

/** Fields with the values that they have to equal; null where anything else is asked for. */
function valuesOf ({ sort, limit: _, after: _after, count: _count, expand: _expand, filter = {}, ...parameters }: ConversationQuery): Array<[string, string]> | null {
  if (sorts[sort].field === 'waiting_since' || sorts[sort].field === 'next_due_at') return null
  const values: Array<[string, string]> = []
  for (const [field, value] of Object.entries(parameters)) {
    if (value === undefined) continue
    if (!plain.has(field) || value === 'none') return null
    values.push([field, value as string])
  }
  for (const [field, condition] of Object.entries(filter as Record<string, { eq?: string }>)) {
    if (!plain.has(field) || Object.keys(condition).length !== 1 || typeof condition.eq !== 'string') return null
    values.push([field, condition.eq])
  }
  return values
}

const maxKnown = 500
/** Their texts are put together once: that takes as long as all else that is done for a small page. */
const knownByValues = new LRUCache<string, Omit<Finding, 'params' | 'replan'>>({ max: maxKnown })

function byValues (workspaceId: string, query: ConversationQuery, values: Array<[string, string]>, { contactId }: Asking): Finding {
  const all = contactId ? [...values, ['contactId', contactId] as const] : values
  const key = `${query.sort} ${query.after ? 'after' : ''} ${all.map(([field]) => field).join(' ')}`
  let known = knownByValues.get(key)
  if (!known) knownByValues.set(key, known = findingByValues(query, all.map(([field]) => field)))
  return { ...known, replan: isSelective(query), params: [workspaceId, ...all.map(([, value]) => value), ...query.after ? placeOf(query.after, query.sort) : []] }
}

function findingByValues (query: ConversationQuery, fields: string[]): Omit<Finding, 'params' | 'replan'> {
  const { field, direction } = sorts[query.sort]
  const equal = fields.map((name, at) => ` and c.${conversations[name as 'tier'].name} = $${at + 2}`).join('')
  const [at, id] = [fields.length + 2, fields.length + 3]
  const after = query.after ? ` and (c.${field}, c.id) ${direction === 'asc' ? '>' : '<'} ($${at}::timestamptz, $${id}::uuid)` : ''
  return {
    from: `conversations c where c.workspace_id = $1 and c.disposition = 'active'${equal}${after}`,
    order: `c.${field} ${direction}, c.id ${direction}`, at: rfc3339(`c.${field}`)
  }
}

function byConditions (workspaceId: string, query: ConversationQuery, asking: Asking): Finding {
  return findingIn(query, sql`conversations c where ${and(...conditions(workspaceId, query, asking), ...behindCursor(query))}`)
}

export const behindCursor = ({ after, sort }: ConversationQuery): SQL[] => after ? [cursorCondition(after, sort, sorts[sort], conversations.id)] : []

/** The order of a list. */
export function orderOf ({ sort }: ConversationQuery): string {
  const { field, direction } = sorts[sort]
  return `c.${field} ${direction}, c.id ${direction}`
}

/** Stands for the number of the parameter that says how many are wanted. */
export const limit = sql.raw('<limit>')

export function findingIn (query: ConversationQuery, from: SQL): Finding {
  const { text, params } = textIn(from)
  return { from: text.replaceAll('<limit>', `$${params.length + 1}`), order: orderOf(query), at: rfc3339(`c.${sorts[query.sort].field}`), params, replan: isSelective(query) }
}

/** What is about `conversations`, about `c`. */
export function textIn (part: SQL): { text: string, params: unknown[] } {
  const { sql: text, params } = dialect.sqlToQuery(part)
  return { text: alias(text), params }
}

/** Counts everything that a list holds, words apart. */
export function countingOf (workspaceId: string, query: ConversationQuery, asking: Asking): { text: string, params: unknown[] } {
  const found = asking.contactId === null && onlyWordOf(query)
  return textIn(sql`select count(*)::int as total from ${found
    ? sql`conversation_words w where ${and(...ofWord(workspaceId, found))}`
    : sql`conversations c where ${and(...conditions(workspaceId, query, asking))}`}`)
}

/** The only condition of a list, where that is a word that conversations are kept by in the order of lists. */
function onlyWordOf (query: ConversationQuery): string | null {
  const { sort, limit: _, after: _after, count: _count, expand: _expand, ...rest } = query as ConversationQuery & { tagId?: string }
  const given = Object.entries(rest).filter(([, value]) => value !== undefined)
  if (given.length !== 1 || sorts[sort].field !== 'last_activity_at') return null
  const [[name, value]] = given as [[string, unknown]]
  if (name === 'tagId') return tagWord(value as string)
  const conditions = Object.entries(name === 'filter' ? value as object : {}) as Array<[string, unknown]>
  if (conditions.length !== 1) return null
  const [[field, condition]] = conditions as [[string, never]]
  return field === 'tags' ? onlyTagOf(condition) : field === 'attributes' ? onlyValueOf(condition) : null
}

const tagWord = (id: string): string => `tag=${id.toLowerCase()}`

function onlyTagOf (condition: { any?: string[], all?: string[] }): string | null {
  const [some, ...others] = Object.values(condition)
  return others.length === 0 && Array.isArray(some) && some.length === 1 ? tagWord(some[0]!) : null
}

function onlyValueOf ([condition, ...others]: Array<{ key: string, eq?: unknown }>): string | null {
  const { key, eq, ...more } = condition!
  return others.length === 0 && eq !== undefined && eq !== null && Object.keys(more).length === 0 ? word(key, eq) : null
}

const ofWord = (workspaceId: string, found: string): SQL[] => [sql`w.workspace_id = ${workspaceId}`, sql`w.word = ${found}`]

/** Written once: the next request finds the very same text among those that it knows. */
const byWordIn = (direction: 'asc' | 'desc', isAfter: boolean): Omit<Finding, 'params'> => ({
  from: `conversation_words w join conversations c on c.workspace_id = w.workspace_id and c.id = w.conversation_id where w.workspace_id = $1 and w.word = $2${
    isAfter ? ` and (w.last_activity_at, w.conversation_id) ${direction === 'asc' ? '>' : '<'} ($3::timestamptz, $4::uuid)` : ''}`,
  order: `w.last_activity_at ${direction}, w.conversation_id ${direction}`,
  at: rfc3339('w.last_activity_at'), replan: false
})
const wordFindings = { asc: { first: byWordIn('asc', false), later: byWordIn('asc', true) }, desc: { first: byWordIn('desc', false), later: byWordIn('desc', true) } }

function byWord (workspaceId: string, { sort, after }: ConversationQuery, found: string): Finding {
  const { first, later } = wordFindings[sorts[sort].direction]
  return { ...after ? later : first, params: [workspaceId, found, ...after ? placeOf(after, sort) : []] }
}
