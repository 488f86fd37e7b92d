import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { availableParallelism } from 'node:os'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Logger } from 'pino'
import { BytesClient } from './bytes.js'
import { instantFromText } from './columns.js'

/** What a query runs on: a connection, or the readers that share a few. */
export interface Runner {
  query: (config: Statement | string, values?: unknown[]) => Promise<pg.QueryResult>
}

/** `replan`: where the best plan depends on the values (a rare tag or a common one), it is planned each time, for them. */
export type Statement = pg.QueryConfig & { replan?: boolean }

/** Drizzle over a runner; `$client` takes SQL that is written by hand. */
export type Db = NodePgDatabase & { $client: Runner }

export interface DatabaseOptions { url: string, poolSize: number, statementTimeoutMs: number, readers?: number, log: Logger }

export interface Transaction {
  db: Db
  /** Sends what is still to be written together with the commit: one round trip. */
  commit: (last: (db: Db) => Array<Promise<unknown>>) => Promise<void>
  rollback: (reason: unknown) => Promise<void>
}

export interface Database {
  url: string
  /** For reads: a few pipelined connections, no transaction. */
  read: Db
  begin: () => Promise<Transaction>
  /** A connection outside the pools, for LISTEN and advisory locks; the caller ends it. */
  dedicated: () => Promise<pg.Client>
  waiting: () => { total: number, idle: number, waiting: number }
  close: () => Promise<void>
}

const parsers = new Map<number, (value: string) => unknown>([
  [pg.types.builtins.TEXT, value => value],
  [pg.types.builtins.TIMESTAMPTZ, instantFromText],
  [pg.types.builtins.DATE, text => text],
  [pg.types.builtins.INT8, Number],
  [pg.types.builtins.NUMERIC, Number]
])
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    parsers.get(oid) ?? pg.types.getTypeParser(oid, format as 'text')
} as pg.CustomTypesConfig

/**
 * Statements are named by their text, so that Postgres plans each once per connection. Texts come from code and from
 * the structure of filters; past the bound they are sent unnamed rather than filling the server's memory.
 */
const names = new Map<string, string>()
const maxNames = 2000
/** Of filters there is no end, and each that Postgres remembers takes its memory: fewer of them, and apart, so that they leave the others their names. */
const replannedNames = new Map<string, string>()
const maxReplannedNames = 200
function nameOf (text: string, known = names, most = maxNames): string | undefined {
  const found = known.get(text)
  if (found || known.size >= most) return found
  const name = `s${createHash('sha1').update(text).digest('base64url')}`
  known.set(text, name)
  return name
}

function named (config: Statement | string, given?: unknown[]): pg.QueryConfig {
  if (typeof config === 'string') return { text: config, values: given, name: given && nameOf(config) }
  const { replan, ...query } = config
  const values = given ?? query.values
  return { ...query, values, name: query.name ?? (values && !replan ? nameOf(query.text) : undefined) }
}

type Asked = (config: pg.QueryConfig) => Promise<pg.QueryResult>

/** `replanned` takes the statements that are planned each time, by name: without it they are sent unnamed, and read anew each time, too. */
const bind = (query: Asked, replanned?: Asked): Db => {
  const run = (config: Statement | string, values?: unknown[]) => typeof config === 'object' && config.replan && replanned
    ? replanned({ ...named(config, values), name: nameOf(config.text, replannedNames, maxReplannedNames) })
    : query(named(config, values))
  return drizzle({ client: { query: run } as never }) as unknown as Db
}

/** All that is sent on a connection in one turn of the event loop goes out in one write. */
function together<T extends pg.Client | pg.PoolClient> (client: T): T {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  if (!stream.writableCorked) {
    stream.cork()
    setImmediate(() => stream.uncork())
  }
  return client
}

/** Each question goes to the connection with the fewest before it: in a line, a quick one waits for the slow ones in front. */
class Readers {
  private readonly clients: Array<Promise<pg.Client> | undefined>
  private readonly asked: number[]
  private closed = false
  constructor (private readonly settings: pg.ClientConfig, count: number, private readonly log: Logger) {
    this.clients = Array.from({ length: count })
    this.asked = Array.from({ length: count }, () => 0)
  }

  async query (config: pg.QueryConfig): Promise<pg.QueryResult> {
    if (this.closed) throw new Error('Connection terminated: the database was closed')
    const slot = this.asked.indexOf(Math.min(...this.asked))
    this.asked[slot]!++
    try {
      const client = await (this.clients[slot] ??= this.connect(slot))
      return await together(client).query(config)
    } finally { this.asked[slot]!-- }
  }

  private async connect (slot: number): Promise<pg.Client> {
    const client = new BytesClient(this.settings)
    const forget = (error?: Error) => {
      if (error) this.log.warn({ err: error }, 'a reading connection was lost')
      this.clients[slot] = undefined
    }
    client.on('error', forget)
    client.on('end', () => forget())
    try {
      await client.connect()
      return client
    } catch (error) {
      this.clients[slot] = undefined
      throw error
    }
  }

  async close (): Promise<void> {
    this.closed = true
    await Promise.allSettled(this.clients.map(async client => (await client)?.end()))
  }
}

function transactionOn (client: pg.PoolClient & { db?: Db }): Transaction {
  const db = client.db ??= bind(config => together(client).query(config))
  const begun = together(client).query('begin')
  begun.catch(() => {})
  let over = false
  const release = (error?: Error | boolean) => { if (!over) { over = true; client.release(error) } }
  return {
    db,
    async commit (last) {
      const sent = last(db)
      const committed = together(client).query('commit')
      const results = await Promise.allSettled([begun, ...sent, committed])
      const failed = results.find(result => result.status === 'rejected')
      if (failed) throw failed.reason
      if ((await committed).command !== 'COMMIT') throw new Error('The transaction was rolled back by the database')
      release()
    },
    async rollback (reason) {
      if (over) return
      try {
        await client.query('rollback')
        release()
      } catch {
        release(reason instanceof Error ? reason : true)
      }
    }
  }
}

/** As many as have a core to read with, where the database is on the same machine; what reads in turns takes memory from each other. */
const readersByDefault = Math.min(4, Math.max(2, availableParallelism()))

export function openDatabase ({ url, poolSize, statementTimeoutMs, readers = readersByDefault, log }: DatabaseOptions): Database {
  const settings = {
    connectionString: url,
    types,
    pipeline: true,
    application_name: 'supportops',
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 5_000,
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: 60_000,
    // One request takes one core: planned for several it would be over sooner alone, and later among others.
    options: '-c timezone=UTC -c datestyle=ISO -c max_parallel_workers_per_gather=0',
    keepAlive: true
  }
  const pool = new pg.Pool({ ...settings, Client: BytesClient, max: poolSize, idleTimeoutMillis: 60_000 })
  pool.on('error', error => log.warn({ err: error }, 'an idle connection was lost'))
  pool.on('connect', client => client.on('error', error => log.warn({ err: error }, 'a connection was lost')))
  const shared = new Readers(settings, readers, log)
  const replanning = new Readers({ ...settings, options: `${settings.options} -c plan_cache_mode=force_custom_plan` }, Math.min(readers, 2), log)
  return {
    url,
    read: bind(config => shared.query(config), config => replanning.query(config)),
    begin: async () => transactionOn(await pool.connect()),
    async dedicated () {
      const client = new pg.Client({ ...settings, pipeline: false, statement_timeout: 0, query_timeout: 0 } as pg.ClientConfig)
      await client.connect()
      return client
    },
    waiting: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    async close () { await Promise.all([shared.close(), replanning.close(), pool.end()]) }
  }
}

/** Rows of SQL written by hand; values by position. */
export async function rows<T> (db: Db, text: string, values: unknown[] = [], how: Pick<Statement, 'replan'> = {}): Promise<T[]> {
  return (await db.$client.query({ text, values, ...how })).rows as T[]
}
