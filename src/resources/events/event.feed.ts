import type { Caller, Services } from '../../context.js'
import { worded } from '../../db/refusals.js'
import { ApiError } from '../../errors.js'
import type { Woken } from '../../events/waker.js'
import type { Event } from './event.shapes.js'
import * as store from './event.store.js'
import type { EventFilter } from './event.store.js'

export const maxFollowers = 1_000
export const maxFollowersOfCaller = 20
/** Events that a workspace's followers share in memory; who is further behind reads for itself. */
const maxShared = 256
const maxRead = 100
const maxWorkspacesAtOnce = 100
/** However many commits there are, the database is asked no more often. */
const lookEveryMs = 10
const firstStallMs = 5
const longestStallMs = 200

const matches = (event: Event, { types, subjectId, conversationId }: EventFilter): boolean =>
  (!types || types.includes(event.type)) && (!subjectId || event.subject.id === subjectId) &&
  (!conversationId || event.conversationId === conversationId)

/** The end of one workspace's feed: its events with `from < sequence <= to`, shared by everybody who follows it. */
class Tail {
  readonly followers = new Set<Following>()
  events: Event[] = []
  from: number
  /** Whether somebody said that there may be more. */
  woken = true
  /** The number that was given out last at that time; null when all up to it was read. */
  wanted: number | null = null

  constructor (readonly workspaceId: string, public to: number) { this.from = to }

  /** Takes what was read up to `to`, lets go of what every follower has, and wakes them. */
  advance (events: Event[], to: number): void {
    this.events.push(...events)
    this.to = to
    for (const follower of this.followers) follower.wake()
  }

  trim (): void {
    let slowest = Infinity
    for (const follower of this.followers) slowest = Math.min(slowest, follower.position)
    let gone = Math.max(0, this.events.length - maxShared)
    while (gone < this.events.length && this.events[gone]!.sequence <= slowest) gone++
    if (!gone) return
    this.from = this.events[gone - 1]!.sequence
    this.events.splice(0, gone)
  }
}

/**
 * One who follows: `next` gives the events behind `position`, as many as there are, and waits when there are none. Nothing
 * is kept for a follower that is slow; it reads from the database what the others have long seen.
 */
export class Following implements AsyncIterableIterator<Event[]> {
  private over = false
  private nudged = false
  private resume: (() => void) | null = null

  constructor (
    private readonly services: Services,
    private readonly tail: Tail,
    private readonly filter: EventFilter,
    /** Everything up to this sequence was given already. */
    public position: number,
    private readonly left: (following: Following) => void
  ) {}

  async next (): Promise<IteratorResult<Event[]>> {
    while (!this.over) {
      const events = await this.readOrClose()
      if (this.over) break
      if (events.length || this.nudged) {
        this.nudged = false
        return { done: false, value: events }
      }
      if (this.position >= this.tail.to) await new Promise<void>(resolve => { this.resume = resolve })
    }
    return { done: true, value: undefined }
  }

  /** Makes `next` answer, with no events if there are none. */
  nudge (): void {
    this.nudged = true
    this.wake()
  }

  wake (): void {
    this.resume?.()
    this.resume = null
  }

  /** Ends it, also from outside: a waiting `next` says that it is done. */
  close (): void {
    if (this.over) return
    this.over = true
    this.left(this)
    this.wake()
  }

  async return (): Promise<IteratorResult<Event[]>> {
    this.close()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator] (): this { return this }

  private async readOrClose (): Promise<Event[]> {
    try {
      return await this.read()
    } catch (error) {
      this.close()
      throw worded(error)
    }
  }

  private async read (): Promise<Event[]> {
    const { tail, position, filter } = this
    if (position >= tail.to) return []
    if (position >= tail.from) {
      this.position = tail.to
      return tail.events.filter(event => event.sequence > position && matches(event, filter))
    }
    const { to } = tail
    const events = await store.list(this.services.database.read, tail.workspaceId, { after: position, upTo: to }, filter, maxRead)
    this.position = events.length < maxRead ? to : events.at(-1)!.sequence
    return events
  }
}

/** All that follow events in this process. They share one reader: one horizon and one statement each time it is woken. */
export class Feed {
  private readonly tails = new Map<string, Tail>()
  private readonly followersOf = new Map<string, number>()
  private count = 0
  private stopWaking: (() => void) | null = null
  private cancelStall = (): void => {}
  private stallMs = firstStallMs
  private looking = false
  private lookAgain = false
  private closed = false

  constructor (private readonly services: Services) {}

  /** Follows a workspace's events from behind a sequence on, or from now on. */
  async follow (caller: Caller, after: number | 'latest', filter: EventFilter): Promise<Following> {
    this.admit(caller.id)
    try {
      const { horizon } = await store.horizon(this.services.database.read)
      if (this.closed) throw closing()
      const tail = this.tailOf(caller.workspaceId, horizon)
      const following = new Following(this.services, tail, filter, after === 'latest' ? horizon : after, following => {
        this.leave(caller.id)
        tail.followers.delete(following)
        if (!tail.followers.size) this.tails.delete(tail.workspaceId)
        this.restWhenAlone()
      })
      tail.followers.add(following)
      return following
    } catch (error) {
      this.leave(caller.id)
      this.restWhenAlone()
      throw error
    }
  }

  /** Ends everybody's following, for a server that stops. */
  close (): void {
    this.closed = true
    for (const tail of this.tails.values()) for (const follower of tail.followers) follower.close()
  }

  private admit (callerId: string): void {
    if (this.closed) throw closing()
    const mine = this.followersOf.get(callerId) ?? 0
    if (mine >= maxFollowersOfCaller) {
      throw new ApiError('rateLimited', `This caller follows the feed ${maxFollowersOfCaller} times already. Close a stream first.`, undefined, 5)
    }
    if (this.count >= maxFollowers) {
      throw new ApiError('unavailable', `This server serves ${maxFollowers} streams, its most. Try again shortly.`, undefined, 5)
    }
    this.followersOf.set(callerId, mine + 1)
    this.count++
  }

  private leave (callerId: string): void {
    this.count--
    const mine = this.followersOf.get(callerId)! - 1
    if (mine) this.followersOf.set(callerId, mine)
    else this.followersOf.delete(callerId)
  }

  private tailOf (workspaceId: string, horizon: number): Tail {
    this.stopWaking ??= this.services.waker.onEvents(woken => this.wake(woken))
    let tail = this.tails.get(workspaceId)
    if (!tail) {
      this.tails.set(workspaceId, tail = new Tail(workspaceId, horizon))
      void this.look()
    }
    return tail
  }

  private restWhenAlone (): void {
    if (this.tails.size) return
    this.stopWaking?.()
    this.stopWaking = null
    this.cancelStall()
  }

  private wake (woken: Woken): void {
    const tails = woken ? [...woken].map(id => this.tails.get(id)) : this.tails.values()
    let any = false
    for (const tail of tails) if (tail) any = tail.woken = true
    if (any) void this.look()
  }

  private async look (): Promise<void> {
    this.lookAgain = true
    if (this.looking) return
    this.looking = true
    while (this.lookAgain) {
      this.lookAgain = false
      try {
        const more = await this.read()
        if (!more) await new Promise<void>(resolve => { this.services.timers.after(lookEveryMs, resolve) })
      } catch (error) {
        this.services.log.warn({ err: error }, 'the feed could not be read; it is tried again within a second')
      }
    }
    this.looking = false
  }

  /** Reads what there is for everybody; says whether a page was full. */
  private async read (): Promise<boolean> {
    this.cancelStall()
    if (!this.tails.size) return false
    const { horizon, last } = await store.horizon(this.services.database.read)
    for (const tail of this.tails.values()) {
      if (tail.woken) tail.wanted = tail.to < last ? last : null
      tail.woken = false
    }
    const behind = [...this.tails.values()].filter(tail => tail.wanted !== null && tail.to < horizon)
    for (let at = 0; at < behind.length; at += maxWorkspacesAtOnce) {
      await this.readBehind(behind.slice(at, at + maxWorkspacesAtOnce), horizon)
    }
    return this.comeBack(horizon, behind.length > 0)
  }

  private async readBehind (tails: Tail[], horizon: number): Promise<void> {
    const events = await store.listBehind(this.services.database.read,
      new Map(tails.map(tail => [tail.workspaceId, tail.to])), horizon, maxRead)
    for (const tail of tails) {
      const found = events.get(tail.workspaceId)!
      tail.trim()
      tail.advance(found, found.length < maxRead ? horizon : found.at(-1)!.sequence)
      if (tail.to >= tail.wanted!) tail.wanted = null
    }
  }

  /** At once where a page was full; after a moment where a transaction that is not over yet is in the way. */
  private comeBack (horizon: number, moved: boolean): boolean {
    const waiting = [...this.tails.values()].filter(tail => tail.wanted !== null)
    const more = waiting.some(tail => tail.to < horizon)
    if (more) this.lookAgain = true
    else if (waiting.length) {
      this.stallMs = moved ? firstStallMs : Math.min(this.stallMs * 2, longestStallMs)
      this.cancelStall = this.services.timers.after(this.stallMs, () => void this.look())
    }
    return more
  }
}

const closing = (): ApiError => new ApiError('unavailable', 'This server is stopping. Connect again.', undefined, 1)

const feeds = new WeakMap<Services, Feed>()

/** The process's feed. */
export function feedOf (services: Services): Feed {
  let feed = feeds.get(services)
  if (!feed) feeds.set(services, feed = new Feed(services))
  return feed
}
