import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import { rows, type Database } from '../db/connection.js'
import { systemTimers, type Timers } from '../timers.js'

const channel = 'supportops_events'
/** Notifying commits queue behind one lock of the whole cluster, so a process sends at most forty a second. */
const notifyEveryMs = 25
const pollEveryMs = 1_000
/** A connection that a router forgot says nothing; asking it something finds out. */
const checkEveryMs = 30_000
const checkWithinMs = 5_000
const longestRetryMs = 5_000
/** A notification holds 8,000 bytes. */
const maxNamed = 200
const isUuid = (text: string): boolean => /^[0-9a-f-]{36}$/.test(text)

/** In which workspaces something was recorded; null: possibly in any. */
export type Woken = ReadonlySet<string> | null

/**
 * Tells this process and the others, after a commit, that there are events. A call may come for nothing and, when a
 * notification is lost, a second late: whoever is woken looks into the database, which alone knows.
 *
 * It listens and polls only while somebody wants to be woken.
 */
export class Waker {
  private readonly origin = randomUUID()
  private readonly callbacks = new Set<(woken: Woken) => void>()
  private readonly unannounced = new Set<string>()
  private cancelAnnouncing: (() => void) | null = null
  private listener: Listener | null = null
  private cancelPolling: (() => void) | null = null
  private stopped = false

  constructor (private readonly database: Database, private readonly log: Logger, private readonly timers: Timers = systemTimers) {}

  /** After a commit of this process that recorded events in the workspace. */
  committed (workspaceId: string): void {
    if (this.stopped) return
    this.wake(new Set([workspaceId]))
    this.unannounced.add(workspaceId)
    if (!this.cancelAnnouncing) this.announceNowAndThen()
  }

  /** Calls back whenever there may be new events, until what it returns is called. */
  onEvents (callback: (woken: Woken) => void): () => void {
    this.callbacks.add(callback)
    if (!this.cancelPolling && !this.stopped) {
      this.cancelPolling = this.timers.every(pollEveryMs, () => this.wake(null))
      this.listener = new Listener(this.database, this.log, this.timers, payload => this.heard(payload))
    }
    return () => {
      this.callbacks.delete(callback)
      if (!this.callbacks.size) void this.rest()
    }
  }

  /** Whether notifications of other processes arrive at the moment; without them the poll finds the events. */
  get listening (): boolean { return this.listener?.connected ?? false }

  /** Sends what was not announced yet, and ends the connection. */
  async stop (): Promise<void> {
    if (this.stopped) return
    this.stopped = true
    this.cancelAnnouncing?.()
    await Promise.all([this.announce(), this.rest()])
    this.callbacks.clear()
  }

  private async rest (): Promise<void> {
    this.cancelPolling?.()
    this.cancelPolling = null
    const { listener } = this
    this.listener = null
    await listener?.stop()
  }

  private announceNowAndThen (): void {
    this.cancelAnnouncing = null
    if (!this.unannounced.size || this.stopped) return
    void this.announce()
    this.cancelAnnouncing = this.timers.after(notifyEveryMs, () => this.announceNowAndThen())
  }

  private async announce (): Promise<void> {
    if (!this.unannounced.size) return
    const named = this.unannounced.size > maxNamed ? '*' : [...this.unannounced].join(',')
    this.unannounced.clear()
    try {
      await rows(this.database.read, 'select pg_notify($1, $2)', [channel, `${this.origin} ${named}`])
    } catch (error) {
      this.log.warn({ err: error }, 'other processes were not told of new events; they will find them by polling')
    }
  }

  private heard (payload: string | null): void {
    const [origin, named = '*'] = payload?.split(' ') ?? []
    if (origin === this.origin) return
    const ids = named.split(',')
    this.wake(ids.every(isUuid) ? new Set(ids) : null)
  }

  private wake (woken: Woken): void {
    for (const callback of this.callbacks) {
      try { callback(woken) } catch (error) { this.log.error({ err: error }, 'waking failed') }
    }
  }
}

/** One connection that listens, and is made again whenever it is lost. */
class Listener {
  private client: pg.Client | null = null
  private cancel: () => void = () => {}
  private stopped = false
  private attempts = 0
  private connecting: Promise<void>
  connected = false

  /** `heard` gets each payload, and null after a connection was made: something may have been missed. */
  constructor (
    private readonly database: Database,
    private readonly log: Logger,
    private readonly timers: Timers,
    private readonly heard: (payload: string | null) => void
  ) {
    this.connecting = this.connect()
  }

  async stop (): Promise<void> {
    this.stopped = true
    this.cancel()
    await this.connecting
    this.cancel()
    await this.client?.end().catch(() => {})
  }

  private async connect (): Promise<void> {
    let client: pg.Client | undefined
    try {
      client = await this.database.dedicated()
      client.on('error', error => this.lost(client!, error))
      client.on('end', () => this.lost(client!))
      client.on('notification', ({ payload }) => this.heard(payload ?? null))
      this.client = client
      await client.query(`listen ${channel}`)
      this.attempts = 0
      this.connected = true
      this.cancel = this.timers.every(checkEveryMs, () => this.check(client!))
      this.heard(null)
    } catch (error) {
      if (client) this.lost(client, error)
      else this.retry(error)
    }
  }

  private lost (client: pg.Client, error?: unknown): void {
    if (this.client !== client) return
    this.client = null
    this.connected = false
    this.cancel()
    client.end().catch(() => {})
    this.retry(error)
  }

  private retry (error: unknown): void {
    if (this.stopped) return
    const wait = Math.min(100 * 2 ** this.attempts++, longestRetryMs)
    this.log.warn({ err: error, againInMs: wait }, 'the connection that listens for events was lost')
    this.cancel = this.timers.after(wait, () => { this.connecting = this.connect() })
  }

  private check (client: pg.Client): void {
    const cancel = this.timers.after(checkWithinMs, () => {
      (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy()
      this.lost(client, new Error('it did not answer'))
    })
    client.query('select 1').then(cancel, cancel)
  }
}
