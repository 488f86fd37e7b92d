import { rows, type Db } from '../../db/connection.js'
import { encodeCursor } from '../../db/page.js'
import { externalIdOf } from '../../db/rows.js'
import { countingOf, findingOf } from './conversation.finding.js'
import type { Raw, RawPage } from './conversation.row.js'
import type { ConversationQuery } from './conversation.shapes.js'

/** Who reads, and what of each conversation: the list of a `select` from `c`. */
export interface Reading { select: string, contactId: string | null }

interface Found { id: string, version: number, disposition: string, merged_into_id: string | null, contact_id: string | null, bytes: Buffer }

export async function find (db: Db, workspaceId: string, ref: string, reading: Reading): Promise<Raw | undefined> {
  const external = externalIdOf(ref)
  const { select, contactId } = reading
  const text = `select c.id, c.version, c.disposition, c.merged_into_id, c.contact_id, (select row_to_json(r)::text from (select ${select}) r) as bytes
    from conversations c where c.workspace_id = $1 and ${external === null ? 'c.id' : 'c.external_id'} = $2`
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

/**
 * One page as JSON: the ids by the index first, then everything that is shown of just those. It comes in one piece, since the
 * driver takes longer over rows than the database over putting them together; a page's rows are told apart only where somebody asks.
 */
export async function list (db: Db, workspaceId: string, query: ConversationQuery, who: Reading & { now: string }): Promise<RawPage> {
  const { from, order, at, params, replan } = findingOf(workspaceId, query, who)
  const total = async () => {
    const { text, params } = countingOf(workspaceId, query, who)
    return (await rows<{ total: number }>(db, text, params))[0]!.total
  }
  const text = `select string_agg(concat_ws(' ', p.id, p.version, p.at, octet_length(p.json)), chr(10)) as heads, string_agg(p.json, ',') as bytes from (
      select c.id, c.version, ${at} as at, (select row_to_json(r)::text from (select ${who.select}) r) as json
      from ${from} order by ${order} limit $${params.length + 1}) p`
  const [[row], counted] = await Promise.all([
    rows<{ heads: string | null, bytes: Buffer | null }>(db, text, [...params, query.limit + 1], { replan }),
    query.count ? total() : undefined
  ])
  const lines = row!.heads?.split('\n') ?? []
  const shown = lines.slice(0, query.limit)
  const hasMore = lines.length > query.limit
  const all = row!.bytes ?? none
  const json = hasMore ? all.subarray(0, -1 - headOf(lines.at(-1)!).bytes) : all
  const cursorOf = ({ id, at }: { id: string, at: string }) => encodeCursor(query.sort, at, id)
  const last = shown.at(-1)
  return {
    json,
    rows: () => placed(shown, json),
    page: { hasMore, endCursor: last ? cursorOf(headOf(last)) : null, ...(counted !== undefined && { total: counted }) },
    cursorOf: row => cursorOf(row as Placed),
    count: total
  }
}
