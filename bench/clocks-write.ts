/**
 * What promises cost the writer: an agent's reply to a conversation with four clocks, against the same reply to one of a
 * workspace that has promised nothing. Rounds alternate in one run; the ratio is the median of the rounds' ratios of time.
 * `npx tsx bench/clocks-write.ts` with DATABASE_URL naming a server on which a database may be made, and dropped again.
 */
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { v7 } from 'uuid'
import { readConfig } from '../src/config.js'
import { systemContext, type Context } from '../src/context.js'
import { rows } from '../src/db/connection.js'
import { migrate } from '../src/db/migrate.js'
import { createChannel } from '../src/resources/channels/channel.service.js'
import { CreateChannel } from '../src/resources/channels/channel.shapes.js'
import { createConversation } from '../src/resources/conversations/conversation.service.js'
import { replyToConversation } from '../src/resources/conversations/replying.service.js'
import { publishStandard } from '../src/resources/standards/publishing.service.js'
import { createStandard } from '../src/resources/standards/standard.service.js'
import { CreateStandard } from '../src/resources/standards/standard.shapes.js'
import { scopes } from '../src/scopes.js'
import { makeServices } from '../src/services.js'
import type { Measured } from './measure.js'

export interface WriteCost {
  name: string
  /** Time with four clocks ÷ time with none: the median of the rounds, and the lowest and highest of them. */
  ratio: number
  spread: [number, number]
  /** Medians, in milliseconds a reply. */
  withClocks: number
  without: number
  rounds: number
}

const concurrency = 8
const every = (seconds: number) => ({ low: seconds, normal: seconds, high: seconds, urgent: seconds })
const agent = { kind: 'agent' as const, id: 'agent-1' }
const customer = { kind: 'customer' as const, id: 'customer-1' }

async function eachAtOnce (ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> {
  const queue = [...ids]
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) await work(id)
  }))
}

/** Conversations in which a customer waits for an answer. */
async function waiting (ctx: Context, channelId: string, count: number): Promise<string[]> {
  const ids: string[] = []
  await eachAtOnce(Array.from({ length: count }, String), async () => {
    const { id } = await createConversation(ctx, { channelId })
    await replyToConversation(ctx, id, { text: 'Where is my order?', actor: customer })
    ids.push(id)
  })
  return ids
}

/** Milliseconds a reply. */
async function timed (ctx: Context, channelId: string, count: number): Promise<number> {
  const ids = await waiting(ctx, channelId, count)
  const start = performance.now()
  await eachAtOnce(ids, id => replyToConversation(ctx, id, { text: 'It is on its way.', actor: agent }))
  return (performance.now() - start) / count
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

async function onServer<T> (url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return use(client).finally(() => client.end())
}

async function measure (url: string, count: number, rounds: number): Promise<WriteCost> {
  const services = makeServices(readConfig({ DATABASE_URL: url, LOG_LEVEL: 'error', WORKER: 'false' }), url)
  try {
    const [promising, silent] = await Promise.all([1, 2].map(async n => {
      const workspaceId = v7()
      await rows(services.database.read, 'insert into workspaces (id, slug, name) values ($1, $2, $2)', [workspaceId, `bench-${n}`])
      const ctx = systemContext(services, workspaceId, scopes, 'bench')
      return { ctx, channelId: (await createChannel(ctx, CreateChannel.parse({ name: 'Chat', kind: 'chat' }))).id }
    })) as [{ ctx: Context, channelId: string }, { ctx: Context, channelId: string }]
    const targets = ['firstReply', 'firstResolution', 'requesterWait', 'assignment'].map(kind => ({ kind, seconds: every(86_400), warnAt: { share: 0.8 } }))
    const { id } = await createStandard(promising.ctx, CreateStandard.parse({ name: 'Four clocks', default: true, targets }))
    await publishStandard(promising.ctx, id, { apply: 'keep' })
    const run = ({ ctx, channelId }: typeof promising) => timed(ctx, channelId, count)
    await run(promising)
    await run(silent)
    const pairs: Array<{ withClocks: number, without: number }> = []
    for (let round = 0; round < rounds; round++) pairs.push({ without: await run(silent), withClocks: await run(promising) })
    const ratios = pairs.map(({ withClocks, without }) => withClocks / without)
    return {
      name: 'a reply with four clocks against one with none', ratio: median(ratios), spread: [Math.min(...ratios), Math.max(...ratios)],
      withClocks: median(pairs.map(each => each.withClocks)), without: median(pairs.map(each => each.without)), rounds
    }
  } finally {
    await services.close()
  }
}

export async function run ({ url = process.env.DATABASE_URL ?? '', count = 400, rounds = 9 } = {}): Promise<WriteCost> {
  const own = new URL(url)
  own.pathname = `/bench_clocks_write_${process.pid}`
  await onServer(url, client => client.query(`create database ${own.pathname.slice(1)}`))
  try {
    await onServer(own.href, client => migrate(client))
    return await measure(own.href, count, rounds)
  } finally {
    await onServer(url, client => client.query(`drop database ${own.pathname.slice(1)} with (force)`))
  }
}

/** The same as a figure of `npm run bench`. */
export async function figures (url: string): Promise<Measured[]> {
  const { name, ratio, spread, withClocks, without } = await run({ url })
  return [{ name: `${name}: its time`, ratio, spread, must: 1.3, wish: null, atMost: true, product: 1000 / withClocks, base: 1000 / without, by: 'without clocks' }]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await run())
