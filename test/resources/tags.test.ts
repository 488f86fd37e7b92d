import t from 'tap'
import { startApp } from '../support/app.js'

const { workspace } = await startApp(t)

t.test('a tag made by REST is the same tag by GraphQL', async t => {
  const w = await workspace()
  const made = await w.post('/v1/tags', { name: 'refund', color: '#d94f4f', externalId: 'r-1' })
  t.equal(made.status, 201)
  t.equal(made.headers.location, `/v1/tags/${made.body.id}`)
  t.equal(made.headers.etag, '"1"')
  t.match(made.body, { name: 'refund', color: '#d94f4f', externalId: 'r-1', description: null, parentId: null, archivedAt: null, version: 1 })
  t.match(made.body.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

  t.same((await w.get(`/v1/tags/${made.body.id}`)).body, made.body)
  t.same((await w.get('/v1/tags/external:r-1')).body, made.body)
  const { data } = await w.graphql('query ($id: ID!) { tag(id: $id) { id externalId version createdAt updatedAt name description color parentId archivedAt parent { id } } }', { id: 'external:r-1' })
  t.same(data.tag, { ...made.body, parent: null })
})

t.test('a name is taken whatever its case, on both faces in the same words, and nothing is made', async t => {
  const w = await workspace()
  await w.post('/v1/tags', { name: 'Refund' })
  const refused = await w.post('/v1/tags', { name: 'refund' })
  t.equal(refused.status, 409)
  t.match(refused.body, { code: 'conflict', errors: [{ path: 'name', message: 'is already taken' }] })
  const { errors } = await w.graphql('mutation { createTag(input: { name: "REFUND" }) { id } }')
  t.equal(errors?.[0]?.extensions.code, 'conflict')
  t.equal(errors?.[0]?.message, refused.body.detail)
  t.equal((await w.get('/v1/tags?count=true')).body.page.total, 1)
})

t.test('a stale change is refused and changes nothing', async t => {
  const w = await workspace()
  const { body: tag } = await w.post('/v1/tags', { name: 'a' })
  const changed = await w.patch(`/v1/tags/${tag.id}`, { description: 'b' }, { 'if-match': '"1"' })
  t.equal(changed.headers.etag, '"2"')
  const refused = await w.patch(`/v1/tags/${tag.id}`, { description: 'c' }, { 'if-match': '"1"' })
  t.match([refused.status, refused.body.code], [412, 'preconditionFailed'])
  const { errors } = await w.graphql('mutation ($id: ID!) { updateTag(id: $id, input: { description: "c" }, ifVersion: 1) { id } }', { id: tag.id })
  t.equal(errors?.[0]?.extensions.code, 'preconditionFailed')
  t.equal((await w.get(`/v1/tags/${tag.id}`)).body.description, 'b')
  t.equal((await w.get(`/v1/tags/${tag.id}`, { 'if-none-match': '"2"' })).status, 304)
})

t.test('the same idempotency key gives the first answer again; another body is refused', async t => {
  const w = await workspace()
  const key = { 'idempotency-key': 'k-1' }
  const first = await w.post('/v1/tags', { name: 'once' }, key)
  const again = await w.post('/v1/tags', { name: 'once' }, key)
  t.equal(first.headers['idempotent-replayed'], undefined)
  t.equal(again.headers['idempotent-replayed'], 'true')
  t.match([again.status, again.body], [201, first.body])
  const other = await w.post('/v1/tags', { name: 'twice' }, key)
  t.match([other.status, other.body.code], [422, 'idempotencyMismatch'])
  t.equal((await w.get('/v1/tags?count=true')).body.page.total, 1)
})

t.test('an upsert by external id creates, changes, and says when nothing changed', async t => {
  const w = await workspace()
  const created = await w.put('/v1/tags/external:x', { name: 'a' })
  t.match([created.status, created.body.outcome, created.body.resource.externalId], [201, 'created', 'x'])
  t.equal((await w.put('/v1/tags/external:x', { name: 'a' })).body.outcome, 'unchanged')
  const updated = await w.put('/v1/tags/external:x', { name: 'b' })
  t.match([updated.status, updated.body.outcome, updated.body.resource.name], [200, 'updated', 'b'])
  const outcomes = await Promise.all(Array.from({ length: 8 }, async () => (await w.put('/v1/tags/external:y', { name: 'race' })).body.outcome))
  t.same(outcomes.toSorted(), ['created', ...Array(7).fill('unchanged')])
})

t.test('a tag cannot be a kind of itself, and five levels are the most', async t => {
  const w = await workspace()
  const ids: string[] = []
  for (let level = 0; level < 5; level++) {
    ids.push((await w.post('/v1/tags', { name: `l${level}`, parentId: ids.at(-1) ?? null })).body.id)
  }
  t.match((await w.post('/v1/tags', { name: 'l5', parentId: ids[4] })).body, { code: 'invalid', errors: [{ path: 'parentId' }] })
  t.match((await w.patch(`/v1/tags/${ids[0]}`, { parentId: ids[2] })).body, { code: 'invalid', errors: [{ path: 'parentId' }] })
  const other = await (await workspace()).post('/v1/tags', { name: 'theirs' })
  t.match((await w.post('/v1/tags', { name: 'x', parentId: other.body.id })).body, { code: 'notFound' })
})

t.test('pages follow each other while tags are being added', async t => {
  const w = await workspace()
  for (const name of ['b', 'd', 'f']) await w.post('/v1/tags', { name })
  const first = await w.get('/v1/tags?limit=2')
  t.same(first.body.data.map((tag: { name: string }) => tag.name), ['b', 'd'])
  await w.post('/v1/tags', { name: 'a' })
  await w.post('/v1/tags', { name: 'e' })
  const second = await w.get(`/v1/tags?limit=2&after=${first.body.page.endCursor}`)
  t.same(second.body.data.map((tag: { name: string }) => tag.name), ['e', 'f'])
  t.equal(second.body.page.hasMore, false)
  const { data } = await w.graphql('query ($after: String) { tags(first: 2, after: $after) { nodes { name } edges { cursor } totalCount pageInfo { hasNextPage endCursor } } }', { after: first.body.page.endCursor })
  t.same(data.tags.nodes.map((tag: { name: string }) => tag.name), ['e', 'f'])
  t.equal(data.tags.totalCount, 5)
  t.match((await w.get('/v1/tags?after=nonsense')).body, { code: 'badRequest' })
})

t.test('the filter means the same on both faces, and a wrong one says what is wrong', async t => {
  const w = await workspace()
  for (const name of ['refund', 'return', 'angry']) await w.post('/v1/tags', { name })
  const filter = { or: [{ name: { startsWith: 're' } }, { not: { name: { eq: 'angry' } } }] }
  const names = (list: Array<{ name: string }>) => list.map(({ name }) => name)
  t.same(names((await w.get(`/v1/tags?filter=${encodeURIComponent(JSON.stringify(filter))}`)).body.data), ['refund', 'return'])
  t.same(names((await w.post('/v1/tags/search', { filter })).body.data), ['refund', 'return'])
  const { data } = await w.graphql('query ($filter: TagFilter) { tags(filter: $filter) { nodes { name } } }', { filter })
  t.same(names(data.tags.nodes), ['refund', 'return'])
  t.match((await w.post('/v1/tags/search', { filter: { colour: { eq: 'x' } } })).body, { code: 'invalid', errors: [{ path: 'filter.colour' }] })
})
