import pg from 'pg'
import { readPassword, superuser } from './cluster.js'
import type { Place } from './cluster.js'
import { findPostmaster, stopPostmaster } from './postmaster.js'
import type { Postmaster } from './postmaster.js'

/**
 * Who uses the server is kept by the server itself: each user holds one session with a shared advisory lock, which ends
 * with its process however that dies. Whoever leaves lets go of the shared lock and then tries for the exclusive one:
 * only the last to leave gets it, and stops the server while nobody can enter.
 */
const lockKey = 0x53757070

/** The published types lack these two. */
export type Session = pg.Client & { ref (): void, unref (): void }

/** Opens a superuser's session; null while the server is starting or stopping, or is gone. */
export async function openSession (place: Place, server: Postmaster, name: string): Promise<Session | null> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: server.port,
    user: superuser,
    password: readPassword(place),
    database: 'postgres',
    ssl: false,
    application_name: name,
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000
  }) as Session
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    if (!isPassing(error)) throw error
    await client.end().catch(() => {})
    return null
  }
}

/** Enters as a user; null when the server is not there for us (any more). */
export async function enter (place: Place, server: Postmaster, name: string): Promise<Session | null> {
  const client = await openSession(place, server, name)
  if (!client) return null
  try {
    const entered = await client.query('select pg_try_advisory_lock_shared($1) as done', [lockKey])
    // The server lets go of the leaver's lock a moment before it ends our session, but says first that it is stopping.
    const now = findPostmaster(place)
    if (entered.rows[0].done && now?.pid === server.pid && now.isReady) return client
  } catch (error) {
    if (!isPassing(error)) throw error
  }
  await client.end().catch(() => {})
  return null
}

/** Resolves when the server has ended, if we were the last, or is left to the others; also when it is gone already. */
export async function leave (place: Place, server: Postmaster, client: Session): Promise<void> {
  client.ref()
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [lockKey])
    await stopIfUnused(place, server, client)
  } catch (error) {
    if (!isPassing(error) || findPostmaster(place)?.pid === server.pid) throw error
  }
}

/** Resolves to true when nobody used the server, and it has ended; to false when others use it. */
export async function stopIfUnused (place: Place, server: Postmaster, client: pg.Client): Promise<boolean> {
  const tried = await client.query('select pg_try_advisory_lock($1) as last', [lockKey])
  const isLast = tried.rows[0].last === true
  if (isLast) await stopPostmaster(place, server.pid)
  await client.end().catch(() => {})
  return isLast
}

/** Lost or refused for now: no connection, a server that starts, stops or recovers (57P…), or is full (53300). */
function isPassing (error: unknown): boolean {
  const code = (error as { code?: string }).code ?? ''
  return !/^[0-9A-Z]{5}$/.test(code) || code.startsWith('57P') || code === '53300'
}
