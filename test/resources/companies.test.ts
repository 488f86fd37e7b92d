import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { startApp, type Workspace } from '../support/app.js'

const { workspace, services } = await startApp(t)
const names = (list: Array<{ name: string }>) => list.map(({ name }) => name)
const define = async (w: Workspace, attributes: Record<string, object>) => {
  for (const [key, more] of Object.entries(attributes)) await w.post('/v1/attributes', { on: 'company', key, name: key, ...more })
}

t.test('a company made by REST is the same company by GraphQL', async t => {
  const w = await workspace()
  await define(w, { seats: { type: 'number' } })
  const made = await w.post('/v1/companies', { name: 'Example Ltd', domains: ['Example.com', 'example.com'], tier: 'gold', attributes: { seats: 12 }, externalId: 'c-1' })
  t.match([made.status, made.headers.location, made.headers.etag], [201, `/v1/companies/${made.body.id}`, '"1"'])
  const { id, createdAt, updatedAt, ...rest } = made.body
  t.strictSame(rest, { externalId: 'c-1', version: 1, name: 'Example Ltd', domains: ['example.com'], tier: 'gold', attributes: { seats: 12 } })
  const { data } = await w.graphql('{ company(id: "external:c-1") { id externalId version createdAt updatedAt name domains tier attributes } }')
  t.same(data.company, made.body)
  const other = await workspace()
  t.match([(await other.get(`/v1/companies/${id}`)).status, (await other.patch(`/v1/companies/${id}`, { name: 'x' })).status], [404, 404])
  t.match((await w.post('/v1/companies', { name: 'Twin', externalId: 'c-1' })).body, { code: 'conflict', errors: [{ path: 'externalId' }] })
  t.match((await w.post('/v1/companies', { name: 'x', domains: ['no domain'] })).body.errors, [{ path: 'domains.0' }])
  t.equal((await w.get('/v1/companies?count=true')).body.page.total, 1)
})

t.test('setting one attribute leaves the others, null clears, a refusal changes nothing', async t => {
  const w = await workspace()
  await define(w, { seats: { type: 'number' }, region: { type: 'choice', allowedValues: ['emea', 'apac'] } })
  const { body: { id } } = await w.post('/v1/companies', { name: 'A', attributes: { seats: 1, region: 'emea' } })
  t.match((await w.patch(`/v1/companies/${id}`, { attributes: { seats: 2 } })).body, { attributes: { seats: 2, region: 'emea' }, version: 2 })
  t.match((await w.patch(`/v1/companies/${id}`, { attributes: { seats: 2 } })).body, { version: 2 })
  t.same((await w.graphql('mutation ($id: ID!) { updateCompany(id: $id, input: { attributes: { region: null }, tier: "silver" }) { attributes tier } }', { id })).data.updateCompany,
    { attributes: { seats: 2 }, tier: 'silver' })
  const refused = await w.patch(`/v1/companies/${id}`, { name: 'B', attributes: { region: 'mars', size: 1 } })
  t.match(refused.body, { code: 'invalid', errors: [{ path: 'attributes.region' }, { path: 'attributes.size' }] })
  t.equal((await w.patch(`/v1/companies/${id}`, { name: 'B' }, { 'if-match': '"1"' })).status, 412)
  t.match((await w.get(`/v1/companies/${id}`)).body, { name: 'A', attributes: { seats: 2 }, version: 3 })
  const events = await rows<{ type: string, changes: unknown }>(services.database.read,
    'select type, changes from events where workspace_id = $1 and subject_type = \'company\' order by sequence', [w.workspaceId])
  t.strictSame(events.map(({ type, changes }) => [type, changes]), [
    ['company.created', null],
    ['company.updated', { attributes: { from: { region: 'emea', seats: 1 }, to: { region: 'emea', seats: 2 } } }],
    ['company.updated', { tier: { from: null, to: 'silver' }, attributes: { from: { region: 'emea', seats: 2 }, to: { seats: 2 } } }]
  ])
})

t.test('every filter finds the same on both faces', async t => {
  const w = await workspace()
  await define(w, {
    seats: { type: 'number' }, since: { type: 'date' }, live: { type: 'boolean' }, plan: { type: 'text' },
    uses: { type: 'choices', allowedValues: ['chat', 'mail', 'phone'] }
  })
  await w.post('/v1/companies', { name: 'Acme Rockets', domains: ['acme.example'], tier: 'gold', attributes: { seats: 10, since: '2025-01-31', live: true, uses: ['chat', 'mail'], plan: '10' } })
  await w.post('/v1/companies', { name: 'Bolt', tier: 'silver', attributes: { seats: 9.5, since: '2024-12-31', live: false, uses: ['phone'] } })
  await w.post('/v1/companies', { name: 'Crane', domains: ['crane.example', 'acme.example'] })
  const attribute = (condition: object) => ({ attributes: [condition] })
  const filters: Array<[object, string[]]> = [
    [{ domain: { eq: 'acme.example' } }, ['Acme Rockets', 'Crane']],
    [{ tier: { in: ['gold', 'silver'] } }, ['Acme Rockets', 'Bolt']],
    [{ tier: { isNull: true } }, ['Crane']],
    [attribute({ key: 'seats', eq: 10 }), ['Acme Rockets']],
    [attribute({ key: 'seats', in: [9.5, 10] }), ['Acme Rockets', 'Bolt']],
    [attribute({ key: 'seats', lt: 10 }), ['Bolt']],
    [attribute({ key: 'seats', gte: 9.5, lte: 9.5 }), ['Bolt']],
    [attribute({ key: 'since', gt: '2024-12-31' }), ['Acme Rockets']],
    [attribute({ key: 'live', eq: false }), ['Bolt']],
    [attribute({ key: 'uses', eq: 'mail' }), ['Acme Rockets']],
    [attribute({ key: 'uses', in: ['mail', 'phone'] }), ['Acme Rockets', 'Bolt']],
    [attribute({ key: 'plan', eq: '10' }), ['Acme Rockets']],
    [attribute({ key: 'plan', eq: 10 }), []],
    [attribute({ key: 'plan', gt: 1 }), []],
    [attribute({ key: 'seats', isNull: true }), ['Crane']],
    [{ attributes: [{ key: 'seats', isNull: false }, { key: 'live', eq: true }] }, ['Acme Rockets']],
    [{ not: attribute({ key: 'seats', lt: 10 }) }, ['Acme Rockets', 'Crane']],
    [attribute({ key: 'seats\' or true --', eq: '\'; drop' }), []]
  ]
  for (const [filter, expected] of filters) {
    t.same(names((await w.post('/v1/companies/search', { filter })).body.data), expected, JSON.stringify(filter))
    const { data } = await w.graphql('query ($filter: CompanyFilter) { companies(filter: $filter) { nodes { name } } }', { filter })
    t.same(names(data.companies.nodes), expected)
  }
  const queries: Array<[string, string[]]> = [
    ['tier=gold', ['Acme Rockets']], ['domain=ACME.example&sort=nameDesc', ['Crane', 'Acme Rockets']], ['q=rock', ['Acme Rockets']],
    ['q=crane.example', ['Crane']], ['q=acm%20ro', ['Acme Rockets']], ['q=acme&sort=createdAtDesc', ['Acme Rockets']],
    [`filter=${encodeURIComponent(JSON.stringify(attribute({ key: 'live', eq: true })))}`, ['Acme Rockets']]
  ]
  for (const [query, expected] of queries) t.same(names((await w.get(`/v1/companies?${query}`)).body.data), expected, query)
  t.match((await w.post('/v1/companies/search', { filter: { attributes: [{ eq: 1 }] } })).body, { code: 'invalid', errors: [{ path: 'filter.attributes.0.key' }] })
})

t.test('an upsert says what it did, also when eight race; a key gives the first answer again', async t => {
  const w = await workspace()
  const outcomes = await Promise.all(Array.from({ length: 8 }, async () => (await w.put('/v1/companies/external:x', { name: 'X', tier: 'gold' })).body.outcome))
  t.same(outcomes.toSorted(), ['created', ...Array(7).fill('unchanged')])
  t.match((await w.graphql('mutation { upsertCompany(id: "external:x", input: { name: "Y" }) { outcome resource { name tier } } }')).data.upsertCompany,
    { outcome: 'updated', resource: { name: 'Y', tier: 'gold' } })
  const once = () => w.post('/v1/companies', { name: 'k' }, { 'idempotency-key': 'k' })
  t.same((await once()).body, (await once()).body)
  const stranger = await w.withScopes(['agents:read', 'agents:write'])
  t.match([(await stranger.get('/v1/companies')).status, (await stranger.post('/v1/companies', { name: 'x' })).status], [403, 403])
  t.equal((await w.get('/v1/companies?count=true')).body.page.total, 2)
})
