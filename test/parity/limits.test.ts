import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { makeApp } from '../../src/app.js'
import { readConfig } from '../../src/config.js'
import { makeServices } from '../../src/services.js'
import { nestsDeeper } from '../../src/validate.js'
import { startApp, type Workspace } from '../support/app.js'
import { ownDatabase, testDatabase } from '../support/database.js'
import { digestOf } from '../support/digest.js'

const { app, services, workspace } = await startApp(t, {}, { url: await ownDatabase(t) })

declare namespace Tap { type Test = typeof t }

interface Sent extends InjectOptions { headers?: Record<string, string> }

/** Sends it as it is, with the workspace's key. */
const send = (w: Workspace, sent: Sent): Promise<LightMyRequestResponse> =>
  app.inject({ ...sent, headers: { authorization: `Bearer ${w.token}`, ...sent.headers } })

const json = (method: 'POST' | 'PATCH' | 'PUT', url: string, payload: unknown): Sent =>
  ({ method, url, payload: typeof payload === 'string' ? payload : JSON.stringify(payload), headers: { 'content-type': 'application/json' } })

/** Each refusal is a problem that says its status, its code and the id that its header says, and changes nothing. */
async function refused (t: Tap.Test, what: string, sent: Sent, status: number, code: string, path?: string): Promise<void> {
  const w = await workspace()
  const before = await digestOf(services.database.read, w.workspaceId)
  const answer = await send(w, sent)
  const body = answer.headers['content-type']?.toString().includes('json') ? answer.json() : {}
  t.same([answer.statusCode, body.code, body.status], [status, code, status], `${what}: ${answer.body.slice(0, 200)}`)
  t.equal(answer.headers['content-type'], 'application/problem+json', `${what}: problem+json`)
  t.match(body.requestId, /^[0-9a-f-]{36}$/, `${what}: has a request id`)
  t.equal(body.requestId, answer.headers['x-request-id'], `${what}: the header says the same request id`)
  if (path !== undefined) t.equal(body.errors?.[0]?.path, path, `${what}: names the field`)
  t.same(await digestOf(services.database.read, w.workspaceId), before, `${what}: changes nothing`)
}

const mebibyte = 1_048_576
const padded = (bytes: number): string => JSON.stringify({ name: 'a' }).padEnd(bytes, ' ')

t.test('a body may have 1 MiB and no more', async t => {
  await refused(t as Tap.Test, '1 MiB + 1', json('POST', '/v1/tags', padded(mebibyte + 1)), 413, 'tooLarge')
  const w = await workspace()
  t.equal((await send(w, json('POST', '/v1/tags', padded(mebibyte)))).statusCode, 201)
  const byGraphql = await send(w, json('POST', '/graphql', JSON.stringify({ query: '{ __typename }' }).padEnd(mebibyte + 1)))
  t.equal(byGraphql.statusCode, 413)
  t.match(byGraphql.json(), { errors: [{ extensions: { code: 'tooLarge', requestId: byGraphql.headers['x-request-id'] } }] })
})

t.test('text has no NUL and no half characters, on either face', async t => {
  const names: Array<[string, string]> = [['NUL', '"a\\u0000b"'], ['a high surrogate', '"a\\ud83d"'], ['a low surrogate', '"\\ude00a"'], ['a pair the wrong way round', '"\\ude00\\ud83d"']]
  for (const [what, name] of names) {
    await refused(t as Tap.Test, what, json('POST', '/v1/tags', `{"name":${name}}`), 422, 'invalid', 'name')
    const w = await workspace()
    const { errors } = await w.graphql('mutation ($input: CreateTag!) { createTag(input: $input) { id } }', { input: { name: JSON.parse(name) } })
    t.match(errors?.[0]?.extensions, { code: 'invalid', errors: [{ path: 'name' }] }, `${what} by GraphQL`)
  }
  const w = await workspace()
  t.equal((await w.post('/v1/tags', { name: '😀' })).body.name, '😀')
  for (const address of ['/v1/tags/external:%00', '/v1/tags?after=%00', `/v1/tags?filter=${encodeURIComponent('{"name":{"eq":"\\u0000"}}')}`]) {
    const answer = await send(w, { method: 'GET', url: address })
    t.ok([400, 404, 422].includes(answer.statusCode), `${address} is refused as the caller's mistake: ${answer.statusCode} ${answer.body}`)
  }
})

const nested = (depth: number): object => depth === 1 ? { name: { eq: 'a' } } : { not: nested(depth - 1) }
const deep = (depth: number): string => `${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`

t.test('a filter has six levels and a hundred parts', async t => {
  const w = await workspace()
  t.equal((await w.post('/v1/tags/search', { filter: nested(6) })).status, 200)
  await refused(t as Tap.Test, 'seven levels', json('POST', '/v1/tags/search', { filter: nested(7) }), 400, 'tooComplex')
  await refused(t as Tap.Test, 'seven levels in the query', { method: 'GET', url: `/v1/tags?filter=${encodeURIComponent(JSON.stringify(nested(7)))}` }, 400, 'tooComplex')
  const { errors } = await w.graphql('query ($filter: TagFilter) { tags(filter: $filter) { nodes { id } } }', { filter: nested(7) })
  t.equal(errors?.[0]?.extensions.code, 'tooComplex')
  const many = { or: Array.from({ length: 6 }, () => ({ or: Array.from({ length: 20 }, () => ({})) })) }
  await refused(t as Tap.Test, '127 parts', json('POST', '/v1/tags/search', { filter: many }), 400, 'tooComplex')
  await refused(t as Tap.Test, '21 parts in one list', json('POST', '/v1/tags/search', { filter: { or: Array.from({ length: 21 }, () => ({})) } }), 422, 'invalid', 'filter.or')
  for (const depth of [100, 1000, 100_000]) {
    await refused(t as Tap.Test, `${depth} levels`, json('POST', '/v1/tags/search', `{"filter":${deep(depth)}}`), 400, 'tooComplex')
    const list = `${'['.repeat(depth)}${']'.repeat(depth)}`
    await refused(t as Tap.Test, `${depth} lists in each other`, json('POST', '/v1/tags', `{"name":${list}}`), 400, 'tooComplex')
  }
  await refused(t as Tap.Test, '2,000 levels in the query', { method: 'GET', url: `/v1/tags?filter=${encodeURIComponent(deep(2000))}` }, 400, 'tooComplex')
})

t.test('a page has 1 to 100', async t => {
  for (const limit of ['101', '0', '-1', '1.5', 'many', '', '1e3']) {
    await refused(t as Tap.Test, `limit=${limit}`, { method: 'GET', url: `/v1/tags?limit=${limit}` }, 422, 'invalid', 'limit')
  }
  const w = await workspace()
  for (const limit of [101, 0, -1]) {
    await refused(t as Tap.Test, `limit: ${limit}`, json('POST', '/v1/tags/search', { limit }), 422, 'invalid', 'limit')
    const { errors } = await w.graphql('query ($first: Int) { tags(first: $first) { nodes { id } } }', { first: limit })
    t.equal(errors?.[0]?.extensions.code, 'invalid', `first: ${limit}`)
  }
})

t.test('a body must be JSON, an object, and nothing but what is asked for', async t => {
  const bodies: Array<[string, string, number, string, string?]> = [
    ['half of it', '{"name":', 400, 'badRequest'],
    ['nothing', '', 400, 'badRequest'],
    ['two of them', '{"name":"a"}{"name":"b"}', 400, 'badRequest'],
    ['__proto__', '{"name":"a","__proto__":{"isAdmin":true}}', 400, 'badRequest'],
    ['an escaped __proto__', '{"name":"a","\\u005f_proto__":{"isAdmin":true}}', 400, 'badRequest'],
    ['constructor.prototype', '{"name":"a","constructor":{"prototype":{"isAdmin":true}}}', 400, 'badRequest'],
    ['a list', '[]', 422, 'invalid'],
    ['null', 'null', 422, 'invalid'],
    ['a word', '"name"', 422, 'invalid'],
    ['a field too many', '{"name":"a","colour":"red"}', 422, 'invalid', 'colour'],
    ['a field of every object', '{"name":"a","toString":"red"}', 422, 'invalid', 'toString'],
    ['a field too few', '{"color":"#000000"}', 422, 'invalid', 'name'],
    ['another type', '{"name":5}', 422, 'invalid', 'name']
  ]
  for (const [what, body, status, code, path] of bodies) await refused(t as Tap.Test, what, json('POST', '/v1/tags', body), status, code, path)
  t.equal(({} as Record<string, unknown>).isAdmin, undefined)
  t.same([nestsDeeper('['.repeat(64)), nestsDeeper('['.repeat(65)), nestsDeeper(`"${'['.repeat(65)}"`), nestsDeeper('[]'.repeat(65)),
    nestsDeeper(`"\\"${'{'.repeat(65)}`), nestsDeeper(`"\\\\"${'{'.repeat(65)}`), nestsDeeper('"'), nestsDeeper('}'.repeat(9) + '{'.repeat(64))],
  [false, true, false, false, false, true, false, false])
  const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', 'nonsense']
  for (const type of types) {
    await refused(t as Tap.Test, type, { method: 'POST', url: '/v1/tags', payload: '{"name":"a"}', headers: { 'content-type': type } }, 400, 'badRequest')
  }
})

t.test('an address that is none is told so', async t => {
  const addresses: Array<[string, Sent, number, string]> = [
    ['an unknown route', { method: 'GET', url: '/v1/nonsense' }, 404, 'notFound'],
    ['an unknown verb', { method: 'POST', url: '/v1/tags/external:a/nonsense' }, 404, 'notFound'],
    ['a method it does not have', { method: 'DELETE', url: '/v1/tags' }, 404, 'notFound'],
    ['half a character', { method: 'GET', url: '/v1/tags/%E0%A4%A' }, 400, 'badRequest'],
    ['no id', { method: 'GET', url: '/v1/tags/5' }, 422, 'invalid'],
    ['a way up', { method: 'GET', url: '/v1/tags/..%2f..%2fetc' }, 422, 'invalid'],
    ['nothing after external:', { method: 'GET', url: '/v1/tags/external:' }, 422, 'invalid'],
    ['one that is too long', { method: 'GET', url: `/v1/tags/external:${'a'.repeat(600)}` }, 400, 'badRequest'],
    ['a line break', { method: 'GET', url: '/v1/tags/external:a%0d%0aset-cookie:%20a=b' }, 404, 'notFound']
  ]
  for (const [what, sent, status, code] of addresses) await refused(t as Tap.Test, what, sent, status, code)
})

t.test('parameters are given once, and only those that there are', async t => {
  await refused(t as Tap.Test, 'twice', { method: 'GET', url: '/v1/tags?limit=1&limit=2' }, 422, 'invalid', 'limit')
  await refused(t as Tap.Test, 'in brackets', { method: 'GET', url: '/v1/tags?limit[]=1' }, 422, 'invalid', 'limit[]')
  await refused(t as Tap.Test, 'one that there is not', { method: 'GET', url: '/v1/tags?colour=red' }, 422, 'invalid', 'colour')
  await refused(t as Tap.Test, 'no JSON', { method: 'GET', url: '/v1/tags?filter=%7B' }, 422, 'invalid', 'filter')
  await refused(t as Tap.Test, 'no such order', { method: 'GET', url: '/v1/tags?sort=colour' }, 422, 'invalid', 'sort')
})

t.test('headers are believed only in their form', async t => {
  const post = (headers: Record<string, string>): Sent => ({ ...json('POST', '/v1/tags', { name: 'a' }), headers: { 'content-type': 'application/json', ...headers } })
  await refused(t as Tap.Test, 'an empty key', post({ 'idempotency-key': '' }), 400, 'badRequest')
  await refused(t as Tap.Test, 'a key with a space', post({ 'idempotency-key': 'a b' }), 400, 'badRequest')
  await refused(t as Tap.Test, 'a key of 256', post({ 'idempotency-key': 'k'.repeat(256) }), 400, 'badRequest')
  await refused(t as Tap.Test, 'an If-Match without quotes', { ...post({ 'if-match': '3' }), method: 'PATCH', url: '/v1/tags/external:a' }, 400, 'badRequest')
  await refused(t as Tap.Test, 'no key', { method: 'GET', url: '/v1/tags', headers: { authorization: 'Bearer sup_live_nonsense' } }, 401, 'unauthenticated')
  await refused(t as Tap.Test, 'no bearer', { method: 'GET', url: '/v1/tags', headers: { authorization: 'Basic YTpi' } }, 401, 'unauthenticated')

  await refused(t as Tap.Test, 'a stranger with half a body', { ...post({ authorization: '' }), payload: '{"name":' }, 401, 'unauthenticated')
  await refused(t as Tap.Test, 'a stranger with too large a body', { ...post({ authorization: '' }), payload: padded(mebibyte + 1) }, 401, 'unauthenticated')

  const w = await workspace()
  const answer = await send(w, { method: 'GET', url: '/v1/tags', headers: { 'x-request-id': 'mine', 'x-forwarded-for': '10.0.0.1', 'x-forwarded-host': 'evil.example' } })
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['x-request-id'], /^[0-9a-f-]{36}$/, 'the request id is our own')
  const made = await send(w, post({ host: 'evil.example', 'x-forwarded-host': 'evil.example' }))
  t.match(made.headers.location, /^\/v1\/tags\/[0-9a-f-]{36}$/, 'Location is a path, whatever Host says')
})

t.test('what nobody expected is told nothing of, and is in the log under the request id', async t => {
  const lines: string[] = []
  const broken = makeServices(readConfig({ LOG_LEVEL: 'warn', WORKER: 'false', MAX_EVENT_LOOP_DELAY_MS: '0' }), await testDatabase(), Date.now, { logTo: { write: line => { lines.push(line) } } })
  const server = await makeApp(broken)
  t.teardown(async () => {
    await server.close()
    await broken.close()
  })
  server.get('/broken', { config: { open: true } }, async () => { throw new Error('the password is hunter2') })
  const answer = await server.inject({ method: 'GET', url: '/broken', headers: { authorization: 'Bearer sup_live_secret' } })
  t.same([answer.statusCode, answer.json().code], [500, 'internal'])
  t.notMatch(answer.body, /hunter2/)
  const logged = lines.map(line => JSON.parse(line)).find(line => line.reqId === answer.headers['x-request-id'])
  t.equal(logged?.err.message, 'the password is hunter2')
  t.equal(answer.json().requestId, logged?.reqId)
  t.notMatch(lines.join(''), /sup_live_secret/)
})
