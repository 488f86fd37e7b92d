import { LRUCache } from 'lru-cache'
import { rows, type Db } from '../../db/connection.js'
import { encodeCursor } from '../../db/page.js'
import { externalIdOf } from '../../db/rows.js'
import { countingOf, findingOf, type Asking, type Finding } from './conversation.finding.js'
import type { Raw, RawPage } from './conversation.row.js'
import { foundOf, isSearch, searchingOf, waysOf } from './conversation.searching.js'
import type { ConversationQuery } from './conversation.shapes.js'

/** Who reads, and what of each conversation: the list of a `select` from `c`. */
export interface Reading { select: string, contactId: string | null }

interface Found { id: string, version: number, disposition: string, merged_into_id: string | null, contact_id: string | null, bytes: Buffer }

const keptTexts = 32
const texts = new LRUCache<string, LRUCache<string, string>>({ max: keptTexts })

/** A statement that selects this, by what else there is to it. It is kept: what is put together anew would be read from end to end to find out what it is called. */
function textOf (select: string, rest: string, make: (rest: string) => string): string {
  let known = texts.get(select)
  if (!known) texts.set(select, known = new LRUCache({ max: keptTexts }))
  let text = known.get(rest)
  if (text === undefined) known.set(rest, text = make(rest))
  return text
}

export async function find (db: Db, workspaceId: string, ref: string, reading: Reading): Promise<Raw | undefined> {
  const external = externalIdOf(ref)
  const { select, contactId } = reading
  const text = textOf(select, external === null ? 'c.id' : 'c.external_id', column =>
    `select c.id, c.version, c.disposition, c.merged_into_id, c.contact_id, (select row_to_json(r)::text from (select ${select}) r) as bytes
      from conversations c where c.workspace_id = $1 and ${column} = $2`)
  const [row] = await rows<Found>(db, text, [workspaceId, external ?? ref])
  if (!row || row.disposition === 'deleted' || (contactId && row.contact_id !== contactId)) return undefined
  return row.merged_into_id ? find(db, workspaceId, row.merged_into_id, reading) : { id: row.id, version: row.version, json: row.bytes }
}

const none = Buffer.alloc(0)

type Placed = Raw & { at: string }
interface Head { id: string, version: number, at: string, bytes: number }

/** A row's id, version, place in the order and how many bytes its JSON has. */
function headOf (line: string): Head {
  const [id, version, at, bytes] = line.split(' ') as [string, string, string, string]
  return { id, version: Number(version), at, bytes: Number(bytes) }
}

const lastOf = (lines: string): string => lines.slice(lines.lastIndexOf('\n') + 1)

/** Each with its part of what stands in one piece, with commas between. */
function placed (lines: readonly string[], json: Buffer): Placed[] {
  let from = 0
  return lines.map(line => {
    const { bytes, ...head } = headOf(line)
    const row = { ...head, json: json.subarray(from, from + bytes) }
    from += bytes + 1
    return row
  })
}

/** The statement of a page. */
const statementOf = ({ from, order, at, params }: Finding, select: string): string => textOf(select, from + order, () =>
  `select count(*)::int as found, string_agg(concat_ws(' ', p.id, p.version, p.at, octet_length(p.json)), chr(10)) as heads, string_agg(p.json, ',') as bytes from (
      select c.id, c.version, ${at} as at, (select row_to_json(r)::text from (select ${select}) r) as json
      from ${from} order by ${order} limit $${params.length + 1}) p`)

async function findingIn (db: Db, workspaceId: string, query: ConversationQuery, asking: Asking): Promise<Finding> {
  if (!isSearch(query)) return findingOf(workspaceId, query, asking)
  const { page } = await waysOf(db, workspaceId, query, asking)
  return searchingOf(page, workspaceId, query, asking)
}

async function totalOf (db: Db, workspaceId: string, query: ConversationQuery, asking: Asking): Promise<number> {
  const { text, params } = isSearch(query)
    ? foundOf((await waysOf(db, workspaceId, { ...query, after: undefined }, asking)).total, workspaceId, query, asking)
    : countingOf(workspaceId, query, asking)
  return (await rows<{ total: number }>(db, text, params))[0]!.total
}

/**
 * One page as JSON: the ids by the index first, then everything that is shown of just those. It comes in one piece, since the
 * driver takes longer over rows than the database over putting them together; a page's rows are told apart only where somebody asks.
 */
export async function list (db: Db, workspaceId: string, query: ConversationQuery, who: Reading & { now: string }): Promise<RawPage> {
  const finding = await findingIn(db, workspaceId, query, who)
  const total = (): Promise<number> => totalOf(db, workspaceId, query, who)
  const [[row], counted] = await Promise.all([
    rows<{ found: number, heads: string | null, bytes: Buffer | null }>(db, statementOf(finding, who.select), [...finding.params, query.limit + 1], { replan: finding.replan }),
    query.count ? total() : undefined
  ])
  const [heads, all, hasMore] = [row!.heads ?? '', row!.bytes ?? none, row!.found > query.limit]
  const shown = hasMore ? heads.slice(0, heads.lastIndexOf('\n')) : heads
  const json = hasMore ? all.subarray(0, -1 - headOf(lastOf(heads)).bytes) : all
  const cursorOf = ({ id, at }: { id: string, at: string }) => encodeCursor(query.sort, at, id)
  return {
    json,
    rows: () => shown ? placed(shown.split('\n'), json) : [],
    page: { hasMore, endCursor: shown ? cursorOf(headOf(lastOf(shown))) : null, ...(counted !== undefined && { total: counted }) },
    cursorOf: row => cursorOf(row as Placed),
    count: total
  }
}
