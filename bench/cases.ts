import { buildSchema, getNamedType, isLeafType, isObjectType, type GraphQLSchema } from 'graphql'
import type { Context } from '../src/context.js'
import { pushMessage } from '../src/resources/channels/receipt.service.js'
import { InboundMessage } from '../src/resources/channels/inbound/inbound.shapes.js'
import { getConversation, listConversations } from '../src/resources/conversations/conversation.service.js'
import { SearchConversations, type ConversationQuery, type Expansion } from '../src/resources/conversations/conversation.shapes.js'
import { replyToConversation } from '../src/resources/conversations/replying.service.js'
import type { Call } from './load.js'
import type { Range } from './raw.js'
import { hasTwentyMessages } from './fill/stories.js'
import { scaleOf } from './fill/statements.js'
import { idOf } from './fill/told.js'

/** One operation: how the product is called, and the SQL that the raw base runs, as the product sends it. */
export interface Case {
  name: string
  calls: (rows: number) => Call[]
  sql: (ctx: Context, workspace: number) => Promise<unknown>
  range: (rows: number) => Omit<Range, 'contacts'>
  /** The workspace that the raw base works in: writes of its own would spoil what is measured. */
  workspace: 1 | 2
  /** What as many match among a tenth of the rows. */
  alike?: () => Call[]
  /** It changes the workspace that the product works in. */
  writes?: boolean
  /** The share of the raw base that must be reached, and the one that is wished for. */
  must: number
  wish?: number
  /** Also measured against the bare server. */
  bare?: boolean
  /** Also measured against a server that does nothing but send on what the statement answers. */
  relayed?: boolean
  p99Ms?: number
  /** The same by REST, and the share of its rate that must be reached: for GraphQL. */
  beside?: { calls: (rows: number) => Call[], must: number }
}

const requests = 500
/** Numbers spread over all conversations that fit, the same on every run. */
const spread = (rows: number, fits: (i: number) => boolean): number[] => {
  const all = Array.from({ length: rows }, (_, at) => at + 1).filter(fits)
  return Array.from({ length: Math.min(requests, all.length) }, (_, at) => all[(at * 7919) % all.length]!)
}
const everyone = (rows: number) => ({ from: 1, step: 1, count: rows })
const conversation = (i: number, w = 1): string => idOf('conversation', i, w)
const get = (path: string): Call => ({ method: 'GET', path })
const post = (path: string, body: object): Call => ({ method: 'POST', path, body: JSON.stringify(body) })

/** Agents with a thousandth and more of all conversations open. */
const busy = [1, 8, 15, 22, 21, 28, 35, 42]
const listed = (agent: number) => ({ status: 'open', assigneeId: idOf('agent', agent, 1), limit: 50 })
const listExpansions: Expansion[] = ['contact', 'tags', 'lastMessage']
const getExpansions: Expansion[] = ['messages', 'contact', 'tags']

const search = (query: object, expand: Expansion[] = []) => (ctx: Context) =>
  listConversations(ctx, { ...SearchConversations.parse(query), expand } as ConversationQuery)

/* GraphQL asks for every field that REST answers. */

function everyField (schema: GraphQLSchema, name: string, relations: Record<string, string> = {}): string {
  const type = schema.getType(name)
  if (!isObjectType(type)) throw new Error(`${name} is no object type`)
  return Object.values(type.getFields()).map(field => {
    const inner = getNamedType(field.type)
    if (isLeafType(inner)) return field.name
    if (relations[field.name]) return `${field.name} { ${everyField(schema, inner.name)} }`
    return ['Actor', 'Identity', 'ContactIdentity', 'Attachment', 'Recipient'].includes(inner.name) ? `${field.name} { ${everyField(schema, inner.name)} }` : ''
  }).join(' ')
}

const related = (words: string[]): Record<string, string> => Object.fromEntries(words.map(word => [word, word]))

const openOf = (agent: number) => ({ status: { eq: 'open' }, assigneeId: { eq: idOf('agent', agent, 1) } })

export function graphqlCases (sdl: string): Case[] {
  const schema = buildSchema(sdl)
  const [get, list] = ['get', 'list'].map(wanted => cases.find(({ name }) => name === wanted)!) as [Case, Case]
  const one = `query ($id: ID!) { conversation(id: $id) { ${everyField(schema, 'Conversation', related(getExpansions))} } }`
  const many = `query ($filter: ConversationFilter) { conversations(first: 50, filter: $filter) {
    nodes { ${everyField(schema, 'Conversation', related(listExpansions))} } pageInfo { hasNextPage endCursor } } }`
  return [
    {
      ...get, name: 'get by GraphQL', bare: false, beside: { calls: get.calls, must: 0.8 },
      calls: rows => spread(rows, hasTwentyMessages).map(i => post('/graphql', { query: one, variables: { id: conversation(i) } }))
    },
    {
      ...list, name: 'list by GraphQL', bare: false, beside: { calls: list.calls, must: 0.8 },
      calls: () => busy.map(agent => post('/graphql', { query: many, variables: { filter: openOf(agent) } }))
    }
  ]
}

const inbound = (more: object) => ({
  externalId: 'bench-[<id>]', subject: 'Where is my order?', text: 'It was to come on Monday, and it has not. Could you look where it is, please?', ...more
})
let unheard = Date.now()
/** A message that never came before, in words that `capture` makes a variable of. */
const recorded = (more: (unheard: string) => object) => {
  const externalId = `bench-new-${++unheard}`
  return InboundMessage.parse({ ...inbound(more(externalId)), externalId })
}
/** The conversations whose thread is on the first channel. */
const onFirstChannel = (rows: number) => ({ from: 1, step: 400, count: Math.floor(rows / 400) })

function filterCase (name: string, query: object, more: Partial<Case> = {}): Case {
  return {
    name, must: 0.7, p99Ms: 100, workspace: 1, range: everyone, relayed: true,
    calls: () => [post('/v1/conversations/search', query)], sql: search(query), ...more
  }
}

export const cases: Case[] = [
  {
    name: 'get', must: 0.4, wish: 0.6, bare: true, workspace: 1,
    calls: rows => spread(rows, hasTwentyMessages).map(i => get(`/v1/conversations/${conversation(i)}?expand=messages,contact,tags`)),
    sql: ctx => getConversation(ctx, conversation(1), getExpansions),
    range: rows => ({ from: 10, step: 10, count: Math.floor(rows / 10) })
  },
  {
    name: 'list', must: 0.38, wish: 0.55, bare: true, workspace: 1,
    calls: () => busy.map(agent => get(`/v1/conversations?${new URLSearchParams({ ...listed(agent), limit: '50', expand: listExpansions.join(',') })}`)),
    sql: ctx => listConversations(ctx, { ...SearchConversations.parse({}), ...listed(1), expand: listExpansions } as ConversationQuery),
    range: everyone
  },
  {
    name: 'inbound, new sender', must: 0.45, wish: 0.65, workspace: 2, writes: true,
    calls: () => [post(`/v1/channels/${idOf('channel', 1, 1)}/messages`, inbound({ from: { name: 'Ada', email: 'bench-[<id>]@example.com' } }))],
    sql: (ctx, w) => pushMessage(ctx, idOf('channel', 1, w), recorded(unheard => ({ from: { name: 'Ada', email: `${unheard}@example.com` } }))),
    range: everyone
  },
  {
    name: 'inbound, known thread', must: 0.45, wish: 0.65, workspace: 2, writes: true,
    calls: rows => spread(rows, i => i % 400 === 1).map((i, at) => post(`/v1/channels/${idOf('channel', 1, 1)}/messages`,
      inbound({ externalThreadId: `t-${i}`, from: { email: `customer-${1 + at % scaleOf(rows, '').contacts}@example.com` } }))),
    sql: (ctx, w) => pushMessage(ctx, idOf('channel', 1, w),
      recorded(() => ({ externalThreadId: 't-1', from: { email: 'customer-1@example.com' } }))),
    range: onFirstChannel
  },
  {
    name: 'reply', must: 0.45, bare: true, workspace: 2, writes: true,
    calls: rows => spread(rows, () => true).map(i => post(`/v1/conversations/${conversation(i)}/reply`, { text: 'It is on its way, and will be with you tomorrow.' })),
    sql: (ctx, w) => replyToConversation(ctx, conversation(1, w), { text: 'It is on its way, and will be with you tomorrow.' }),
    range: everyone
  },
  filterCase('filter by a common tag', { filter: { tags: { any: [idOf('tag', 3, 1)] } } }),
  filterCase('filter by a rare tag', { filter: { tags: { any: [idOf('tag', 95, 1)] } } }),
  filterCase('filter by an attribute', { filter: { attributes: [{ key: 'seats', eq: 77 }] } }),
  filterCase('filter by one order', { filter: { attributes: [{ key: 'orderNumber', eq: 'o-777' }] } }),
  filterCase('filter by company', { filter: { companyId: { eq: idOf('company', 7, 1) } } }),
  filterCase('search for rare words', { q: 'w3000' }, { alike: () => [post('/v1/conversations/search', { q: 'w300' })] }),
  filterCase('search for two words', { q: 'w20 w70' }, { alike: () => [post('/v1/conversations/search', { q: 'w3 w30' })] }),
  filterCase('search for common words', { q: 'w20' })
]
