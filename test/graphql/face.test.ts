import { serverAudits } from 'graphql-http'
import { createClient, type Client } from 'graphql-ws'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { rows } from '../../src/db/connection.js'
import { startApp } from '../support/app.js'

const { app, services, clock, workspace } = await startApp(t)
const address = await app.listen({ port: 0, host: '127.0.0.1' })

function client (t: Test, connectionParams: Record<string, unknown>): Client {
  const made = createClient({ url: `${address.replace('http', 'ws')}/graphql`, connectionParams, webSocketImpl: WebSocket, retryAttempts: 0 })
  t.teardown(() => made.dispose())
  return made
}

const follow = (t: Test, token: string | null) => client(t, { authorization: `Bearer ${token}` })
  .iterate<{ events: { type: string, resource: unknown } }>({ query: 'subscription { events(after: "0", types: ["tag.created"]) { type resource } }' })

t.test('the server keeps every audit of GraphQL over HTTP', async t => {
  for (const audit of serverAudits({ url: `${address}/graphql` })) {
    const result = await audit.fn()
    t.equal(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`, 'ok', `${audit.id} ${audit.name}`)
  }
})

t.test('a key that is wrong is refused as GraphQL refuses', async t => {
  const answer = await app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ __typename }' }, headers: { authorization: 'Bearer sup_live_wrong' } })
  t.equal(answer.statusCode, 401)
  t.strictSame(answer.json(), {
    errors: [{
      message: 'This API key is not known, or was revoked.',
      extensions: { code: 'unauthenticated', requestId: answer.headers['x-request-id'] }
    }]
  })
})

t.test('events come over a socket to who may read them', async t => {
  const [w, other] = [await workspace(), await workspace()]
  await other.post('/v1/tags', { name: 'theirs' })
  const { body: first } = await w.post('/v1/tags', { name: 'first' })
  const events = follow(t, w.token)
  t.strictSame((await events.next()).value.data, { events: { type: 'tag.created', resource: first } })
  const second = await w.graphql('mutation { createTag(input: { name: "second" }) { name } }')
  t.strictSame(second.data, { createTag: { name: 'second' } })
  t.match((await events.next()).value.data, { events: { type: 'tag.created', resource: { name: 'second' } } })
  await events.return!()

  const { token } = await w.withScopes(['tags:read'])
  const { value } = await follow(t, token).next()
  t.match(value.errors, [{ message: /^This needs the scope /, path: ['events'], extensions: { code: 'forbidden' } }])
})

t.test('a key that is revoked gets no more events', async t => {
  const w = await workspace()
  await w.post('/v1/tags', { name: 'first' })
  const events = follow(t, w.token)
  await events.next()
  await rows(services.database.read, 'update api_keys set revoked_at = now() where workspace_id = $1', [w.workspaceId])
  app.authentication.forget()
  clock.advance(30_001)
  const next = events.next()
  const { token } = await w.withScopes(['tags:write'])
  await app.inject({ method: 'POST', url: '/v1/tags', payload: { name: 'second' }, headers: { authorization: `Bearer ${token}` } })
  const refused = await next.catch((errors: unknown) => errors)
  t.match(refused, [{ message: 'This API key is not known, or was revoked.', extensions: { code: 'unauthenticated' } }])
})

t.test('who is not known has no socket', async t => {
  for (const params of [{}, { authorization: 'Bearer sup_live_wrong' }, { authorization: 'nonsense' }]) {
    const code = await new Promise(resolve => {
      client(t, params).subscribe({ query: 'subscription { events { id } }' },
        { next: () => resolve('came in'), error: event => resolve((event as { code?: number }).code), complete: () => resolve('completed') })
    })
    t.equal(code, 4401)
  }
})

t.test('the page is there for everybody, with its own policy', async t => {
  const page = await app.inject('/graphiql')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-security-policy'], /^default-src 'none';script-src 'self';/)
  t.equal(page.headers['x-content-type-options'], 'nosniff')
})

t.test('the highest cost is the one that is configured', async t => {
  const { workspace } = await startApp(t, { GRAPHQL_MAX_COST: '100' })
  const w = await workspace()
  t.equal((await w.graphql('{ tags(first: 10) { nodes { name } } }')).errors, undefined)
  t.match((await w.graphql('{ tags(first: 100) { nodes { name } } }')).errors, [{ extensions: { code: 'tooComplex' } }])
})
