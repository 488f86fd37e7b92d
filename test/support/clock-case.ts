import type { Test } from 'tap'
import { startApp, type TestApp, type Workspace } from './app.js'
import { ownDatabase } from './database.js'

/* Cases of clocks through the API: a workspace, promises made in the past, and a history that is written in. */

const monday = Date.parse('2026-03-02T00:00:00.000Z')
const dayMs = 86_400_000

/** `09:30` on Monday 2026-03-02, in UTC; `+1 09:30` on the day after, `-3 09:30` three days before. */
export function at (time: string): string {
  const [, days, clock] = /^(?:([+-]\d+) )?(\d\d:\d\d.*)$/.exec(time)!
  const [hour, minute, second = '0'] = clock!.split(':') as [string, string, string?]
  return new Date(monday + Number(days ?? 0) * dayMs + (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1000).toISOString()
}

/** The inverse of `at`, without what is zero. */
export function said (instant: string | null): string | null {
  if (instant === null) return null
  const days = Math.floor((Date.parse(instant) - monday) / dayMs)
  const clock = instant.slice(11, 23).replace(/(:00)?\.000$/, '')
  return days === 0 ? clock : `${days > 0 ? '+' : ''}${days} ${clock}`
}

const minutes = (length: string): number => [...length.matchAll(/(\d+)(h|m|s)/g)]
  .reduce((sum, [, count, unit]) => sum + Number(count) * ({ h: 3600, m: 60, s: 1 }[unit!] ?? 0), 0)

/** `2h30m` for every priority, or a length for each. */
export const lasting = (length: string | Record<string, string>): Record<string, number> => typeof length === 'string'
  ? lasting({ low: length, normal: length, high: length, urgent: length })
  : Object.fromEntries(Object.entries(length).map(([priority, each]) => [priority, minutes(each)]))

/** A promise of time; business time where it names a calendar. */
export const target = (kind: string, length: string | Record<string, string>, { calendar, ...more }: { calendar?: string } & Record<string, unknown> = {}): object =>
  ({ kind, seconds: lasting(length), ...(calendar && { basis: 'business', calendarId: calendar }), ...more })

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
const open = (text: string): object[] => text.split(' ').map(interval => ({ from: interval.split('-')[0], to: interval.split('-')[1] }))
/** `09:00-12:00 13:00-17:00` on the first five or all days of a week. */
export const weekly = (text: string, count = 5): object => Object.fromEntries(days.slice(0, count).map(day => [day, open(text)]))

export type Desk = Awaited<ReturnType<typeof openDesk>>
export type Talk = ReturnType<typeof talkOf>
type Send = (path: string, body: object) => Promise<any>

/** Sends, and throws what is refused. */
const sender = (w: Workspace): Send => async (path, body) => {
  const { status, body: answer } = await w.post(path, body)
  if (status >= 300) throw new Error(`${path} answered ${status}: ${JSON.stringify(answer)}`)
  return answer
}

async function openDesk (app: TestApp, w: Workspace) {
  const send = sender(w)
  const [ann, channel, contact] = await Promise.all([
    send('/v1/agents', { name: 'Ann', email: 'ann@team.example', externalId: 'ann' }),
    send('/v1/channels', { name: 'Chat', kind: 'chat' }),
    send('/v1/contacts', { name: 'Ada', externalId: 'crm-1' })
  ])
  let names = 0
  const desk = {
    w, send, ann, channel, contact, app,
    now (time: string) { app.clock.now = Date.parse(at(time)) },
    tag: async (name: string): Promise<string> => (await send('/v1/tags', { name })).id,
    /** Monday to Friday, in UTC, unless `more` says otherwise; in force for ever. */
    calendar: async (hours: string, more: object = {}): Promise<string> => (await send('/v1/calendars', {
      name: `Calendar ${++names}`, timeZone: 'UTC', weekly: weekly(hours), effectiveFrom: at('-60 00:00'), ...more
    })).id,
    /** A standard for everything, or for what `more.condition` says, published a day before. */
    async promise (targets: object[], { from = '-1 00:00', ...more }: { from?: string } & Record<string, unknown> = {}): Promise<any> {
      const { id } = await send('/v1/standards', { name: `Standard ${++names}`, default: !('condition' in more), targets, ...more })
      return send(`/v1/standards/${id}/publish`, { occurredAt: at(from) })
    },
    /** Another version of a standard. */
    async change (id: string, changes: object, publication: { from: string, apply?: string }): Promise<any> {
      const { from, ...how } = publication
      await w.patch(`/v1/standards/${id}`, changes)
      return send(`/v1/standards/${id}/publish`, { occurredAt: at(from), ...how })
    },
    /** A conversation without a message. */
    async started (time: string, more: object = {}): Promise<Talk> {
      const actor = { kind: 'customer', id: contact.id }
      const { id } = await send('/v1/conversations', { channelId: channel.id, contactId: contact.id, occurredAt: at(time), actor, ...more })
      return talkOf(desk, id)
    },
    /** A conversation that begins with the customer's message. */
    async asked (time: string, more: object = {}): Promise<Talk> {
      const talk = await desk.started(time, more)
      await talk.says(time)
      return talk
    }
  }
  return desk
}

async function everyEvent (w: Workspace, conversationId: string): Promise<any[]> {
  const found: any[] = []
  for (let after = '', hasMore = true; hasMore;) {
    const { body: { data, page } } = await w.get(`/v1/events?conversationId=${conversationId}&limit=100${after}`)
    found.push(...data)
    hasMore = page.hasMore
    after = `&after=${page.endCursor}`
  }
  return found
}

function talkOf ({ send, w, ann, contact }: { send: Send, w: Workspace, ann: { id: string }, contact: { id: string } }, id: string) {
  const agent = { kind: 'agent', id: ann.id }
  const verb = (name: string) => async (time: string, body: object = {}): Promise<any> =>
    send(`/v1/conversations/${id}/${name}`, { occurredAt: at(time), actor: agent, ...body })
  const [reply, status, priority, assign, tag, untag] = ['reply', 'status', 'priority', 'assign', 'tag', 'untag'].map(verb) as [
    ReturnType<typeof verb>, ReturnType<typeof verb>, ReturnType<typeof verb>, ReturnType<typeof verb>, ReturnType<typeof verb>, ReturnType<typeof verb>]
  const read = async (asOf?: string): Promise<any[]> => (await w.get(`/v1/conversations/${id}/clocks${asOf ? `?asOf=${at(asOf)}` : ''}`)).body.data
  return {
    id, assign,
    says: (time: string, more: object = {}) => reply(time, { text: 'Where is it?', actor: { kind: 'customer', id: contact.id }, ...more }),
    reply: (time: string, more: object = {}) => reply(time, { text: 'On its way.', ...more }),
    note: (time: string) => verb('note')(time, { text: 'For us.' }),
    status: (time: string, to: string) => status(time, { status: to }),
    priority: (time: string, to: string) => priority(time, { priority: to }),
    tag: (time: string, tagId: string) => tag(time, { tagIds: [tagId] }),
    untag: (time: string, tagId: string) => untag(time, { tagIds: [tagId] }),
    snooze: (time: string, until: string) => verb('snooze')(time, { until: at(until) }),
    verb: (name: string, time: string, body: object = {}) => verb(name)(time, body),
    clocks: read,
    async clock (asOf?: string): Promise<any> {
      const clocks = await read(asOf)
      if (clocks.length !== 1) throw new Error(`There are ${clocks.length} clocks`)
      return clocks[0]
    },
    shown: async (): Promise<any> => (await w.get(`/v1/conversations/${id}`)).body,
    /** What was recorded of its clocks and not taken back: `breached 10:00`, by instant and type. */
    async told (): Promise<string[]> {
      const events = (await everyEvent(w, id)).filter(({ type }) => type.startsWith('clock.'))
      const undone = new Set(events.map(({ corrects }) => corrects))
      return events.filter(event => event.type !== 'clock.corrected' && !undone.has(event.id))
        .map(event => `${event.occurredAt} ${event.type.slice('clock.'.length)} ${said(event.occurredAt)}`)
        .toSorted().map(text => text.slice(text.indexOf(' ') + 1))
    },
    /** The segments of its only clock: `09:00–12:00 running counting 10800`. */
    async segments (): Promise<string[]> {
      const [clock] = await read()
      const { body } = await w.get(`/v1/clocks/${clock.id}/explanation`)
      return body.segments.map((each: any) => `${said(each.from)}–${said(each.to)} ${each.state} ${each.exception ?? each.reason} ${each.countedSeconds}`)
    }
  }
}

/**
 * Makes a `test` whose every case has a workspace of its own, on a database of this file's own, since what a worker does
 * it does in all workspaces. The server's time is the one that the case begins with, until the case moves it.
 */
export async function clockCases (t: Test): Promise<(name: string, now: string, test: (t: Test, desk: Desk) => Promise<void>) => void> {
  const app = await startApp(t, {}, { url: await ownDatabase(t) })
  return (name, now, test) => {
    void t.test(name, async t => {
      app.clock.now = Date.parse(at(now))
      await test(t, await openDesk(app, await app.workspace()))
    })
  }
}
