import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { contactForToken } from '../../src/resources/contacts/contact.service.js'
import { startApp, type Workspace } from '../support/app.js'

const { workspace, services } = await startApp(t)
const names = (list: Array<{ name: string }>) => list.map(({ name }) => name)
const email = (value: string) => ({ kind: 'email', value, provider: null })
const phone = (value: string) => ({ kind: 'phone', value, provider: null })
const handle = (provider: string, value: string) => ({ kind: 'handle', value, provider })
const everything = `id externalId version createdAt updatedAt name email phone identities { kind value provider } companyId language timeZone
  attributes blockedAt mergedIntoId erasedAt`
const eventsOf = (w: Workspace) => rows<{ type: string, resource: Record<string, unknown>, changes: Record<string, unknown> | null }>(services.database.read,
  'select type, resource, changes from events where workspace_id = $1 and subject_type = \'contact\' order by sequence', [w.workspaceId])

t.test('a contact made by REST is the same contact by GraphQL, its identities tidied', async t => {
  const w = await workspace()
  await w.post('/v1/attributes', { on: 'contact', key: 'plan', name: 'Plan', type: 'text' })
  const { body: company } = await w.post('/v1/companies', { name: 'Example', tier: 'gold' })
  const made = await w.post('/v1/contacts', {
    name: 'Ada', externalId: 'crm-42', email: ' Ada@Example.com', phone: '0043 (1) 234-567', companyId: company.id, language: 'de-at',
    timeZone: 'Europe/Vienna', attributes: { plan: 'team' },
    identities: [{ kind: 'handle', provider: 'Telegram', value: 'AdaL' }, { kind: 'email', value: 'ada@example.com' }, { kind: 'email', value: 'A.L@example.com' }]
  })
  t.match([made.status, made.headers.location, made.headers.etag], [201, `/v1/contacts/${made.body.id}`, '"1"'])
  const { id, createdAt, updatedAt, ...rest } = made.body
  t.strictSame(rest, {
    externalId: 'crm-42', version: 1, name: 'Ada', email: 'ada@example.com', phone: '+431234567', companyId: company.id, language: 'de-AT',
    timeZone: 'Europe/Vienna', attributes: { plan: 'team' }, blockedAt: null, mergedIntoId: null, erasedAt: null,
    identities: [email('ada@example.com'), phone('+431234567'), handle('telegram', 'AdaL'), email('a.l@example.com')]
  })
  t.same((await w.get('/v1/contacts/external:crm-42')).body, made.body)
  t.same((await w.get(`/v1/contacts/${id}?expand=company`)).body, { ...made.body, company })
  const { data } = await w.graphql(`{ contact(id: "external:crm-42") { ${everything} company { name tier } } }`)
  t.same(data.contact, { ...made.body, company: { name: 'Example', tier: 'gold' } })
  const other = await workspace()
  t.match([(await other.get(`/v1/contacts/${id}`)).status, (await other.post(`/v1/contacts/${id}/erase`)).status], [404, 404])
  t.match((await other.post('/v1/contacts', { name: 'x', companyId: company.id })).body, { code: 'notFound', errors: [{ path: 'companyId' }] })
  t.equal((await other.get('/v1/contacts?count=true')).body.page.total, 0)
})

t.test('an identity belongs to one contact; a refusal names it and makes nothing', async t => {
  const w = await workspace()
  const { body: ada } = await w.post('/v1/contacts', { name: 'Ada', email: 'ada@example.com' })
  const { body: bob } = await w.post('/v1/contacts', { name: 'Bob' })
  t.match((await w.post('/v1/contacts', { email: 'ADA@example.com' })).body, { code: 'conflict', errors: [{ path: 'email', message: 'is already taken' }] })
  t.match((await w.post('/v1/contacts', { identities: [{ kind: 'phone', value: '12345' }, email('ada@example.com')] })).body, { errors: [{ path: 'identities.1' }] })
  t.match((await w.patch(`/v1/contacts/${bob.id}`, { name: 'Robert', email: 'ada@example.com' })).body, { code: 'conflict', errors: [{ path: 'email' }] })
  const { errors } = await w.graphql('mutation ($id: ID!) { addContactIdentity(id: $id, input: { kind: email, value: "ada@example.com" }) { id } }', { id: bob.id })
  t.match(errors?.[0]?.extensions, { code: 'conflict', errors: [{ path: 'value' }] })
  t.match((await w.post('/v1/contacts', { email: 'nobody' })).body.errors, [{ path: 'email', message: 'is no e-mail address' }])
  t.match((await w.post('/v1/contacts', { identities: [{ kind: 'handle', value: 'x' }] })).body.errors, [{ path: 'identities.0.provider' }])
  t.match((await w.post('/v1/contacts', { identities: [{ kind: 'phone', value: 'x' }] })).body.errors, [{ path: 'identities.0.value' }])
  t.same((await w.get(`/v1/contacts/${bob.id}`)).body, bob)
  t.same((await w.get(`/v1/contacts/${ada.id}`)).body, ada)
  t.equal((await w.get('/v1/contacts?count=true')).body.page.total, 2)
})

t.test('identities are added, put first and taken away; each time one version and one event', async t => {
  const w = await workspace()
  const { body: { id } } = await w.post('/v1/contacts', { name: 'Ada', email: 'a@example.com' })
  const add = (body: object) => w.post(`/v1/contacts/${id}/addIdentity`, body)
  t.match((await add({ kind: 'email', value: 'b@example.com' })).body, { email: 'a@example.com', identities: [email('a@example.com'), email('b@example.com')], version: 2 })
  t.match((await add({ kind: 'email', value: 'B@example.com' })).body, { version: 2 })
  t.match((await add({ kind: 'email', value: 'b@example.com', primary: true })).body, { email: 'b@example.com', version: 3 })
  t.match((await add({ kind: 'email', value: 'b@example.com', primary: true })).body, { version: 3 })
  t.match((await w.patch(`/v1/contacts/${id}`, { email: 'c@example.com', phone: '+1 555 000 1111' })).body,
    { email: 'c@example.com', phone: '+15550001111', version: 4 })
  t.match((await w.patch(`/v1/contacts/${id}`, { email: 'C@example.com' })).body, { version: 4 })
  const removed = await w.graphql(`mutation ($id: ID!) { removeContactIdentity(id: $id, input: { kind: email, value: "c@example.com" }) { email version identities { value } } }`, { id })
  t.same(removed.data.removeContactIdentity, { email: 'b@example.com', version: 5, identities: ['+15550001111', 'b@example.com', 'a@example.com'].map(value => ({ value })) })
  t.match((await w.post(`/v1/contacts/${id}/removeIdentity`, { kind: 'email', value: 'c@example.com' })).body, { code: 'invalid' })
  t.equal((await w.post(`/v1/contacts/${id}/removeIdentity`, { kind: 'email', value: 'b@example.com' }, { 'if-match': '"4"' })).status, 412)
  const types = (await eventsOf(w)).map(({ type }) => type)
  t.same(types, ['contact.created', 'contact.identityAdded', 'contact.identityAdded', 'contact.updated', 'contact.identityRemoved'])
  t.match((await eventsOf(w))[3]!.changes, { email: { from: 'b@example.com', to: 'c@example.com' }, phone: { from: null, to: '+15550001111' } })
  t.equal((await w.get(`/v1/contacts/${id}`)).body.version, 5)
})

t.test('an upsert finds its contact by external id, and adopts the one that wrote first', async t => {
  const w = await workspace()
  const outcomes = await Promise.all(Array.from({ length: 8 }, async () => (await w.put('/v1/contacts/external:x', { name: 'X', email: 'x@example.com' })).body.outcome))
  t.same(outcomes.toSorted(), ['created', ...Array(7).fill('unchanged')])
  const { body: wrote } = await w.post('/v1/contacts', { email: 'first@example.com' })
  const adopted = await w.put('/v1/contacts/external:crm-7', { name: 'First', email: 'first@example.com' })
  t.match([adopted.status, adopted.body], [200, { outcome: 'updated', resource: { id: wrote.id, externalId: 'crm-7', name: 'First', version: 2 } }])
  t.equal((await w.put('/v1/contacts/external:crm-7', { email: 'first@example.com' })).body.outcome, 'unchanged')
  t.match((await w.put('/v1/contacts/external:crm-8', { email: 'first@example.com' })).body, { code: 'conflict', errors: [{ path: 'email' }] })
  t.equal((await w.get('/v1/contacts?count=true')).body.page.total, 2)
})

t.test('block and unblock, once each', async t => {
  const w = await workspace()
  const { body: { id } } = await w.post('/v1/contacts', { name: 'Spammer' })
  t.match((await w.post(`/v1/contacts/${id}/block`)).body, { blockedAt: '2026-03-02T10:00:00.000Z', version: 2 })
  t.match((await w.post(`/v1/contacts/${id}/block`)).body, { version: 2 })
  t.same(names((await w.get('/v1/contacts?blocked=true')).body.data), ['Spammer'])
  t.match((await w.graphql('mutation ($id: ID!) { unblockContact(id: $id, ifVersion: 2) { blockedAt version } }', { id })).data.unblockContact, { blockedAt: null, version: 3 })
  t.same((await w.get('/v1/contacts?blocked=true')).body.data, [])
})

t.test('every filter finds the same on both faces, and pages follow each other', async t => {
  const w = await workspace()
  await w.post('/v1/attributes', { on: 'contact', key: 'plan', name: 'Plan', type: 'text' })
  const { body: gold } = await w.post('/v1/companies', { name: 'G', tier: 'gold' })
  await w.post('/v1/contacts', { name: 'Ada Lovelace', email: 'ada@example.com', companyId: gold.id, language: 'en', attributes: { plan: 'team' } })
  await w.post('/v1/contacts', { name: 'Grace Hopper', phone: '+1 555 777', identities: [handle('telegram', 'GraceH')] })
  await w.post('/v1/contacts', { externalId: 'crm-9', identities: [email('nameless@example.org')] })
  const ids = (list: Array<{ name: string | null }>) => list.map(({ name }) => name?.split(' ')[0] ?? null)
  const filters: Array<[object, Array<string | null>]> = [
    [{ companyId: { eq: gold.id } }, ['Ada']],
    [{ tier: { in: ['gold'] } }, ['Ada']],
    [{ not: { tier: { eq: 'gold' } } }, ['Grace', null]],
    [{ identity: { kind: 'email', value: 'ADA@example.com' } }, ['Ada']],
    [{ identity: { kind: 'phone', value: '001 555-777' } }, ['Grace']],
    [{ identity: { kind: 'handle', provider: 'telegram', value: 'GraceH' } }, ['Grace']],
    [{ identity: { kind: 'handle', provider: 'matrix', value: 'GraceH' } }, []],
    [{ attributes: [{ key: 'plan', eq: 'team' }] }, ['Ada']],
    [{ language: { eq: 'en' } }, ['Ada']],
    [{ externalId: { startsWith: 'crm' } }, [null]],
    [{ name: { isNull: true } }, [null]],
    [{ erasedAt: { isNull: false } }, []]
  ]
  for (const [filter, expected] of filters) {
    t.same(ids((await w.post('/v1/contacts/search', { filter, sort: 'createdAtAsc' })).body.data), expected, JSON.stringify(filter))
    const { data } = await w.graphql('query ($filter: ContactFilter) { contacts(filter: $filter, sort: createdAtAsc) { nodes { name } } }', { filter })
    t.same(ids(data.contacts.nodes), expected)
  }
  const queries: Array<[string, Array<string | null>]> = [
    ['email=Ada@example.com', ['Ada']], ['phone=%2B1555777', ['Grace']], ['tier=gold', ['Ada']], [`companyId=${gold.id}`, ['Ada']], ['q=lovel', ['Ada']],
    ['q=nameless@ex', [null]], ['q=%2B1%20555', ['Grace']], ['q=graceh', ['Grace']], ['q=hopper%20gr', ['Grace']], ['q=%25%25', []], ['language=en', ['Ada']]
  ]
  for (const [query, expected] of queries) t.same(ids((await w.get(`/v1/contacts?${query}`)).body.data), expected, query)
  t.match((await w.get('/v1/contacts?email=nobody')).body, { code: 'invalid' })
  const first = await w.get('/v1/contacts?limit=2&sort=createdAtAsc')
  t.same(ids(first.body.data), ['Ada', 'Grace'])
  t.same(ids((await w.get(`/v1/contacts?limit=2&sort=createdAtAsc&after=${first.body.page.endCursor}`)).body.data), [null])
  t.same((await w.get('/v1/contacts?expand=company&sort=createdAtAsc')).body.data.map((each: { company: { name: string } | null }) => each.company?.name ?? null), ['G', null, null])
  const reader = await w.withScopes(['contacts:read'])
  t.match([(await reader.get('/v1/contacts')).status, (await reader.post('/v1/contacts', { name: 'x' })).status], [200, 403])
  t.equal((await reader.graphql('mutation { createContact(input: { name: "x" }) { id } }')).errors?.[0]?.extensions.code, 'forbidden')
  t.equal((await w.get('/v1/contacts?count=true')).body.page.total, 3)
})

t.test('a token finds its contact by id and external id, not once erased, not in another workspace', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const { body: { id } } = await w.post('/v1/contacts', { externalId: 'crm-1' })
  const { body: into } = await w.post('/v1/contacts', { name: 'Into' })
  t.same(await contactForToken(services, w.workspaceId, id), { id })
  t.same(await contactForToken(services, w.workspaceId, 'crm-1'), { id })
  t.equal(await contactForToken(services, other.workspaceId, id), null)
  t.equal(await contactForToken(services, w.workspaceId, 'nobody'), null)
  await w.post(`/v1/contacts/${id}/merge`, { intoId: into.id })
  t.same(await contactForToken(services, w.workspaceId, id), { id: into.id })
  t.same(await contactForToken(services, w.workspaceId, 'crm-1'), { id: into.id })
  await w.post(`/v1/contacts/${id}/erase`)
  t.equal(await contactForToken(services, w.workspaceId, id), null)
  t.equal(await contactForToken(services, w.workspaceId, into.id), null)
})
