import { EventEmitter } from 'node:events'
import fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { graphqlPlugin } from '../../src/graphql/plugin.js'
import { operations } from '../../src/http/operations.js'
import { makeToy, toyModule, toyTypes } from './toy.js'

const plain = 'application/json; charset=utf-8'
const graphqlJson = 'application/graphql-response+json; charset=utf-8'

t.test('the media type is the one that is preferred', async t => {
  const { app } = await makeToy(t)
  const cases: [string | undefined, string][] = [
    [undefined, plain],
    ['*/*', plain],
    ['application/*', plain],
    ['application/json', plain],
    ['text/html', plain],
    ['application/graphql-response+json', graphqlJson],
    ['APPLICATION/GraphQL-Response+JSON; charset=utf-8', graphqlJson],
    ['application/graphql-response+json, application/json;q=0.9', graphqlJson],
    ['application/json;q=0.9, application/graphql-response+json', graphqlJson],
    ['application/graphql-response+json;q=0.5, application/json', plain],
    ['application/graphql-response+json;q=0, */*', plain],
    ['text/html, application/graphql-response+json;q=0.1', graphqlJson]
  ]
  for (const [accept, type] of cases) {
    for (const query of ['{ hello }', '{ nothing }']) {
      const { headers, statusCode } = await app.inject({ method: 'POST', url: '/graphql', payload: { query }, headers: accept ? { accept } : {} })
      t.equal(headers['content-type'], type, String(accept))
      t.equal(headers['cache-control'], 'no-store')
      t.equal(headers.vary, 'Accept')
      t.equal(statusCode, query === '{ nothing }' && type === graphqlJson ? 400 : 200)
    }
  }
})

t.test('a mistake in a document is 200 in application/json; every other refusal keeps its status', async t => {
  const { app } = await makeToy(t)
  const send = async (payload: object, headers = {}) =>
    (await app.inject({ method: 'POST', url: '/graphql', payload, headers: { accept: 'application/json', ...headers } })).statusCode
  t.equal(await send({ query: '{' }), 200)
  t.equal(await send({ query: '{ nothing }' }), 200)
  t.equal(await send({ query: 'query ($a: String!) { hello(name: $a) }' }), 200)
  t.equal(await send({ query: '{ list { things(first: 1000) { nodes { id } } } }' }), 200)
  t.equal(await send({}), 400)
  t.equal(await send({ query: '{ hello }', variables: [] }), 400)
  t.equal(await send({ query: '{ hello }'.padEnd(70_000) }), 413)
  t.equal(await send({ query: 'query ($a: String) { hello(name: $a) }', variables: { a: '\0' } }), 422)
  t.equal(await send({ query: '{ hello }' }, { authorization: 'Bearer stranger' }), 401)
  t.equal(await send({ query: '{ hello }' }, { authorization: 'Bearer outcast' }), 403)
  t.equal(await send({ query: '{ hello }' }, { authorization: 'Bearer broken' }), 500)
})

t.test('who is not known is refused before anything is read', async t => {
  const { app, ran, logged } = await makeToy(t)
  const refused = await app.inject({ method: 'POST', url: '/graphql', payload: { query: '{' }, headers: { authorization: 'Bearer stranger' } })
  t.equal(refused.statusCode, 401)
  t.equal(refused.headers['www-authenticate'], 'Bearer')
  t.strictSame(refused.json(), { errors: [{ message: 'We do not know you.', extensions: { code: 'unauthenticated', requestId: 'request-1' } }] })
  const broken = await app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ hello }' }, headers: { authorization: 'Bearer broken' } })
  t.match(broken.json(), { errors: [{ message: 'Something went wrong on our side. The log has it under this request id.', extensions: { code: 'internal' } }] })
  t.match(logged, [{ message: 'secret breakage' }])
  const known = await app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ caller }' }, headers: { authorization: 'Bearer ada' } })
  t.strictSame(known.json().data, { caller: 'ada' })
  t.strictSame(ran, ['Query.caller'])
})

t.test('GET asks, and changes nothing', async t => {
  const { app, ran } = await makeToy(t)
  const get = (query: Record<string, string>, accept = 'application/json') => app.inject({ method: 'GET', url: '/graphql', query, headers: { accept } })
  t.strictSame((await get({ query: 'query ($n: String) { hello(name: $n) }', variables: '{"n":"Ada"}' })).json().data, { hello: 'Hello Ada' })
  t.strictSame((await get({ query: '{ hello }', variables: '', operationName: '', extensions: '' })).json().data, { hello: 'Hello you' })
  t.equal((await get({ query: '{ hello }', variables: '{' })).statusCode, 400)
  t.equal((await get({ query: '{ hello }', variables: '[]' })).statusCode, 400)
  t.equal((await get({ query: '{ hello }', extensions: '5' })).statusCode, 400)
  t.equal((await get({})).statusCode, 400)
  t.equal((await app.inject('/graphql?query={hello}&query={caller}')).statusCode, 400)
  for (const accept of ['application/json', 'application/graphql-response+json']) {
    for (const time of ['parsed', 'compiled', 'remembered']) {
      const refused = await get({ query: 'mutation { rename(id: 1, name: "x") { id } }' }, accept)
      t.equal(refused.statusCode, 405, time)
      t.equal(refused.headers.allow, 'POST')
      t.match(refused.json().errors, [{ message: 'A mutation cannot be sent by GET; send it by POST.', extensions: { code: 'badRequest' } }])
    }
  }
  t.strictSame(ran, ['Query.hello', 'Query.hello'])
})

t.test('POST takes one JSON object', async t => {
  const { app, ran } = await makeToy(t)
  const post = async (payload: string | undefined, type?: string) => app.inject({ method: 'POST', url: '/graphql', payload, headers: type ? { 'content-type': type } : {} })
  const query = JSON.stringify({ query: '{ hello }' })
  t.equal((await post(query, 'application/json')).statusCode, 200)
  t.equal((await post(query, 'application/json; charset=utf-8')).statusCode, 200)
  for (const type of ['text/plain', 'application/graphql', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined]) {
    const refused = await post(query, type)
    t.equal(refused.statusCode, 400, String(type))
    t.equal(refused.json().errors[0].extensions.code, 'badRequest')
  }
  for (const payload of [`[${query},${query}]`, 'null', '"a"', '5', '{', '', '[]', '{}', '{"query":""}', '{"query":{}}']) {
    const refused = await post(payload, 'application/json')
    t.equal(refused.statusCode, 400, payload)
    t.equal(refused.json().errors[0].extensions.code, 'badRequest')
  }
  t.match((await post(`[${query}]`, 'application/json')).json(), { errors: [{ message: 'Send one operation per request; batches are not read.' }] })
  t.strictSame(ran, ['Query.hello', 'Query.hello'])
})

t.test('an error that passes says when to come back', async t => {
  const { app } = await makeToy(t, { contextOf: async () => { throw Object.assign(new Error('later'), { statusCode: 500 }) } })
  t.equal((await app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ hello }' } })).headers['retry-after'], undefined)
  const busy = await makeToy(t, {
    problemOf: () => ({ problem: { type: '', title: '', status: 503, code: 'unavailable', detail: 'Later.', requestId: 'r' }, retryAfter: 7 }),
    contextOf: async () => { throw new Error('later') }
  })
  const answer = await busy.app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ hello }' } })
  t.equal(answer.statusCode, 503)
  t.equal(answer.headers['retry-after'], '7')
})

t.test('the REST contract does not list it', async t => {
  const app = fastify() as unknown as FastifyInstance
  t.teardown(() => app.close())
  await app.register(operations)
  await app.register(graphqlPlugin, {
    modules: [toyModule([], new EventEmitter())],
    types: toyTypes,
    contextOf: async () => ({}) as never,
    contextOfConnection: async () => ({}) as never,
    problemOf: () => { throw new Error('not asked') }
  })
  await app.ready()
  t.strictSame(app.operations(), [])
})
