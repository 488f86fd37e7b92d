import t from 'tap'
import { agentForToken, checkAssignableAgent } from '../../src/resources/agents/agent.service.js'
import { systemContext, transact } from '../../src/context.js'
import { rows } from '../../src/db/connection.js'
import { startApp } from '../support/app.js'

const { workspace, services, clock } = await startApp(t)
const names = (list: Array<{ name: string }>) => list.map(({ name }) => name)
const grace = {
  name: 'Grace', email: 'Grace@Example.com', role: 'lead', level: 'senior support engineer', skills: ['billing', 'sql', 'billing'],
  languages: ['en', 'pt-br'], capacity: 8, timeZone: 'America/New_York', externalId: 'g-1'
}

t.test('an agent made by REST is the same agent by GraphQL, tidied', async t => {
  const w = await workspace()
  const made = await w.post('/v1/agents', grace)
  t.match([made.status, made.headers.location, made.headers.etag], [201, `/v1/agents/${made.body.id}`, '"1"'])
  const { id, createdAt, updatedAt, ...rest } = made.body
  t.strictSame(rest, {
    ...grace, email: 'grace@example.com', skills: ['billing', 'sql'], languages: ['en', 'pt-BR'], version: 1,
    availability: 'offline', availabilityChangedAt: '2026-03-02T10:00:00.000Z', deactivatedAt: null
  })
  t.same((await w.get('/v1/agents/external:g-1')).body, made.body)
  const { data } = await w.graphql(`{ agent(id: "external:g-1") { id externalId version createdAt updatedAt name email role level skills
    languages capacity availability availabilityChangedAt timeZone deactivatedAt } }`)
  t.same(data.agent, made.body)
  const other = await workspace()
  t.match([(await other.get(`/v1/agents/${id}`)).body.code, (await other.patch(`/v1/agents/${id}`, { name: 'x' })).status], ['notFound', 404])
})

t.test('what is left out has its default, and bad fields are named on both faces', async t => {
  const w = await workspace()
  const { data } = await w.graphql('mutation { createAgent(input: { name: "Ada", email: "ada@example.com" }) { role level skills languages capacity timeZone } }')
  t.same(data.createAgent, { role: 'agent', level: null, skills: [], languages: [], capacity: null, timeZone: null })
  const refused = await w.post('/v1/agents', { name: 'x', email: 'nobody', capacity: -1, timeZone: '+02:00', languages: ['not a tag'] })
  t.equal(refused.status, 422)
  t.same(refused.body.errors.map((error: { path: string }) => error.path), ['email', 'languages.0', 'capacity', 'timeZone'])
  const { errors } = await w.graphql('mutation { createAgent(input: { name: "x", email: "x@example.com", timeZone: "Mars/Base" }) { id } }')
  t.same(errors?.[0]?.extensions.errors, [{ path: 'timeZone', message: 'must be an IANA time zone, such as Europe/Vienna' }])
  t.equal((await w.get('/v1/agents?count=true')).body.page.total, 1)
})

t.test('an address is taken whatever its case, and free in another workspace', async t => {
  const [w, other] = [await workspace(), await workspace()]
  await w.post('/v1/agents', grace)
  const refused = await w.post('/v1/agents', { name: 'Second', email: 'GRACE@example.com' })
  t.match([refused.status, refused.body.errors], [409, [{ path: 'email', message: 'is already taken' }]])
  const raced = await Promise.all(Array.from({ length: 8 }, async () => (await w.post('/v1/agents', { name: 'R', email: 'r@example.com' })).status))
  t.same(raced.toSorted(), [201, ...Array(7).fill(409)])
  t.equal((await other.post('/v1/agents', grace)).status, 201)
  t.equal((await w.get('/v1/agents?count=true')).body.page.total, 2)
})

t.test('availability says since when, and a deactivated agent has none', async t => {
  const w = await workspace()
  const { body: { id } } = await w.post('/v1/agents', grace)
  clock.advance(60_000)
  const online = await w.post(`/v1/agents/${id}/setAvailability`, { availability: 'online' })
  t.match(online.body, { availability: 'online', availabilityChangedAt: new Date(clock.now).toISOString(), version: 2 })
  const since = online.body.availabilityChangedAt
  clock.advance(60_000)
  t.match((await w.post(`/v1/agents/${id}/setAvailability`, { availability: 'online' })).body, { availabilityChangedAt: since, version: 2 })
  const gone = await w.graphql('mutation ($id: ID!) { deactivateAgent(id: $id) { deactivatedAt availability version } }', { id })
  t.same(gone.data.deactivateAgent, { deactivatedAt: new Date(clock.now).toISOString(), availability: 'offline', version: 3 })
  clock.advance(1)
  t.equal((await w.post(`/v1/agents/${id}/deactivate`)).body.version, 3)
  const { errors } = await w.graphql('mutation ($id: ID!) { setAgentAvailability(id: $id, input: { availability: online }) { id } }', { id })
  t.equal(errors?.[0]?.extensions.code, 'conflict')
  t.equal((await w.post(`/v1/agents/${id}/setAvailability`, { availability: 'online' })).status, 409)
  t.match((await w.get(`/v1/agents/${id}`)).body, { availability: 'offline', version: 3 })
  t.match((await w.post(`/v1/agents/${id}/reactivate`)).body, { deactivatedAt: null, availability: 'offline', version: 4 })
  const types = await rows<{ type: string }>(services.database.read, 'select type from events where workspace_id = $1 order by sequence', [w.workspaceId])
  t.same(types.map(row => row.type), ['agent.created', 'agent.availabilityChanged', 'agent.deactivated', 'agent.reactivated'])
})

t.test('a deactivated agent neither signs in nor is assigned', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const { body: { id } } = await w.post('/v1/agents', grace)
  t.same(await agentForToken(services, w.workspaceId, id), { id, role: 'lead' })
  t.same(await agentForToken(services, w.workspaceId, 'g-1'), { id, role: 'lead' })
  t.equal(await agentForToken(services, other.workspaceId, id), null)
  const check = (workspaceId: string) => transact(systemContext(services, workspaceId, []), ctx => checkAssignableAgent(ctx, id, 'assigneeId'))
  t.equal((await check(w.workspaceId)).id, id)
  await t.rejects(check(other.workspaceId), { code: 'notFound', errors: [{ path: 'assigneeId' }] })
  await w.post(`/v1/agents/${id}/deactivate`)
  t.equal(await agentForToken(services, w.workspaceId, id), null)
  await t.rejects(check(w.workspaceId), { code: 'conflict', errors: [{ path: 'assigneeId' }] })
})

t.test('without workspace:write nobody makes an admin, or touches one', async t => {
  const w = await workspace()
  const lead = await w.withScopes(['agents:read', 'agents:write'])
  const { body: admin } = await w.post('/v1/agents', { name: 'Boss', email: 'boss@example.com', role: 'admin' })
  const { body: self } = await lead.post('/v1/agents', { name: 'Lead', email: 'lead@example.com', role: 'lead' })
  const refused = [
    await lead.post('/v1/agents', { name: 'x', email: 'x@example.com', role: 'admin' }),
    await lead.patch(`/v1/agents/${self.id}`, { role: 'admin' }),
    await lead.patch(`/v1/agents/${admin.id}`, { role: 'viewer' }),
    await lead.post(`/v1/agents/${admin.id}/deactivate`),
    await lead.put('/v1/agents/external:x', { name: 'x', email: 'x@example.com', role: 'admin' })
  ]
  t.same(refused.map(({ status }) => status), [403, 403, 403, 403, 403])
  const { errors } = await lead.graphql('mutation ($id: ID!) { updateAgent(id: $id, input: { role: admin }) { id } }', { id: self.id })
  t.equal(errors?.[0]?.extensions.code, 'forbidden')
  t.same((await w.get(`/v1/agents/${admin.id}`)).body, admin)
  t.same((await w.get(`/v1/agents/${self.id}`)).body, self)
  t.equal((await w.get('/v1/agents?count=true')).body.page.total, 2)
  const stranger = await w.withScopes(['tags:read'])
  t.match([(await stranger.get('/v1/agents')).status, (await stranger.post('/v1/agents', grace)).status], [403, 403])
})

t.test('every filter finds the same on both faces', async t => {
  const w = await workspace()
  const { body: team } = await w.post('/v1/teams', { name: 'Billing' })
  const { body: first } = await w.post('/v1/agents', grace)
  await w.post('/v1/agents', { name: 'Ada Lovelace', email: 'ada.l@example.com', level: 'support specialist 1', skills: ['refunds'] })
  await w.post('/v1/agents', { name: 'Alan', email: 'alan@other.example' })
  await w.post(`/v1/teams/${team.id}/members`, { agentId: first.id })
  await w.post(`/v1/agents/${first.id}/setAvailability`, { availability: 'away' })
  const filters: Array<[object, string[]]> = [
    [{ role: { eq: 'lead' } }, ['Grace']],
    [{ level: { startsWith: 'support specialist' } }, ['Ada Lovelace']],
    [{ skill: { in: ['refunds', 'sql'] } }, ['Ada Lovelace', 'Grace']],
    [{ skill: { eq: 'sql', in: ['billing'] } }, ['Grace']],
    [{ not: { skill: { eq: 'sql' } } }, ['Ada Lovelace', 'Alan']],
    [{ language: { eq: 'pt-BR' } }, ['Grace']],
    [{ availability: { in: ['away', 'online'] } }, ['Grace']],
    [{ teamId: { eq: team.id } }, ['Grace']],
    [{ email: { eq: 'GRACE@example.com' } }, ['Grace']],
    [{ deactivatedAt: { isNull: false } }, []],
    [{ or: [{ id: { eq: first.id } }, { name: { startsWith: 'Ala' } }] }, ['Alan', 'Grace']]
  ]
  for (const [filter, expected] of filters) {
    t.same(names((await w.post('/v1/agents/search', { filter })).body.data), expected, JSON.stringify(filter))
    const { data } = await w.graphql('query ($filter: AgentFilter) { agents(filter: $filter) { nodes { name } } }', { filter })
    t.same(names(data.agents.nodes), expected)
  }
  const queries: Array<[string, string[]]> = [
    ['role=lead', ['Grace']], ['availability=away&sort=nameDesc', ['Grace']], [`teamId=${team.id}`, ['Grace']], ['skill=refunds', ['Ada Lovelace']],
    ['email=Alan@other.example', ['Alan']], ['deactivated=false&limit=2', ['Ada Lovelace', 'Alan']], ['level=support%20specialist%201', ['Ada Lovelace']],
    ['q=love', ['Ada Lovelace']], ['q=example', ['Ada Lovelace', 'Alan', 'Grace']], ['q=ADA.l@example.com', ['Ada Lovelace']], ['q=%26%7C!', []],
    [`q=a&filter=${encodeURIComponent('{"skill":{"eq":"refunds"}}')}`, ['Ada Lovelace']]
  ]
  for (const [query, expected] of queries) t.same(names((await w.get(`/v1/agents?${query}`)).body.data), expected, query)
})

t.test('a stale change is refused, an upsert says what it did, a key gives the first answer again', async t => {
  const w = await workspace()
  const { externalId, ...input } = grace
  const made = await w.put('/v1/agents/external:g-1', input)
  t.match([made.status, made.body.outcome, made.body.resource.externalId], [201, 'created', externalId])
  t.equal((await w.put('/v1/agents/external:g-1', input)).body.outcome, 'unchanged')
  const { id } = made.body.resource
  t.match((await w.patch(`/v1/agents/${id}`, { level: null, capacity: 3 }, { 'if-match': '"1"' })).body, { level: null, capacity: 3, version: 2, skills: ['billing', 'sql'] })
  t.equal((await w.patch(`/v1/agents/${id}`, { capacity: 4 }, { 'if-match': '"1"' })).status, 412)
  t.equal((await w.graphql('mutation ($id: ID!) { deactivateAgent(id: $id, ifVersion: 1) { id } }', { id })).errors?.[0]?.extensions.code, 'preconditionFailed')
  t.match((await w.get(`/v1/agents/${id}`)).body, { capacity: 3, version: 2, deactivatedAt: null })
  const again = () => w.post('/v1/agents', { name: 'k', email: 'k@example.com' }, { 'idempotency-key': 'k' })
  const [first, second] = [await again(), await again()]
  t.match([second.status, second.headers['idempotent-replayed'], second.body], [201, 'true', first.body])
  const changes = await rows<{ changes: unknown }>(services.database.read, 'select changes from events where workspace_id = $1 and type = \'agent.updated\'', [w.workspaceId])
  t.same(changes[0]?.changes, { level: { from: 'senior support engineer', to: null }, capacity: { from: 8, to: 3 } })
})
