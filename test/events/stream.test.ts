import { parse, subscribe, type ExecutionResult } from 'graphql'
import t from 'tap'
import { makeApp } from '../../src/app.js'
import { contextOf, type Caller } from '../../src/context.js'
import { rows } from '../../src/db/connection.js'
import { typesSdl } from '../../src/graphql/face.js'
import { makeSchema } from '../../src/graphql/schema.js'
import { feedOf, maxFollowersOfCaller, type Following } from '../../src/resources/events/event.feed.js'
import type { Event } from '../../src/resources/events/event.shapes.js'
import { heartbeatMs, recheckMs } from '../../src/resources/events/event.stream.js'
import { modules } from '../../src/resources/index.js'
import { scopes } from '../../src/scopes.js'
import { makeServices } from '../../src/services.js'
import { startApp, type TestApp, type Workspace } from '../support/app.js'
import { ownDatabase } from '../support/database.js'
import { commitEvents, writeEvent } from '../support/events.js'
import { openStream } from '../support/stream.js'
import { manualTimers } from '../support/timers.js'

const url = await ownDatabase(t)
const timers = manualTimers()
const here = await startApp(t, {}, { url, timers })
const address = await here.app.listen({ port: 0, host: '127.0.0.1' })
const { services, workspace } = here

const stream = (w: Workspace, query = '', headers = {}) => openStream(`${address}/v1/events/stream${query}`, w.token!, headers)
const callerOf = (w: Workspace, id = w.keyId): Caller => ({
  workspaceId: w.workspaceId, actor: { kind: 'machine', id }, scopes: new Set(scopes), contactId: null, id
})

async function take (source: { event: () => Promise<any> }, count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) ids.push((await source.event())?.id)
  return ids
}

const idsOf = async (following: Following): Promise<string[]> => ((await following.next()).value as Event[]).map(({ id }) => id)

t.test('a stream starts now, and continues from Last-Event-ID, which goes before after', async t => {
  const w = await workspace()
  const before = await commitEvents(services, w.workspaceId, 2)
  const first = await stream(w)
  t.match([first.status, first.headers['content-type'], first.headers['cache-control']], [200, 'text/event-stream; charset=utf-8', 'no-store'])
  const opening = await first.block()
  t.equal(opening?.retry, '2000')
  const { body: tag } = await w.post('/v1/tags', { name: 'refund' })
  const event = await first.event()
  t.match(event, { type: 'tag.created', resource: tag })
  t.same(event, (await w.get(`/v1/events/${event.id}`)).body)
  first.close()

  const missed = await commitEvents(services, w.workspaceId, 3)
  const again = await stream(w, '?after=latest', { 'last-event-id': String(event.sequence) })
  t.equal((await again.block())?.id, String(event.sequence))
  const live = commitEvents(services, w.workspaceId, 2)
  t.same(await take(again, 5), [...missed, ...await live])
  again.close()

  const idle = await stream(w, '', { 'last-event-id': opening!.id! })
  t.same(await take(idle, 6), [event.id, ...missed, ...await live], 'whoever was told only where it stood misses nothing either')
  idle.close()
  const all = await stream(w, '?after=0')
  t.same(await take(all, 8), [...before, event.id, ...missed, ...await live])
  all.close()
})

t.test('a stream has only what was asked for, and says in words what it cannot give', async t => {
  const w = await workspace()
  const cats = await stream(w, '?type=cat.fed,cat.lost&after=0')
  const [fed] = await commitEvents(services, w.workspaceId, 1, 'cat.fed')
  await commitEvents(services, w.workspaceId, 1, 'dog.fed')
  await commitEvents(services, (await workspace()).workspaceId, 1, 'cat.fed')
  const [lost] = await commitEvents(services, w.workspaceId, 1, 'cat.lost')
  t.same(await take(cats, 2), [fed, lost])
  cats.close()
  t.match((await stream(w, '?after=soon')).body, { code: 'badRequest', status: 400 })
  t.match((await stream(w, '', { 'last-event-id': 'x' })).body, { code: 'badRequest', status: 400 })
  t.equal((await here.app.inject({ method: 'HEAD', url: '/v1/events/stream', headers: { authorization: `Bearer ${w.token}` } })).statusCode, 422, 'as for any word that is no id')
})

t.test('a late commit is waited for, then both come in order', async t => {
  const w = await workspace()
  const source = await stream(w)
  const early = await services.database.begin()
  const first = await writeEvent(early.db, w.workspaceId)
  const [second] = await commitEvents(services, w.workspaceId, 1)
  const following = await feedOf(services).follow(callerOf(w, 'other'), 'latest', {})
  following.nudge()
  t.same((await following.next()).value, [], 'nothing is shown yet')
  await early.commit(() => [])
  t.same(await take(source, 2), [first, second], 'without anybody saying that the first was committed')
  source.close()
  following.close()
})

t.test('an idle stream shows every fifteen seconds that it lives, and where it stands', async t => {
  const w = await workspace()
  const source = await stream(w, '?type=cat.fed')
  await source.block()
  const ids = await commitEvents(services, w.workspaceId, 1, 'dog.fed')
  const other = await stream(w, '?after=0')
  const { sequence } = await other.event()
  timers.tick(heartbeatMs)
  t.same(await source.block(), { '': 'still here', id: String(sequence) })
  const resumed = await stream(w, '', { 'last-event-id': String(sequence) })
  const [next] = await commitEvents(services, w.workspaceId, 1, 'dog.fed')
  t.not(next, ids[0])
  t.same(await take(resumed, 1), [next])
  for (const each of [source, other, resumed]) each.close()
})

t.test('a key that is revoked ends its streams within a minute, and no other\'s', async t => {
  const w = await workspace()
  const theirs = await workspace()
  const [source, other] = [await stream(w), await stream(theirs)]
  await rows(services.database.read, 'update api_keys set revoked_at = now() where id = $1', [w.keyId])
  here.app.authentication.forget()
  timers.tick(recheckMs)
  t.equal(await source.event(), null)
  const [id] = await commitEvents(services, theirs.workspaceId, 1)
  t.same(await take(other, 1), [id])
  other.close()
})

t.test(`a caller has ${maxFollowersOfCaller} streams at most; one that is closed makes room`, async t => {
  const w = await workspace()
  const open = await Promise.all(Array.from({ length: maxFollowersOfCaller }, () => stream(w)))
  const refused = await stream(w)
  t.match([refused.status, refused.body.code, refused.headers['retry-after']], [429, 'rateLimited', '5'])
  open[0]!.close()
  let room = await stream(w)
  while (room.status === 429) room = await stream(w)
  t.equal(room.status, 200)
  const stranger = await stream(await workspace())
  t.equal(stranger.status, 200)
  for (const each of [...open, room, stranger]) each.close()
})

t.test('who is slow holds nobody up, and reads for itself what the others have long seen', async t => {
  const w = await workspace()
  const feed = feedOf(services)
  const [slow, quick] = [await feed.follow(callerOf(w, 'slow'), 'latest', {}), await feed.follow(callerOf(w, 'quick'), 'latest', {})]
  const written: string[] = []
  const seen: string[] = []
  for (let round = 0; round < 10; round++) {
    written.push(...await commitEvents(services, w.workspaceId, 75))
    while (seen.length < written.length) seen.push(...await idsOf(quick))
  }
  t.same(seen, written)
  const late: string[] = []
  while (late.length < written.length) late.push(...await idsOf(slow))
  t.same(late, written)
  slow.close()
  quick.close()
  t.same(await slow.next(), { done: true, value: undefined })
})

t.test('all who follow a workspace share one reader', async t => {
  const w = await workspace()
  const feed = feedOf(services)
  const followers = await Promise.all(Array.from({ length: 50 }, (_, n) => feed.follow(callerOf(w, `c${n}`), 'latest', {})))
  const waiting = followers.map(follower => follower.next())
  const read = services.database.read.$client
  const { query } = read
  const asked: string[] = []
  read.query = (config, values) => {
    asked.push(typeof config === 'string' ? config : config.text)
    return query.call(read, config, values)
  }
  t.teardown(() => { read.query = query })
  const [id] = await commitEvents(services, w.workspaceId, 1)
  for (const batch of await Promise.all(waiting)) t.match(batch, { done: false, value: [{ id }] })
  t.ok(asked.filter(text => text.includes('from events')).length <= 2, `${asked.length} statements`)
  for (const follower of followers) follower.close()
})

t.test('a subscription follows the same feed', async t => {
  const w = await workspace()
  const schema = makeSchema(modules, typesSdl())
  const ctx = contextOf(services, callerOf(w), 'r')
  const listen = async (source: string) => await subscribe({
    schema, document: parse(source), contextValue: { ctx, loaders: new Map(), requestId: 'r' }
  }) as AsyncGenerator<ExecutionResult<any>>
  const before = await commitEvents(services, w.workspaceId, 1, 'cat.fed')
  const cats = await listen('subscription { events(types: ["cat.fed"]) { id type subject { id } } }')
  const all = await listen('subscription { events(after: "0") { id sequence } }')
  await commitEvents(services, w.workspaceId, 1, 'dog.fed')
  const [fed] = await commitEvents(services, w.workspaceId, 1, 'cat.fed')
  const { value } = await cats.next()
  t.match(value.data.events, { id: fed, type: 'cat.fed' })
  t.equal((await all.next()).value.data.events.id, before[0])
  const waiting = cats.next()
  await cats.return(undefined)
  t.equal((await waiting).done, true)
  await all.return(undefined)
  const refused = await subscribe({
    schema, document: parse('subscription { events { id } }'),
    contextValue: { ctx: { ...ctx, caller: { ...ctx.caller!, scopes: new Set() } }, loaders: new Map(), requestId: 'r' }
  }) as ExecutionResult
  t.match(refused.errors?.[0]?.originalError, { code: 'forbidden' })
})

/** Resolves when the process listens for what others say. */
async function listening ({ services }: TestApp): Promise<void> {
  while (!services.waker.listening) await rows(services.database.read, 'select 1')
}

t.test('what one process commits reaches the streams of another, without a poll', async t => {
  const there = await startApp(t, {}, { url, timers: manualTimers() })
  const w = await there.workspace()
  const source = await stream(w)
  await listening(here)
  for (let round = 0; round < 5; round++) {
    const { body: tag } = await w.post('/v1/tags', { name: `t${round}` })
    t.equal((await source.event()).subject.id, tag.id)
  }
  source.close()
})

t.test('a listening connection that is lost is made again, and nothing was missed meanwhile', async t => {
  const there = await startApp(t, {}, { url, timers: manualTimers() })
  const w = await there.workspace()
  const source = await stream(w)
  await listening(here)
  const ended = await rows<{ ended: boolean }>(there.services.database.read,
    'select pg_terminate_backend(pid) as ended from pg_stat_activity where datname = current_database() and query = \'listen supportops_events\'')
  t.same(ended, [{ ended: true }])
  while (services.waker.listening) await rows(services.database.read, 'select 1')
  const { body: meanwhile } = await w.post('/v1/tags', { name: 'meanwhile' })
  t.equal((await source.event()).subject.id, meanwhile.id)
  await listening(here)
  const { body: after } = await w.post('/v1/tags', { name: 'after' })
  t.equal((await source.event()).subject.id, after.id)
  source.close()
})

t.test('without any notification the poll finds the events', async t => {
  const w = await workspace()
  const source = await stream(w)
  await source.block()
  const { db, commit } = await services.database.begin()
  const id = await writeEvent(db, w.workspaceId)
  await commit(() => [])
  timers.tick(1_000)
  t.same(await take(source, 1), [id])
  source.close()
})

t.test('a server that stops ends its streams, and begins none', async t => {
  const w = await workspace()
  const own = makeServices(services.config, url, services.now, { timers: manualTimers() })
  const app = await makeApp(own)
  const there = await app.listen({ port: 0, host: '127.0.0.1' })
  const source = await openStream(`${there}/v1/events/stream`, w.token!)
  await source.block()
  await app.close()
  t.equal(await source.event(), null)
  await t.rejects(feedOf(own).follow(callerOf(w), 'latest', {}), { code: 'unavailable' })
  await own.close()
  t.same(own.database.waiting(), { total: 0, idle: 0, waiting: 0 })
})
