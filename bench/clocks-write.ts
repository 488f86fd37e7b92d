/**
 * What promises cost the writer: messages to a conversation with four clocks, against the same ones to one of a workspace that
 * has promised nothing; an agent's reply, which ends one of the clocks, and another message of a customer who waits. The product
 * as it is shipped, over HTTP. Rounds alternate in one run; the ratio is the median of the rounds' ratios of time.
 * `npx tsx bench/clocks-write.ts` after `node bin/build.js`, with DATABASE_URL naming a server on which a database may be made, and dropped again.
 */
import { Agent, request } from 'node:http'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { readConfig } from '../src/config.js'
import { migrate } from '../src/db/migrate.js'
import { applyPromises } from '../src/resources/clocks/applying.service.js'
import { makeSecret } from '../src/resources/keys/key.secret.js'
import { scopes } from '../src/scopes.js'
import { makeServices } from '../src/services.js'
import type { Measured } from './measure.js'
import { start, type Server } from './processes.js'

interface Round { ms: number, cpuMs: number }
/** The same message with four clocks and with none: milliseconds to the answer, and the server's own of the processor. */
export interface WriteCost { name: string, ratio: number, spread: [number, number], cpuRatio: number, withClocks: Round, without: Round, rounds: number }

const concurrency = 8
const every = (seconds: number) => ({ low: seconds, normal: seconds, high: seconds, urgent: seconds })
const agent = { kind: 'agent', id: 'agent-1' }
const customer = { kind: 'customer', id: 'customer-1' }
const messages = {
  'a reply with four clocks against one with none': { text: 'It is on its way.', actor: agent },
  'a message of who waits, with four clocks against none': { text: 'Where is it?', actor: customer }
}

/** A workspace, by its key. */
interface Desk { post: (path: string, body: object) => Promise<any>, channelId: string }

const connections = new Agent({ keepAlive: true, maxSockets: concurrency })

function sender (origin: string, secret: string): Desk['post'] {
  return (path, body) => new Promise((resolve, reject) => {
    const text = JSON.stringify(body)
    const sent = request(origin + path, {
      method: 'POST', agent: connections, headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    }, answer => {
      let given = ''
      answer.setEncoding('utf8').on('data', part => { given += part }).on('end', () => {
        if (answer.statusCode! < 300) resolve(JSON.parse(given))
        else reject(new Error(`${path}: ${answer.statusCode} ${given.slice(0, 500)}`))
      })
    })
    sent.on('error', reject).end(text)
  })
}

async function eachAtOnce (ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> {
  const queue = [...ids]
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) await work(id)
  }))
}

/** Conversations in which a customer waits for an answer. */
async function waiting ({ post, channelId }: Desk, count: number): Promise<string[]> {
  const ids: string[] = []
  await eachAtOnce(Array.from({ length: count }, String), async () => {
    const { id } = await post('/v1/conversations', { channelId })
    await post(`/v1/conversations/${id}/reply`, { text: 'Where is my order?', actor: customer })
    ids.push(id)
  })
  return ids
}

/** The server's own time for the same message to each of so many, eight at once. */
async function used (server: Server, desk: Desk, count: number, message: object): Promise<number> {
  const ids = await waiting(desk, count)
  const start = server.cpuMs()
  await eachAtOnce(ids, id => desk.post(`/v1/conversations/${id}/reply`, message))
  return (server.cpuMs() - start) / count
}

/**
 * How long each desk's answers take, one after the other and in turn, so that whatever
 * else the machine does takes from both: medians. */
async function answered (desks: readonly Desk[], count: number, message: object): Promise<number[]> {
  const ids = await Promise.all(desks.map(desk => waiting(desk, count)))
  const times = desks.map((): number[] => [])
  for (let n = 0; n < count; n++) {
    for (const [at, desk] of desks.entries()) {
      const start = performance.now()
      await desk.post(`/v1/conversations/${ids[at]![n]!}/reply`, message)
      times[at]!.push(performance.now() - start)
    }
  }
  return times.map(median)
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

async function onServer<T> (url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return use(client).finally(() => client.end())
}

async function deskOf (client: pg.Client, server: Server, n: number): Promise<Desk> {
  const { rows: [{ id }] } = await client.query(`insert into workspaces (id, slug, name) values (gen_random_uuid(), 'bench-${n}', 'Bench') returning id`)
  const secret = `sup_live_benchmark_${String(n).repeat(40)}`
  const { hash, prefix } = makeSecret(secret)
  await client.query('insert into api_keys (workspace_id, id, name, prefix, secret_hash, scopes) values ($1, $1, \'benchmark\', $2, $3, $4)', [id, prefix, hash, scopes])
  const post = sender(server.origin, secret)
  return { post, channelId: (await post('/v1/channels', { name: 'Chat', kind: 'chat' })).id }
}

/** What was published has been applied: until then, a message has all clocks computed, and not only those that it touches. */
async function applied (url: string): Promise<void> {
  const services = makeServices(readConfig({ DATABASE_URL: url, LOG_LEVEL: 'error', WORKER: 'false' }), url)
  while (await applyPromises(services));
  await services.close()
}

async function measure (url: string, count: number, rounds: number): Promise<WriteCost[]> {
  const server = await start('dist/main.js', url, { LOG_LEVEL: 'info', RATE_LIMIT_PER_MINUTE: '10000000', MAX_EVENT_LOOP_DELAY_MS: '0', WORKER: 'false' })
  try {
    const [promising, silent] = await onServer(url, async client => [await deskOf(client, server, 1), await deskOf(client, server, 2)] as const)
    const targets = ['firstReply', 'firstResolution', 'requesterWait', 'assignment'].map(kind => ({ kind, seconds: every(86_400), warnAt: { share: 0.8 } }))
    const { id } = await promising.post('/v1/standards', { name: 'Four clocks', default: true, targets })
    await promising.post(`/v1/standards/${id}/publish`, { apply: 'keep' })
    await applied(url)
    const costs: WriteCost[] = []
    for (const [name, message] of Object.entries(messages)) {
      const pairs: Array<{ withClocks: Round, without: Round }> = []
      for (let round = -1; round < rounds; round++) {
        const [without, withClocks] = await answered([silent, promising], count / 2, message) as [number, number]
        const pair = {
          without: { ms: without, cpuMs: await used(server, silent, count, message) }, withClocks: { ms: withClocks, cpuMs: await used(server, promising, count, message) }
        }
        if (round >= 0) pairs.push(pair)
      }
      costs.push(costOf(name, pairs))
    }
    return costs
  } finally {
    await server.stop()
  }
}

function costOf (name: string, pairs: Array<{ withClocks: Round, without: Round }>): WriteCost {
  const of = (by: 'withClocks' | 'without'): Round => ({ ms: median(pairs.map(pair => pair[by].ms)), cpuMs: median(pairs.map(pair => pair[by].cpuMs)) })
  const ratios = pairs.map(({ withClocks, without }) => withClocks.ms / without.ms)
  return {
    name, ratio: median(ratios), spread: [Math.min(...ratios), Math.max(...ratios)], cpuRatio: median(pairs.map(({ withClocks, without }) => withClocks.cpuMs / without.cpuMs)),
    withClocks: of('withClocks'), without: of('without'), rounds: pairs.length
  }
}

export async function run ({ url = process.env.DATABASE_URL ?? '', count = 400, rounds = 9 } = {}): Promise<WriteCost[]> {
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

/** The same as figures of `npm run bench`. */
export async function figures (url: string): Promise<Measured[]> {
  const costs = await run({ url })
  return costs.flatMap(({ name, ratio, spread, cpuRatio, withClocks, without }) => {
    const figure = { must: 1.3, wish: null, atMost: true, by: 'without clocks' }
    return [
      { ...figure, name: `clocks: ${name}`, ratio, spread, product: 1000 / withClocks.ms, base: 1000 / without.ms },
      { ...figure, name: `clocks: ${name}, time of the processor`, ratio: cpuRatio, spread: null, product: 1000 / withClocks.cpuMs, base: 1000 / without.cpuMs }
    ]
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await run())
