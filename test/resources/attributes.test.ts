import t from 'tap'
import { systemContext } from '../../src/context.js'
import { checkAttributes } from '../../src/resources/attributes/attribute.service.js'
import { startApp } from '../support/app.js'

const { workspace, services } = await startApp(t)
const plan = { on: 'contact', key: 'plan', name: 'Plan', type: 'choice', allowedValues: ['free', 'team', 'free'], externalId: 'a-1' }
const keys = (list: Array<{ key: string }>) => list.map(({ key }) => key)

t.test('an attribute made by REST is the same by GraphQL', async t => {
  const w = await workspace()
  const made = await w.post('/v1/attributes', plan)
  t.match([made.status, made.headers.location, made.headers.etag], [201, `/v1/attributes/${made.body.id}`, '"1"'])
  const { id, createdAt, updatedAt, ...rest } = made.body
  t.strictSame(rest, { ...plan, allowedValues: ['free', 'team'], description: null, archivedAt: null, version: 1 })
  const { data } = await w.graphql('{ attribute(id: "external:a-1") { id externalId version createdAt updatedAt on key name type allowedValues description archivedAt } }')
  t.same(data.attribute, made.body)
  t.equal((await (await workspace()).get(`/v1/attributes/${id}`)).status, 404)
})

t.test('a key is taken once on each resource; choices need values, others refuse them; nothing is made of a refusal', async t => {
  const w = await workspace()
  await w.post('/v1/attributes', plan)
  t.match((await w.post('/v1/attributes', { ...plan, externalId: undefined })).body, { code: 'conflict', errors: [{ path: 'key', message: 'is already taken' }] })
  t.equal((await w.post('/v1/attributes', { on: 'company', key: 'plan', name: 'Plan', type: 'text' })).status, 201)
  t.match((await w.post('/v1/attributes', { on: 'company', key: 'size', name: 'S', type: 'choices' })).body, { code: 'invalid', errors: [{ path: 'allowedValues' }] })
  const { errors } = await w.graphql('mutation { createAttribute(input: { on: company, key: "size", name: "S", type: number, allowedValues: ["1"] }) { id } }')
  t.match(errors?.[0]?.extensions.errors, [{ path: 'allowedValues', message: 'is for choices only; the type is number' }])
  t.match((await w.post('/v1/attributes', { on: 'company', key: 'Not camel', name: 'x', type: 'text' })).body.errors, [{ path: 'key' }])
  t.equal((await w.get('/v1/attributes?count=true')).body.page.total, 2)
})

t.test('two hundred on a resource are the most, however many come at once', async t => {
  const w = await workspace()
  const make = (n: number) => w.post('/v1/attributes', { on: 'contact', key: `k${n}`, name: 'x', type: 'text' })
  for (let n = 0; n < 195; n++) await make(n)
  const statuses = (await Promise.all(Array.from({ length: 10 }, (_, n) => make(200 + n)))).map(({ status }) => status)
  t.same(statuses.toSorted(), [...Array(5).fill(201), ...Array(5).fill(422)])
  t.equal((await w.post('/v1/attributes', { on: 'company', key: 'k', name: 'x', type: 'text' })).status, 201)
})

t.test('what is written is checked by type, each bad key is named, null clears, and nothing given asks nothing', async t => {
  const w = await workspace()
  const types = { text: 'text', number: 'number', flag: 'boolean', day: 'date', one: 'choice', some: 'choices', old: 'text' }
  for (const [key, type] of Object.entries(types)) {
    await w.post('/v1/attributes', { on: 'conversation', key, name: key, type, ...(type.startsWith('choice') && { allowedValues: ['a', 'b'] }), externalId: key })
  }
  await w.post('/v1/attributes/external:old/archive')
  const ctx = systemContext(services, w.workspaceId, [])
  const good = { text: 'x', number: 1.5, flag: false, day: '2028-02-29', one: 'b', some: ['b', 'a'], old: null }
  t.strictSame(await checkAttributes(ctx, 'conversation', good), good)
  t.strictSame(await checkAttributes(ctx, 'conversation', { some: ['a', 'a'] }), { some: ['a'] })
  const bad: Record<string, unknown> = { text: 1, number: 'x', flag: 'true', day: '2027-02-29', one: 'c', some: ['a', 'c'], old: 'x', other: 1 }
  for (const [key, value] of Object.entries(bad)) {
    await t.rejects(checkAttributes(ctx, 'conversation', { [key]: value }), { code: 'invalid', errors: [{ path: `attributes.${key}` }] }, key)
  }
  const refused = await checkAttributes(ctx, 'conversation', bad).catch(error => error)
  t.same(refused.errors, [
    { path: 'attributes.text', message: 'must be text of up to 1,000 characters' },
    { path: 'attributes.number', message: 'must be a number' },
    { path: 'attributes.flag', message: 'must be true or false' },
    { path: 'attributes.day', message: 'must be a date, such as 2026-03-01' },
    { path: 'attributes.one', message: 'must be one of: a, b' },
    { path: 'attributes.some', message: 'must be a list of some of: a, b' },
    { path: 'attributes.old', message: 'is archived and can only be cleared' },
    { path: 'attributes.other', message: 'is not an attribute of a conversation' }
  ])
  await t.rejects(checkAttributes(ctx, 'contact', { text: 'x' }), { message: 'attributes.text: is not an attribute of a contact' })
  await t.rejects(checkAttributes(systemContext(services, (await workspace()).workspaceId, []), 'conversation', { text: 'x' }), { code: 'invalid' })
  t.strictSame(await checkAttributes({ ...ctx, db: null as never }, 'conversation', {}), {})
  t.strictSame(await checkAttributes({ ...ctx, db: null as never }, 'conversation', undefined), {})
})

t.test('updates, upserts, versions and the archive; what an attribute is never changes', async t => {
  const w = await workspace()
  const { externalId, ...input } = plan
  t.equal((await w.put('/v1/attributes/external:a-1', input)).body.outcome, 'created')
  t.equal((await w.put('/v1/attributes/external:a-1', input)).body.outcome, 'unchanged')
  t.match((await w.put('/v1/attributes/external:a-1', { ...input, allowedValues: ['free', 'pro'] })).body, { outcome: 'updated', resource: { allowedValues: ['free', 'pro'], version: 2 } })
  t.match((await w.put('/v1/attributes/external:a-1', { ...input, type: 'choices' })).body, { code: 'invalid', errors: [{ path: 'type', message: 'is choice, and cannot be changed' }] })
  const { errors } = await w.graphql('mutation { updateAttribute(id: "external:a-1", input: { name: "P" }, ifVersion: 1) { id } }')
  t.equal(errors?.[0]?.extensions.code, 'preconditionFailed')
  t.match((await w.post('/v1/attributes/external:a-1/archive')).body, { archivedAt: '2026-03-02T10:00:00.000Z', version: 3 })
  t.match((await w.post('/v1/attributes/external:a-1/archive')).body, { version: 3 })
  t.same(keys((await w.get('/v1/attributes?archived=false')).body.data), [])
  t.match((await w.graphql('mutation { unarchiveAttribute(id: "external:a-1") { archivedAt name } }')).data.unarchiveAttribute, { archivedAt: null, name: 'Plan' })
  await w.post('/v1/attributes', { on: 'company', key: 'size', name: 'S', type: 'number' })
  t.same(keys((await w.get('/v1/attributes?on=company')).body.data), ['size'])
  t.same(keys((await w.post('/v1/attributes/search', { sort: 'keyDesc' })).body.data), ['size', 'plan'])
  const { data } = await w.graphql('{ attributes(filter: { on: { in: [contact] } }) { nodes { key } totalCount } }')
  t.same(data.attributes, { nodes: [{ key: 'plan' }], totalCount: 1 })
  const reader = await w.withScopes(['attributes:read'])
  t.match([(await reader.get('/v1/attributes')).status, (await reader.post('/v1/attributes', plan)).status], [200, 403])
})
