import type { Logger } from 'pino'
import type { Actor } from './clock/facts.js'
import type { Config } from './config.js'
import type { Database, Db, Transaction } from './db/connection.js'
import { isTransient, worded } from './db/refusals.js'
import { ApiError, forbidden, unauthenticated, whoIsCalling } from './errors.js'
import { insertEvents, type PendingEvent } from './events/event.store.js'
import type { Waker } from './events/waker.js'
import { claimKey, keepResult } from './http/idempotency.store.js'
import type { Scope } from './scopes.js'
import type { Timers } from './timers.js'

/** What the process has one of. */
export interface Services {
  /** For bulks; the app gives it. */
  perform: Perform
  config: Config
  database: Database
  log: Logger
  /** Milliseconds; tests pass their own. */
  now: () => number
  timers: Timers
  /** Wakes feeds and workers, here and in other processes. */
  waker: Waker
  /** Called after a commit that recorded events in a workspace; never needed for correctness. */
  committed: (workspaceId: string) => void
  /** Who remembers callers forgets them, because a key was revoked, rotated or changed. */
  callers: { forget: () => void, onForget: (callback: () => void) => void }
  /** Ends what the process holds, connections last. */
  close: () => Promise<void>
}

/** Does one write as if it had come alone; see src/http/performing.ts. */
export type Perform = (caller: Caller, write: {
  operation: string, params?: Record<string, string>, body?: object, ifVersion?: number, idempotencyKey?: string
}) => Promise<{ status: number, replayed: boolean, body: unknown }>

/** Who is calling: an API key, an agent's or a contact's token, or the server itself. */
export interface Caller {
  workspaceId: string
  actor: Actor
  scopes: ReadonlySet<Scope>
  /** Set for a contact's token: only that contact's own conversations exist for it. */
  contactId: string | null
  /** What limits and logs count by; no secret. */
  id: string
}

export interface Idempotency { key: string, hash: Buffer }

/** One call: who, on which connection, in which transaction. */
export interface Context {
  services: Services
  caller: Caller | null
  requestId: string
  db: Db
  transaction: { events: PendingEvent[], at: number, sent: Array<Promise<unknown>> } | null
  idempotency: Idempotency | null
  /** The version that the caller's If-Match (GraphQL: ifVersion) names. */
  ifVersion: number | null
  /** Whether the answer is one that was given before, under the same Idempotency-Key. */
  replayed: { yes: boolean }
}

export const contextOf = (services: Services, caller: Caller | null, requestId: string): Context => ({
  services, caller, requestId, db: services.database.read, transaction: null, idempotency: null, ifVersion: null,
  replayed: { yes: false }
})

/** Whoever calls from inside the server: workers and the command line. */
export const systemContext = (services: Services, workspaceId: string, scopes: readonly Scope[], requestId = 'system'): Context =>
  contextOf(services, {
    workspaceId, actor: { kind: 'system', id: null }, scopes: new Set(scopes), contactId: null, id: 'system'
  }, requestId)

function require (ctx: Context, scope: Scope): Caller {
  if (!ctx.caller) throw unauthenticated(whoIsCalling)
  if (!ctx.caller.scopes.has(scope)) throw forbidden(`This needs the scope ${scope}, which the caller does not have.`)
  return ctx.caller
}

/** Asks permission; what comes back is all that there is to query with. Contacts' tokens are refused. */
export function allow (ctx: Context, scope: Scope): Caller {
  const caller = require(ctx, scope)
  if (caller.contactId) throw forbidden('A contact\'s token reads and writes its own conversations, nothing else.')
  return caller
}

/** As `allow`, also for a contact's token: the verb narrows everything to `contactId` when there is one. */
export const allowContact = (ctx: Context, scope: Scope): Caller => require(ctx, scope)

/** The instant of the whole command, in milliseconds: one transaction is one instant. */
export const instantOf = (ctx: Context): number => ctx.transaction?.at ?? ctx.services.now()

/** The same as the API writes it. */
export const instantText = (ctx: Context): string => new Date(instantOf(ctx)).toISOString()

const attempts = 5

/**
 * Runs a verb in a transaction; its events, and its result under an Idempotency-Key, are written with the commit. A
 * transaction inside another joins it. What is transient is tried again, with nothing kept of the attempt before.
 */
export async function transact<T> (ctx: Context, verb: (ctx: Context) => Promise<T>): Promise<T> {
  if (ctx.transaction) return verb(ctx)
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(ctx, verb)
    } catch (error) {
      if (attempt < attempts && isTransient(error)) continue
      throw worded(error)
    }
  }
}

async function once<T> (ctx: Context, verb: (ctx: Context) => Promise<T>): Promise<T> {
  const transaction = await ctx.services.database.begin()
  try {
    return await inside(ctx, transaction, verb)
  } catch (error) {
    await transaction.rollback(error)
    throw error
  }
}

/** Contacts have keys of their own each: what one was answered is nothing to another who guesses its key. */
const ownKey = ({ idempotency, caller }: Context): Idempotency | null =>
  idempotency && caller?.contactId ? { ...idempotency, key: `${caller.contactId} ${idempotency.key}` } : idempotency

async function inside<T> (ctx: Context, { db, commit, rollback }: Transaction, verb: (ctx: Context) => Promise<T>): Promise<T> {
  const { caller } = ctx
  const idempotency = ownKey(ctx)
  if (idempotency && caller) {
    const earlier = await claimKey(db, caller.workspaceId, idempotency)
    if (earlier) {
      await rollback(null)
      ctx.replayed.yes = true
      return earlier.result as T
    }
  }
  const events: PendingEvent[] = []
  const sent: Array<Promise<unknown>> = []
  const result = await verb({ ...ctx, db, transaction: { events, at: ctx.services.now(), sent }, idempotency: null })
    .catch(async error => { throw await firstFailure(sent) ?? error })
  await commit(db => [
    ...sent,
    ...(events.length ? [insertEvents(db, events)] : []),
    ...(idempotency && caller ? [keepResult(db, caller.workspaceId, idempotency, result)] : [])
  ])
  for (const workspaceId of new Set(events.map(event => event.workspaceId))) ctx.services.committed(workspaceId)
  return result
}

/**
 * Writes that nobody waits for: they go out with whatever is sent next, at the latest the commit, and the transaction fails
 * with the first of them that fails. What is sent later sees them.
 */
export function sendAlong ({ transaction }: Context, writes: ReadonlyArray<Promise<unknown>>): void {
  if (!transaction) throw new Error('sendAlong outside a transaction')
  for (const write of writes) write.catch(() => {})
  transaction.sent.push(...writes)
}

/** Why a later statement found its transaction aborted. */
async function firstFailure (sent: ReadonlyArray<Promise<unknown>>): Promise<unknown> {
  return (await Promise.allSettled(sent)).find(result => result.status === 'rejected')?.reason
}

/** Reads never open a transaction; this words what the driver throws. */
export async function reading<T> (read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch (error) {
    throw worded(error)
  }
}

export function checkVersion (ctx: Context, current: number): void {
  if (ctx.ifVersion !== null && ctx.ifVersion !== current) {
    throw new ApiError('preconditionFailed',
      `The resource is at version ${current}, not ${ctx.ifVersion}. Read it again, then decide.`)
  }
}
