import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { scopes } from '../../src/scopes.js'
import { makeApp } from '../../src/app.js'
import { startApp } from '../support/app.js'
import { caller } from '../support/caller.js'

const { app, services, workspace, clock } = await startApp(t)
const inAnHour = (): string => new Date(clock.now + 3_600_000).toISOString()

t.test('a key is shown once: in the answer that made it, nowhere else', async t => {
  const w = await workspace()
  const made = await w.post('/v1/keys', { name: 'Widget', externalId: 'k-1', scopes: ['tags:write', 'tags:read', 'tags:read'], expiresAt: inAnHour() })
  t.equal(made.status, 201)
  t.equal(made.headers.location, `/v1/keys/${made.body.id}`)
  const { secret, ...key } = made.body
  t.match(secret, /^sup_live_[\w-]{43}$/)
  t.match(key, { name: 'Widget', prefix: secret.slice(0, 13), scopes: ['tags:read', 'tags:write'], expiresAt: inAnHour(), revokedAt: null, lastUsedAt: null, version: 1 })
  t.same((await w.get('/v1/keys/external:k-1')).body, key)
  t.match((await w.get('/v1/keys')).body.data[0], key)
  const { data } = await w.graphql('query ($id: ID!) { key(id: $id) { id externalId version createdAt updatedAt name prefix scopes expiresAt revokedAt lastUsedAt } }', { id: key.id })
  t.same(data.key, key)
  const { body: { data: [event] } } = await w.get(`/v1/events?subjectId=${key.id}`)
  t.match(event, { type: 'key.created', resource: key })
  t.notMatch(JSON.stringify(event), secret)
  t.notMatch(JSON.stringify(event), /hash/i)
  t.equal((await caller(app, secret).get('/v1/tags')).status, 200)
  t.equal((await caller(app, secret).get('/v1/agents')).body.code, 'forbidden')
})

t.test('an answer repeated under its Idempotency-Key has the key and not the secret, which is kept nowhere', async t => {
  const w = await workspace()
  const body = { name: 'Widget', scopes: ['tags:read'] }
  const first = await w.post('/v1/keys', body, { 'idempotency-key': 'once' })
  const again = await w.post('/v1/keys', body, { 'idempotency-key': 'once' })
  t.match([first.status, again.status, again.headers['idempotent-replayed']], [201, 201, 'true'])
  t.same(again.body, { ...first.body, secret: null })
  const [{ kept }] = await rows<{ kept: string }>(services.database.read, 'select string_agg(result::text, \'\') as kept from idempotency_keys where workspace_id = $1', [w.workspaceId]) as [{ kept: string }]
  t.match(kept, first.body.id)
  t.notMatch(kept, first.body.secret)
})

t.test('nobody grants what they do not have, by making, changing or rotating a key', async t => {
  const w = await workspace()
  const limited = await w.withScopes(['keys:read', 'keys:write', 'tags:read'])
  const { body: strong } = await w.post('/v1/keys', { name: 'Strong', scopes })
  const { body: weak } = await limited.post('/v1/keys', { name: 'Weak', scopes: ['tags:read'] })
  const total = (await w.get('/v1/keys?count=true')).body.page.total
  t.match((await limited.post('/v1/keys', { name: 'x', scopes: ['tags:read', 'tags:write'] })).body, { code: 'forbidden', detail: /lacks tags:write\./ })
  t.match((await limited.patch(`/v1/keys/${weak.id}`, { scopes: ['tags:write'] })).body, { code: 'forbidden' })
  t.match((await limited.post(`/v1/keys/${strong.id}/rotate`)).body, { code: 'forbidden' })
  const { errors } = await limited.graphql('mutation { createKey(input: { name: "x", scopes: ["agents:write"] }) { secret } }')
  t.equal(errors?.[0]?.extensions.code, 'forbidden')
  t.equal((await w.get('/v1/keys?count=true')).body.page.total, total)
  t.match((await w.get(`/v1/keys/${weak.id}`)).body, { scopes: ['tags:read'], version: 1 })
  t.equal((await caller(app, strong.secret).get('/v1/tags')).status, 200)
  t.match((await limited.patch(`/v1/keys/${strong.id}`, { name: 'Narrow', scopes: ['tags:read', 'agents:read'] })).body, { name: 'Narrow', scopes: ['agents:read', 'tags:read'] })
})

t.test('a key that is revoked, rotated or narrowed is so at once, and elsewhere within five seconds', async t => {
  const w = await workspace()
  const elsewhere = await makeApp({ ...services, callers: { forget: () => {}, onForget: () => {} } })
  t.teardown(() => elsewhere.close())
  const { body: key } = await w.post('/v1/keys', { name: 'Widget', scopes: ['tags:read', 'agents:read'] })
  const [holder, there] = [caller(app, key.secret), caller(elsewhere, key.secret)]
  t.same([(await holder.get('/v1/tags')).status, (await there.get('/v1/tags')).status], [200, 200])

  await w.patch(`/v1/keys/${key.id}`, { scopes: ['agents:read'] })
  t.equal((await holder.get('/v1/tags')).status, 403)
  const { body: { secret, ...rotated } } = await w.post(`/v1/keys/${key.id}/rotate`)
  t.not(secret, key.secret)
  t.equal((await holder.get('/v1/agents')).status, 401)
  t.equal((await caller(app, secret).get('/v1/agents')).status, 200)

  const revoked = await w.post(`/v1/keys/${key.id}/revoke`, undefined, { 'if-match': `"${rotated.version}"` })
  t.match(revoked.body, { revokedAt: new Date(clock.now).toISOString(), version: rotated.version + 1 })
  t.equal((await caller(app, secret).get('/v1/agents')).status, 401)
  t.equal((await w.post(`/v1/keys/${key.id}/revoke`)).body.version, revoked.body.version, 'once is enough')
  t.equal((await w.post(`/v1/keys/${key.id}/rotate`)).body.code, 'conflict')
  t.equal((await there.get('/v1/tags')).status, 200, 'it is remembered elsewhere')
  clock.advance(5_001)
  t.equal((await there.get('/v1/tags')).status, 401, 'for five seconds')
  const { body: { data: events } } = await w.get(`/v1/events?subjectId=${key.id}`)
  t.same(events.map((event: any) => event.type), ['key.created', 'key.updated', 'key.rotated', 'key.revoked'])
  t.notMatch(JSON.stringify(events), secret)
})

t.test('a key expires at its time, and cannot be made expired', async t => {
  const w = await workspace()
  t.match((await w.post('/v1/keys', { name: 'x', scopes: ['tags:read'], expiresAt: new Date(clock.now).toISOString() })).body,
    { code: 'invalid', errors: [{ path: 'expiresAt' }] })
  const { body: key } = await w.post('/v1/keys', { name: 'x', scopes: ['tags:read'], expiresAt: inAnHour() })
  clock.advance(3_599_999)
  t.equal((await caller(app, key.secret).get('/v1/tags')).status, 200)
  clock.advance(1)
  t.match((await caller(app, key.secret).get('/v1/tags')).body, { code: 'unauthenticated', detail: 'This API key has expired.' })
})

t.test('using a key is noted', async t => {
  const w = await workspace()
  const { body: key } = await w.post('/v1/keys', { name: 'x', scopes: ['tags:read'] })
  await caller(app, key.secret).get('/v1/tags')
  let lastUsedAt: string | null = null
  while (!lastUsedAt) lastUsedAt = (await w.get(`/v1/keys/${key.id}`)).body.lastUsedAt
  t.match(lastUsedAt, /^\d{4}-\d\d-\d\dT/)
  const { body } = await w.post('/v1/keys/search', { filter: { and: [{ scopes: { eq: 'tags:read' } }, { lastUsedAt: { isNull: false } }] }, count: true })
  t.equal(body.page.total, 2)
  t.equal((await w.get('/v1/keys?revoked=true&count=true')).body.page.total, 0)
})

t.test('a scope that there is not is named', async t => {
  const w = await workspace()
  t.match((await w.post('/v1/keys', { name: 'x', scopes: ['tags:read', 'tags:eat'] })).body, { code: 'invalid', errors: [{ path: 'scopes.1', message: /^is no scope; there are / }] })
  t.match((await w.post('/v1/keys', { name: 'x', scopes: [] })).body, { code: 'invalid', errors: [{ path: 'scopes' }] })
})
