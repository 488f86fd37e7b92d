import t from 'tap'
import { v7 } from 'uuid'
import { contextOf } from '../../src/context.js'
import { rows } from '../../src/db/connection.js'
import { getEvent, listEvents } from '../../src/resources/events/event.service.js'
import { scopes } from '../../src/scopes.js'
import { startApp, type Workspace } from '../support/app.js'
import { ownDatabase } from '../support/database.js'
import { commitEvents, savepoint, writeEvent } from '../support/events.js'

const { workspace, services } = await startApp(t, { DATABASE_POOL_SIZE: '30' }, { url: await ownDatabase(t) })
const begin = () => services.database.begin()
const ids = (events: Array<{ id: string }>) => events.map(({ id }) => id)
const feed = async (w: Workspace, query = '') => (await w.get(`/v1/events${query}`)).body

t.test('a change is one event, the same by REST and by GraphQL', async t => {
  const w = await workspace()
  const { body: tag } = await w.post('/v1/tags', { name: 'refund' })
  const { body: changed, headers } = await w.patch(`/v1/tags/${tag.id}`, { color: '#d94f4f' })
  const { data: [created, updated], page } = await feed(w)
  t.match(created, {
    type: 'tag.created', occurredAt: '2026-03-02T10:00:00.000Z', recordedAt: '2026-03-02T10:00:00.000Z',
    actor: { kind: 'machine', id: w.keyId }, subject: { type: 'tag', id: tag.id }, conversationId: null,
    resource: tag, changes: null, corrects: null
  })
  t.match(updated, { type: 'tag.updated', resource: changed, changes: { color: { from: null, to: '#d94f4f' } }, requestId: headers['x-request-id'] })
  t.ok(updated.sequence > created.sequence)
  t.same(page, { hasMore: false, endCursor: String(updated.sequence) })
  t.same((await w.get(`/v1/events/${updated.id}`)).body, updated)

  const all = 'id sequence type occurredAt recordedAt actor { kind id } subject { type id } conversationId resource changes corrects requestId'
  const { data } = await w.graphql(`query ($id: ID!) { event(id: $id) { ${all} } events { nodes { ${all} } edges { cursor } pageInfo { hasNextPage endCursor } totalCount } }`, { id: updated.id })
  t.same(data.event, updated)
  t.same(data.events, {
    nodes: [created, updated], edges: [{ cursor: String(created.sequence) }, { cursor: String(updated.sequence) }],
    pageInfo: { hasNextPage: false, endCursor: String(updated.sequence) }, totalCount: null
  })
})

t.test('whoever comes back with the end of a page continues there, also after an empty page', async t => {
  const w = await workspace()
  t.same(await feed(w), { data: [], page: { hasMore: false, endCursor: '0' } })
  const written = await commitEvents(services, w.workspaceId, 5)
  const first = await feed(w, '?limit=2')
  t.same([ids(first.data), first.page.hasMore], [written.slice(0, 2), true])
  const second = await feed(w, `?limit=3&after=${first.page.endCursor}`)
  t.same([ids(second.data), second.page.hasMore], [written.slice(2), false])
  const empty = await feed(w, `?after=${second.page.endCursor}`)
  t.same(empty, { data: [], page: { hasMore: false, endCursor: second.page.endCursor } })
  const [later] = await commitEvents(services, w.workspaceId, 1)
  t.same(ids((await feed(w, `?after=${empty.page.endCursor}`)).data), [later])
  const { data } = await w.graphql('query ($after: String) { events(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }', { after: first.page.endCursor })
  t.same([ids(data.events.nodes), data.events.pageInfo.hasNextPage], [written.slice(2, 4), true])
})

t.test('latest starts with what comes from now on', async t => {
  const w = await workspace()
  await commitEvents(services, w.workspaceId, 2)
  const start = await feed(w, '?after=latest')
  t.same([start.data, start.page.hasMore], [[], false])
  const [next] = await commitEvents(services, w.workspaceId, 1)
  t.same(ids((await feed(w, `?after=${start.page.endCursor}`)).data), [next])
})

t.test('events are found by type, by subject and by conversation, in the order of the feed', async t => {
  const w = await workspace()
  const { db, commit } = await begin()
  const [subjectId, conversationId] = [v7(), v7()]
  const a = await writeEvent(db, w.workspaceId, 'cat.fed', { subjectId })
  const b = await writeEvent(db, w.workspaceId, 'dog.fed', { conversationId })
  const c = await writeEvent(db, w.workspaceId, 'cat.fed', { conversationId })
  const d = await writeEvent(db, w.workspaceId, 'dog.lost', { subjectId })
  await commit(() => [])
  t.same(ids((await feed(w, '?type=cat.fed')).data), [a, c])
  t.same(ids((await feed(w, '?type=dog.lost,cat.fed')).data), [a, c, d])
  const first = await feed(w, '?type=dog.lost,cat.fed&limit=2')
  t.same([ids(first.data), first.page.hasMore], [[a, c], true])
  t.same(ids((await feed(w, `?type=dog.lost,cat.fed&limit=2&after=${first.page.endCursor}`)).data), [d])
  t.same(ids((await feed(w, `?subjectId=${subjectId}`)).data), [a, d])
  t.same(ids((await feed(w, `?subjectId=${subjectId}&type=dog.lost,dog.fed`)).data), [d])
  t.same(ids((await feed(w, `?conversationId=${conversationId}`)).data), [b, c])
  const { data } = await w.graphql('query ($conversationId: ID) { events(types: ["cat.fed", "dog.lost"], conversationId: $conversationId) { nodes { id } } }', { conversationId })
  t.same(ids(data.events.nodes), [c])
})

t.test('what is not a cursor, a type or an event is refused in words', async t => {
  const w = await workspace()
  t.match((await w.get('/v1/events?after=soon')).body, { status: 400, code: 'badRequest', errors: [{ path: 'after' }] })
  t.match((await w.get('/v1/events?after=-1')).body, { status: 400, code: 'badRequest' })
  t.match((await w.get('/v1/events?type=tags')).body, { code: 'invalid', errors: [{ path: 'type.0', message: 'must be noun.verbed, such as conversation.created' }] })
  t.match((await w.get('/v1/events?limit=101')).body, { code: 'invalid', errors: [{ path: 'limit' }] })
  t.match((await w.get('/v1/events/7')).body, { code: 'invalid', errors: [{ path: 'id' }] })
  t.match((await w.get(`/v1/events/${v7()}`)).body, { code: 'notFound' })
  const [theirs] = await commitEvents(services, (await workspace()).workspaceId, 1)
  t.match((await w.get(`/v1/events/${theirs}`)).body, { code: 'notFound' })
  t.same((await feed(w)).data, [])
  const { errors } = await w.graphql('{ events(after: "soon") { nodes { id } } }')
  t.equal(errors?.[0]?.extensions.code, 'badRequest')
})

t.test('the feed is for those who may read it, and for no contact', async t => {
  const w = await workspace()
  const [id] = await commitEvents(services, w.workspaceId, 1)
  const other = await w.withScopes(scopes.filter(scope => scope !== 'events:read'))
  for (const path of ['/v1/events', `/v1/events/${id}`, '/v1/events/stream']) t.match((await other.get(path)).body, { code: 'forbidden' }, path)
  t.equal((await other.graphql('{ events { nodes { id } } }')).errors?.[0]?.extensions.code, 'forbidden')
  t.equal((await (await w.withScopes(['events:read'])).get(`/v1/events/${id}`)).status, 200)
  const contact = contextOf(services, {
    workspaceId: w.workspaceId, actor: { kind: 'customer', id: v7() }, scopes: new Set(scopes), contactId: v7(), id: 'c'
  }, 'r')
  await t.rejects(listEvents(contact, { limit: 25 }), { code: 'forbidden' })
  await t.rejects(getEvent(contact, id!), { code: 'forbidden' })
})

t.test('an event that is committed late is not skipped: those behind it wait for it', async t => {
  const w = await workspace()
  const early = await begin()
  const first = await writeEvent(early.db, w.workspaceId)
  const { body: tag } = await w.post('/v1/tags', { name: 'later' })
  t.same((await feed(w)).data, [], 'the later one is committed, and waits')
  const start = await feed(w, '?after=latest')
  await early.commit(() => [])
  const { data } = await feed(w)
  t.same([ids(data)[0], data[1].subject.id], [first, tag.id])
  t.same(ids((await feed(w, `?after=${start.page.endCursor}`)).data), ids(data), 'nor by whoever started in between')
})

t.test('a transaction that is given up holds nobody back, nor does a savepoint', async t => {
  const w = await workspace()
  const gone = await begin()
  await writeEvent(gone.db, w.workspaceId)
  const [second] = await commitEvents(services, w.workspaceId, 1)
  t.same((await feed(w)).data, [])
  await gone.rollback(null)
  t.same(ids((await feed(w)).data), [second])

  const partly = await begin()
  await savepoint(partly.db, 'savepoint s')
  await writeEvent(partly.db, w.workspaceId)
  await savepoint(partly.db, 'rollback to savepoint s')
  const [third] = await commitEvents(services, w.workspaceId, 1)
  t.same(ids((await feed(w)).data), [second, third], 'it has no number any more')
  await savepoint(partly.db, 'savepoint s')
  const fourth = await writeEvent(partly.db, w.workspaceId)
  await savepoint(partly.db, 'release savepoint s')
  const [fifth] = await commitEvents(services, w.workspaceId, 1)
  t.same(ids((await feed(w)).data), [second, third], 'it has one again')
  await partly.commit(() => [])
  t.same(ids((await feed(w)).data), [second, third, fourth, fifth])
})

t.test('a connection that dies with its transaction open holds nobody back', async t => {
  const w = await workspace()
  const client = await services.database.dedicated()
  client.on('error', () => {})
  await client.query('begin')
  await client.query('select next_event_sequence()')
  const [id] = await commitEvents(services, w.workspaceId, 1)
  t.same((await feed(w)).data, [])
  await client.end()
  for (let data: unknown[] = []; !data.length;) data = (await feed(w)).data
  t.same(ids((await feed(w)).data), [id])
})

t.test('other advisory locks do not count, exclusive ones with keys like ours neither', async t => {
  const w = await workspace()
  const client = await services.database.dedicated()
  await client.query('select pg_advisory_lock(x\'5345000000000001\'::bit(64)::bigint), pg_advisory_lock(1), pg_advisory_lock(21317, 1)')
  const [id] = await commitEvents(services, w.workspaceId, 1)
  t.same(ids((await feed(w)).data), [id])
  await client.end()
})

t.test('keys hold numbers beyond 32 bits', async t => {
  const [row] = await rows<{ key: string, base: string }>(services.database.read,
    'select (x\'5345000000000000\'::bit(64)::bigint + (2::bigint ^ 47)::bigint)::text as key, x\'5345\'::int::text as base')
  const client = await services.database.dedicated()
  await client.query('begin')
  await client.query(`select pg_advisory_xact_lock_shared(${row!.key})`)
  const { rows: [lock] } = await client.query(`select ((classid::bigint & 65535) << 32) + objid::bigint as number, classid::bigint >> 16 as base
    from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`)
  t.same(lock, { number: 2 ** 47, base: Number(row!.base) })
  await client.end()
})

t.test('twenty writers at once, and a reader that pages all along: none missing, none twice, in order', async t => {
  const w = await workspace()
  const committed: string[] = []
  let writing = 20
  let state = 7
  const random = (below: number): number => (state = (state * 48271) % 2147483647) % below
  const writer = async (): Promise<void> => {
    for (let round = 0; round < 8; round++) {
      const { db, commit, rollback } = await begin()
      const mine: string[] = []
      for (let count = 1 + random(3); count > 0; count--) {
        const undone = random(5) === 0
        if (undone) await savepoint(db, 'savepoint s')
        const id = await writeEvent(db, w.workspaceId)
        if (undone) await savepoint(db, 'rollback to savepoint s')
        else mine.push(id)
        for (let trips = random(12); trips > 0; trips--) await rows(db, 'select 1')
      }
      if (random(6) === 0) await rollback(null)
      else {
        await commit(() => [])
        committed.push(...mine)
      }
    }
    writing--
  }
  const seen: Array<{ id: string, sequence: number }> = []
  let pages = 0
  const reader = async (): Promise<void> => {
    for (let after = '0'; ;) {
      const last = writing === 0
      const { data, page } = await feed(w, `?limit=5&after=${after}`)
      seen.push(...data)
      after = page.endCursor
      pages++
      if (last && !data.length) return
    }
  }
  await Promise.all([reader(), ...Array.from({ length: 20 }, writer)])
  t.ok(pages > 20, 'it read while they wrote')
  t.same(ids(seen).toSorted(), committed.toSorted())
  t.same(seen.map(event => event.sequence), seen.map(event => event.sequence).toSorted((a, b) => a - b))
})
