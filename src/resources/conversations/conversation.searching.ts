import { and, sql, type SQL } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import { rows, type Db } from '../../db/connection.js'
import { placeOf } from '../../db/page.js'
import { behindCursor, conditions, findingIn, limit, namesDisposition, orderOf, textIn, type Asking, type Finding } from './conversation.finding.js'
import { Disposition, type ConversationQuery } from './conversation.shapes.js'
import { conversations as c } from './conversation.table.js'

/** A list of conversations in which some words were said; before a word stands the period in which its conversation was active last. */
export type Search = ConversationQuery & { q: string }

export const isSearch = (query: ConversationQuery): query is Search => query.q !== undefined

/** Along the list, conversation by conversation, or by the index of words. */
export interface Ways { page: 'list' | 'index', total: 'list' | 'index' }

const saying = (workspaceId: string, { contactId }: Asking, words: SQL): SQL =>
  sql`m.workspace_id = ${workspaceId} and m.search @@ ${words}${contactId ? sql` and m.kind <> 'note'` : sql``}`

/** What is wanted is read once a statement. */
const wordsIn = (workspaceId: string, { q }: Search, period: SQL): SQL => sql`words_asked(${workspaceId}::uuid, ${period}, (select words_wanted(${q})))`

/** Whether a conversation's own messages say it; `offset 0`: what to look for is made once for all of them. */
const isSaid = (workspaceId: string, query: Search, asking: Asking): SQL =>
  sql`exists (select from (select ${wordsIn(workspaceId, query, sql`period_of(${c.lastActivityAt})`)} as words offset 0) asked, messages m
    where m.conversation_id = ${c.id} and ${saying(workspaceId, asking, sql`asked.words`)})`

const listed = Disposition.options.filter(disposition => disposition !== 'deleted')

/** The latest period before an instant in which a conversation was active last, or null: one probe of the index of lists for each disposition that is asked for. */
const periodBefore = (workspaceId: string, { filter }: Search, before: SQL): SQL =>
  sql`(select period_of(max(l.at)) as period from unnest(${sql.param(namesDisposition(filter) ? listed : ['active'])}::text[]) d,
    lateral (select o.last_activity_at as at from conversations o where o.workspace_id = ${workspaceId} and o.disposition = d and o.last_activity_at < ${before}
      order by o.last_activity_at desc limit 1) l)`

const never = sql`timestamptz '9999-12-31'`

/** From the latest period back, until the page is full. */
function byPeriods (workspaceId: string, query: Search, asking: Asking): Finding {
  const from = query.after ? sql`${placeOf(query.after, query.sort)[0]}::timestamptz` : never
  return findingIn(query, sql`(with recursive periods (period, ids, found) as (
      select period_of(${from}) + 1, '{}'::uuid[], 0
      union all
      select p.period, said.ids, periods.found + cardinality(said.ids) from periods
      cross join lateral ${periodBefore(workspaceId, query, sql`period_start(periods.period)`)} p
      cross join lateral (select array(
        select c.id from (select distinct m.conversation_id from messages m where ${saying(workspaceId, asking, wordsIn(workspaceId, query, sql`p.period`))}) said
        join conversations c on c.workspace_id = ${workspaceId} and c.id = said.conversation_id
        where ${and(...conditions(workspaceId, query, asking), ...behindCursor(query))} order by ${sql.raw(orderOf(query))} limit ${limit}) as ids offset 0) said
      where p.period is not null and periods.found < ${limit})
    select unnest(ids) as id from periods limit ${limit}) found join conversations c on c.workspace_id = ${workspaceId} and c.id = found.id where true`)
}

/** Conversations of all periods. */
const saidIn = (workspaceId: string, query: Search, asking: Asking): SQL => sql`${c.id} in (
  with recursive periods (period) as (
    select period_of(${never}) + 1
    union all
    select p.period from periods cross join lateral ${periodBefore(workspaceId, query, sql`period_start(periods.period)`)} p where p.period is not null)
  select m.conversation_id from periods, messages m where ${saying(workspaceId, asking, wordsIn(workspaceId, query, sql`periods.period`))})`

const fits = (way: Ways['page'], workspaceId: string, query: Search, asking: Asking): SQL =>
  and(...conditions(workspaceId, query, asking), (way === 'list' ? isSaid : saidIn)(workspaceId, query, asking))!

/** How the conversations of a page are found. */
export function searchingOf (way: Ways['page'], workspaceId: string, query: Search, asking: Asking): Finding {
  if (way === 'index' && query.sort === 'lastActivityAtDesc') return byPeriods(workspaceId, query, asking)
  return findingIn(query, sql`conversations c where ${and(fits(way, workspaceId, query, asking), ...behindCursor(query))}`)
}

/** Counts everything that was found. */
export const foundOf = (way: Ways['total'], workspaceId: string, query: Search, asking: Asking): { text: string, params: unknown[] } =>
  textIn(sql`select count(*)::int as total from conversations c where ${fits(way, workspaceId, query, asking)}`)

/** So many conversations are walked past for a page, at the most; more than those with the words are read by the index. */
const walked = 1000
const knownWays = new LRUCache<string, Ways>({ max: 500, ttl: 60_000 })

/**
 * Along the list where a page is full after some conversations, or there are no more; where the words are rarer, by their index,
 * which reads all that a period has of them. It has nothing for words that are only ruled out. The first page is tried once a minute.
 */
export async function waysOf (db: Db, workspaceId: string, query: Search, asking: Asking): Promise<Ways> {
  const { after, expand: _expand, count: _count, ...first } = query
  const key = JSON.stringify([workspaceId, asking.contactId, first])
  let ways = knownWays.get(key)
  if (!ways) knownWays.set(key, ways = await tried(db, workspaceId, first as Search, asking))
  return after && ways.page === 'list' ? tried(db, workspaceId, query, asking) : ways
}

async function tried (db: Db, workspaceId: string, query: Search, asking: Asking): Promise<Ways> {
  const { text, params } = textIn(sql`with latest as not materialized (
      select c.id, c.last_activity_at from conversations c where ${and(...conditions(workspaceId, query, asking), ...behindCursor(query))}
      order by ${sql.raw(orderOf(query))} limit ${walked})
    select querytree(websearch_to_tsquery('simple', ${query.q})) = 'T' or (select count(*) from latest) < ${walked} as "isShort",
      (select count(*) from (select from latest c where ${isSaid(workspaceId, query, asking)} limit ${query.limit + 1}) said) > ${query.limit} as "isFull"`)
  const [row] = await rows<{ isShort: boolean, isFull: boolean }>(db, text, params, { replan: true })
  const { isShort, isFull } = row!
  return { page: isShort || isFull ? 'list' : 'index', total: isShort ? 'list' : 'index' }
}
