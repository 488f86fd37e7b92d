import { allow, reading, type Context, type Services } from '../../context.js'
import { ApiError, notFound } from '../../errors.js'
import { feedOf, type Following } from './event.feed.js'
import type { Event, EventArguments, StreamArguments } from './event.shapes.js'
import * as store from './event.store.js'

export interface EventPage {
  data: Event[]
  page: { hasMore: boolean, endCursor: string }
  cursorOf: (event: Event) => string
}

const cursorOf = (event: Event): string => String(event.sequence)

function positionOf (cursor: string): number | 'latest' {
  if (cursor === 'latest') return cursor
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw new ApiError('badRequest', 'after: is not a cursor of the feed. Use an endCursor as it is, a sequence, or latest.',
    [{ path: 'after', message: 'is not a cursor of the feed' }])
}

export async function getEvent (ctx: Context, id: string): Promise<Event> {
  const { workspaceId } = allow(ctx, 'events:read')
  const event = await reading(store.find(ctx.db, workspaceId, id))
  if (!event) throw notFound('Event')
  return event
}

const settleMs = [2, 4, 8, 16, 32]

/**
 * The horizon, after a moment's patience with transactions that are just being committed: so whoever wrote, and asks right
 * after the answer, finds it, unless a transaction takes longer than most.
 */
async function settledHorizon ({ db, services }: Context): Promise<number> {
  let { horizon, last } = await store.horizon(db)
  for (const ms of settleMs) {
    if (horizon >= last) break
    await new Promise<void>(resolve => { services.timers.after(ms, resolve) })
    horizon = (await store.horizon(db)).horizon
  }
  return horizon
}

/**
 * The feed: never an event before one that has a lower sequence and may still commit. `endCursor` always continues where
 * this page ended, also when it is empty.
 */
export async function listEvents (ctx: Context, { limit, after = '0', ...filter }: EventArguments): Promise<EventPage> {
  const { workspaceId } = allow(ctx, 'events:read')
  const position = positionOf(after)
  const horizon = await reading(settledHorizon(ctx))
  const start = position === 'latest' ? horizon : position
  const found = position === 'latest' ? [] : await reading(store.list(ctx.db, workspaceId, { after: start, upTo: horizon }, filter, limit + 1))
  const data = found.slice(0, limit)
  return { data, page: { hasMore: found.length > limit, endCursor: String(data.at(-1)?.sequence ?? start) }, cursorOf }
}

/** The same from `after` on for as long as somebody follows; whoever follows closes it. */
export async function followEvents (ctx: Context, { after, ...filter }: StreamArguments): Promise<Following> {
  const caller = allow(ctx, 'events:read')
  const position = positionOf(after)
  return reading(feedOf(ctx.services).follow(caller, position, filter))
}

/** A cursor of the feed as a number: of `latest`, the horizon. */
export async function feedPosition ({ services }: Context, cursor: string): Promise<number> {
  const position = positionOf(cursor)
  return position === 'latest' ? feedHorizon(services) : position
}

/** The last sequence up to which every transaction is over. Await it before anything that reads up to it. */
export const feedHorizon = async ({ database }: Services): Promise<number> => (await store.horizon(database.read)).horizon

/** For the server itself, which needs no permission: events of a stretch that ends at a horizon, in their order. */
export const eventsUpTo = store.list
