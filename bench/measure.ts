import type { Services } from '../src/context.js'
import { createHash } from 'node:crypto'
import { listConversations } from '../src/resources/conversations/conversation.service.js'
import { SearchConversations } from '../src/resources/conversations/conversation.shapes.js'
import { capture, contextIn, type Statement } from './capture.js'
import type { Case } from './cases.js'
import type { Scale } from './fill/statements.js'
import { check, load, type Call, type Load } from './load.js'
import type { Server } from './processes.js'
import { rawOf } from './raw.js'

export interface Setting {
  url: string
  rows: number
  scale: Scale
  services: Services
  product: Server
  bare: Server
  /** What HTTP alone costs: it sends on what one statement answers. */
  relay: Server
  timing: { rounds: number, seconds: number }
}

/** A ratio, or another figure; the medians of the rounds, the spread from the lowest to the highest of them. */
export interface Measured {
  name: string
  ratio: number
  spread: [number, number] | null
  /** Nothing is wanted of what only explains another figure. */
  must: number | null
  wish: number | null
  /** Whether `must` is the highest that is allowed, rather than the lowest. */
  atMost?: boolean
  /** Operations per second, or milliseconds where the name says so. */
  product?: number
  base?: number
  by?: string
}

export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

/** The medians of rounds. */
export function compared (name: string, pairs: Array<{ product: number, base: number }>, must: number | null, wish: number | null, by: string): Measured {
  const ratios = pairs.map(({ product, base }) => product / base)
  return {
    name, must, wish, by, ratio: median(ratios), spread: [Math.min(...ratios), Math.max(...ratios)],
    product: median(pairs.map(({ product }) => product)), base: median(pairs.map(({ base }) => base))
  }
}

/** One operation against the raw base, and against the bare server where that has it; rounds alternate. */
export async function measureCase (each: Case, setting: Setting): Promise<Measured[]> {
  const { url, rows, scale, services, product, bare, relay, timing: { rounds, seconds } } = setting
  const statements = await capture(services, each.workspace, ctx => each.sql(ctx, each.workspace))
  const raw = await rawOf(url, statements, { ...each.range(rows), contacts: scale.contacts })
  const calls = each.calls(rows)
  await check(product, calls[0]!)
  if (each.relayed) await relays(relay, statements)
  await warm([product, ...each.bare ? [bare] : [], ...each.relayed ? [relay] : []], calls)
  const found: Array<{ raw: number, product: Load, bare: number, relay: number }> = []
  for (let round = 0; round < rounds; round++) {
    found.push({
      raw: await raw.run(seconds),
      product: await load(product, calls, seconds),
      bare: each.bare ? (await load(bare, calls, seconds)).perSecond : 0,
      relay: each.relayed ? (await load(relay, calls, seconds)).perSecond : 0
    })
  }
  const of = (base: (round: typeof found[number]) => number) => found.map(round => ({ product: round.product.perSecond, base: base(round) }))
  const main = compared(each.name, of(round => round.raw), each.must, each.wish ?? null, `raw (${raw.by})`)
  const measured = [main]
  // What bare writes is less: a message and a conversation, no facts, no events, no clocks.
  if (each.bare) measured.push(compared(`${each.name}, against bare`, of(round => round.bare), each.writes ? null : 1, null, 'bare'))
  if (each.relayed) {
    measured.push(compared(`${each.name}, HTTP alone`, found.map(round => ({ product: round.relay, base: round.raw })), null, null, `raw (${raw.by})`),
      compared(`${each.name}, against HTTP alone`, of(round => round.relay), null, null, 'HTTP alone'))
  }
  if (each.beside) measured.push(await measureBeside(each, each.beside, setting))
  if (each.p99Ms) {
    const latencies = found.map(round => round.product.p99Ms)
    measured.push({ name: `${each.name}, p99 in ms`, ratio: median(latencies), spread: [Math.min(...latencies), Math.max(...latencies)], must: each.p99Ms, wish: null, atMost: true })
  }
  return measured
}

/** In rounds of their own: the raw base would leave other pages in memory for the first of the two than for the second. */
async function measureBeside (each: Case, beside: NonNullable<Case['beside']>, { rows, product, timing: { rounds, seconds } }: Setting): Promise<Measured> {
  const [graphql, rest] = [each.calls(rows), beside.calls(rows)]
  await warm([product], rest)
  const pairs = []
  for (let round = 0; round < rounds; round++) {
    pairs.push({ product: (await load(product, graphql, seconds)).perSecond, base: (await load(product, rest, seconds)).perSecond })
  }
  return compared(`${each.name}, against REST`, pairs, beside.must, null, 'REST')
}

/** Named as the product names it: planned once, or each time where the values decide. */
async function relays (relay: Server, [statement]: Statement[]): Promise<void> {
  const { text, values, replan } = statement!
  const answer = await fetch(`${relay.origin}/statement`, { method: 'PUT', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text, values, ...(!replan && { name: createHash('sha1').update(text).digest('hex') }) }) })
  if (!answer.ok) throw new Error(`PUT /statement: ${answer.status}`)
}

export async function warm (servers: Server[], calls: Call[]): Promise<void> {
  for (const server of servers) await load(server, calls, 1)
}

/** The ten-thousandth page of a list against its first; time of a page, as a ratio. */
export async function measurePages ({ rows, services, product, timing: { rounds, seconds } }: Setting): Promise<Measured> {
  const limit = Math.max(1, Math.min(25, Math.floor(rows * 0.9 / 10_000)))
  const path = `/v1/conversations?limit=${limit}`
  const { cursorOf } = await listConversations(contextIn(services, 1), SearchConversations.parse({ limit }))
  const { rows: [last] } = await services.database.read.$client.query(
    `select id, version, to_char(last_activity_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from conversations
     where workspace_id = $1 and disposition = 'active' order by last_activity_at desc, id desc offset $2 limit 1`,
    [contextIn(services, 1).caller!.workspaceId, Math.min(rows - limit - 1, 9_999 * limit - 1)])
  const first: Call[] = [{ method: 'GET', path }]
  const deep: Call[] = [{ method: 'GET', path: `${path}&after=${cursorOf(last)}` }]
  await warm([product], deep)
  const pairs = []
  for (let round = 0; round < rounds; round++) {
    pairs.push({ base: (await load(product, deep, seconds)).perSecond, product: (await load(product, first, seconds)).perSecond })
  }
  return { ...compared('page 10,000: its time, in times of page 1', pairs, 1.2, null, 'page 10,000'), atMost: true }
}

/** The time of one operation at these rows, in times of that at a tenth of them. */
export async function measureScale (each: Case, large: Setting, small: Setting, isAlike = false): Promise<Measured> {
  const { rounds, seconds } = large.timing
  const [many, few] = [each.calls(large.rows), isAlike ? each.alike!() : each.calls(small.rows)]
  await warm([small.product], few)
  await warm([large.product], many)
  const pairs = []
  for (let round = 0; round < rounds; round++) {
    pairs.push({ base: (await load(large.product, many, seconds)).perSecond, product: (await load(small.product, few, seconds)).perSecond })
  }
  return { ...compared(`${each.name}: its time at ten times the rows${isAlike ? ', as many matching' : ''}`, pairs, 1.5, null, 'ten times the rows'), atMost: true }
}
