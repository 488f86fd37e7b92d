import type { Asked, Piece, Writer } from '../../graphql/written.js'
import { listArguments } from '../../graphql/resolving.js'
import { listed, type Selected } from '../../db/json.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { belongings, own } from './conversation.projection.js'
import type { RawPage } from './conversation.row.js'
import { getConversation, listConversations, type Choosing } from './conversation.service.js'
import { SearchConversations } from './conversation.shapes.js'

/** The columns that answer what is asked of one row; null when not all of it is in them. What is an object in a column has to be asked for whole. */
function chosen (asked: readonly Asked[], fields: Selected, more: (field: Asked) => string | null = () => null): Record<string, string> | null {
  const found: Record<string, string> = Object.create(null)
  for (const field of asked) {
    const sql = field.name === '__typename'
      ? `'${field.type}'::text`
      : more(field) ?? (field.isWhole && Object.hasOwn(fields, field.name) ? fields[field.name]! : null)
    if (sql === null) return null
    found[field.key] = sql
  }
  return found
}

/** What is asked of a conversation as a list to select; null when a resolver has to answer some of it. */
function choosing (asked: Asked): Choosing | null {
  const [forOthers, forContacts] = [false, true].map(forContact => {
    const list = chosen(asked.fields!, own, field => {
      const belonging = Object.hasOwn(belongings, field.name) ? belongings[field.name as 'contact'] : null
      const inner = belonging && chosen(field.fields!, belonging.fields)
      return inner && belonging.json(listed(inner), forContact)
    })
    return list && listed(list)
  })
  return forOthers && forContacts ? (_expand, forContact) => forContact ? forContacts : forOthers : null
}

export const writeConversation: Writer = asked => {
  const choose = choosing(asked)
  return choose && (async (ctx, { id }) => {
    try {
      return [(await getConversation(ctx, sent(Ref, id, 'id'), [], choose)).json]
    } catch { return undefined }
  })
}

const simple: Record<string, (page: RawPage) => unknown> = {
  hasNextPage: ({ page }) => page.hasMore,
  endCursor: ({ page }) => page.endCursor
}

type Part = (page: RawPage) => Piece[]

/** How a part of a connection is written, and what of each row; null for what is not foreseen. */
function partOf (field: Asked): { write: Part, row?: Asked } | null {
  const pair = (write: Part): Part => page => [`${JSON.stringify(field.key)}:`, ...write(page)]
  const { name, fields } = field
  if (name === '__typename') return { write: pair(() => [JSON.stringify(field.type)]) }
  if (name === 'totalCount') return { write: pair(({ page }) => [String(page.total)]) }
  if (name === 'nodes') return { write: pair(({ json }) => ['[', json, ']']), row: field }
  if (name === 'pageInfo' && fields!.every(each => simple[each.name])) {
    return { write: pair(page => [JSON.stringify(Object.fromEntries(fields!.map(each => [each.key, simple[each.name]!(page)])))]) }
  }
  const [first, second] = fields ?? []
  if (name !== 'edges' || fields!.length !== 2 || first!.name !== 'cursor' || second!.name !== 'node') return null
  const edges = (page: RawPage): Piece[] => page.rows().flatMap((row, at) =>
    [`${at ? ',' : ''}{"${first!.key}":"${page.cursorOf(row)}","${second!.key}":`, row.json, '}'])
  return { write: pair(page => ['[', ...edges(page), ']']), row: second }
}

export const writeConversations: Writer = asked => {
  const parts = asked.fields!.map(partOf)
  const rows = parts.flatMap(part => part?.row ?? [])
  if (parts.includes(null) || rows.length !== 1) return null
  const choose = choosing(rows[0]!)
  const count = asked.fields!.some(({ name }) => name === 'totalCount')
  return choose && (async (ctx, args) => {
    try {
      const page = await listConversations(ctx, { ...sent(SearchConversations, listArguments(args)), expand: [], count }, choose)
      return [...parts.flatMap((part, at) => [at ? ',' : '{', ...part!.write(page)]), '}']
    } catch { return undefined }
  })
}
