import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createClient, type Client, type ClientOptions, type ExecutionResult } from 'graphql-ws'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import type { SocketLimits } from '../../src/graphql/sockets.js'
import { makeToy, type Toy } from './toy.js'

interface Listening extends Toy { url: string, now: { ms: number } }

async function listen (t: Test, socketLimits: Partial<SocketLimits> = {}): Promise<Listening> {
  const now = { ms: 0 }
  const toy = await makeToy(t, { socketLimits, now: () => now.ms })
  const url = (await toy.app.listen({ port: 0, host: '127.0.0.1' })).replace('http', 'ws') + '/graphql'
  return { ...toy, url, now }
}

/** A client as an integrator has it; closed with the test. */
function client (t: Test, url: string, connectionParams: ClientOptions['connectionParams'] = { authorization: 'Bearer ada' }): Client {
  const made = createClient({ url, connectionParams, webSocketImpl: WebSocket, retryAttempts: 0, lazy: true })
  t.teardown(() => made.dispose())
  return made
}

/** A bare socket, to say what no client would say. */
async function raw (t: Test, url: string, { protocol = 'graphql-transport-ws', headers = {} } = {}) {
  const socket = new WebSocket(url, protocol, { headers })
  t.teardown(() => socket.terminate())
  const received: any[] = []
  const waiting: (() => void)[] = []
  socket.on('message', data => {
    received.push(JSON.parse(String(data)))
    waiting.shift()?.()
  })
  const closed = new Promise<[number, string]>(resolve => socket.once('close', (code, reason) => resolve([code, String(reason)])))
  await once(socket, 'open')
  return {
    socket,
    closed,
    send: (message: object) => socket.send(JSON.stringify(message)),
    async next () {
      if (!received.length) await new Promise<void>(resolve => waiting.push(resolve))
      return received.shift()
    },
    async ready () {
      this.send({ type: 'connection_init', payload: { authorization: 'Bearer ada' } })
      const ack = await this.next()
      if (ack.type !== 'connection_ack') throw new Error(`not acknowledged: ${JSON.stringify(ack)}`)
    }
  }
}

/** All results of a subscription that ends by itself, or the errors or the close that ended it. */
async function all (client: Client, query: string, variables?: Record<string, unknown>) {
  const results: ExecutionResult[] = []
  const ended = await new Promise<unknown>(resolve => client.subscribe({ query, variables }, {
    next: result => results.push(result as ExecutionResult),
    error: resolve,
    complete: () => resolve('completed')
  }))
  return { results, ended }
}

const beat = (toy: Toy, beat: number): void => { toy.events.emit('beat', beat) }
const subscribed = async (toy: Toy, count = 1): Promise<void> => {
  while (toy.events.listenerCount('beat') < count) await new Promise(resolve => setImmediate(resolve))
}

t.test('events arrive in order, each as an answer, until the source ends', async t => {
  const toy = await listen(t)
  const cost = { cost: { requested: 1, limit: 10_000 } }
  t.strictSame(await all(client(t, toy.url), 'subscription { ticks }'), {
    results: [1, 2, 3].map(ticks => ({ data: { ticks }, extensions: cost })),
    ended: 'completed'
  })
})

t.test('events are resolved for the caller; errors in them are worded and do not end it', async t => {
  const toy = await listen(t)
  const events = client(t, toy.url).iterate({ query: 'subscription { beats { beat caller odd } }' })
  const first = events.next()
  await subscribed(toy)
  beat(toy, 2)
  t.match((await first).value, { data: { beats: { beat: 2, caller: 'ada', odd: 'even' } }, extensions: { cost: { requested: 4, limit: 10_000 } } })
  beat(toy, 3)
  t.strictSame((await events.next()).value, {
    data: { beats: { beat: 3, caller: 'ada', odd: null } },
    errors: [{
      message: 'Something went wrong on our side. The log has it under this request id.',
      locations: [{ line: 1, column: 36 }],
      path: ['beats', 'odd'],
      extensions: { code: 'internal', requestId: 'request-1' }
    }],
    extensions: { cost: { requested: 4, limit: 10_000 } }
  })
  t.match(toy.logged, [{ message: 'beats.odd failed', cause: { message: 'secret oddity' } }])
  beat(toy, 4)
  t.match((await events.next()).value, { data: { beats: { beat: 4 } } })
  await events.return!()
  while (toy.events.listenerCount('beat')) await new Promise(resolve => setImmediate(resolve))
  t.pass('leaving ends the source')
})

t.test('a subscription that waits ends at once, and its source is told', async t => {
  const toy = await listen(t)
  const { socket, ready, send, next } = await raw(t, toy.url).then(it => ({ ...it, ready: it.ready.bind(it) }))
  await ready()
  const returned = once(toy.events, 'returned')
  const started = once(toy.events, 'subscribed')
  send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { never }' } })
  await started
  send({ id: 'a', type: 'complete' })
  await returned
  const again = once(toy.events, 'subscribed')
  send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { never }' } })
  await again
  const cut = once(toy.events, 'returned')
  socket.terminate()
  await cut
  t.pass('so does one whose socket is gone')
  t.ok(next)
})

t.test('who may not come in is shown out, with the code of the reason', async t => {
  const toy = await listen(t, { initWithinMs: 50 })
  for (const [payload, code, reason] of [
    [undefined, 4401, 'Not authenticated'],
    [{}, 4401, 'Not authenticated'],
    [{ authorization: 5 }, 4401, 'Not authenticated'],
    [{ authorization: 'Bearer stranger' }, 4401, 'Not authenticated'],
    [{ authorization: 'Bearer outcast' }, 4403, 'Not allowed'],
    [{ authorization: 'Bearer broken' }, 1011, 'Internal error']
  ] as const) {
    const { send, closed } = await raw(t, toy.url)
    send({ type: 'connection_init', payload })
    t.strictSame(await closed, [code, reason])
  }
  t.strictSame(await (await raw(t, toy.url)).closed, [4408, 'Connection initialisation timeout'])
  t.strictSame(toy.ran, [])
})

t.test('the token comes in the parameters or in the header', async t => {
  const toy = await listen(t)
  for (const [payload, headers] of [
    [{ authorization: 'Bearer ada' }, {}],
    [{ Authorization: 'Bearer ada' }, {}],
    [{ headers: { Authorization: 'Bearer ada' } }, {}],
    [{}, { authorization: 'Bearer ada' }],
    [{ authorization: 'Bearer ada' }, { authorization: 'Bearer stranger' }]
  ]) {
    const { send, next } = await raw(t, toy.url, { headers: headers as Record<string, string> })
    send({ type: 'connection_init', payload })
    t.strictSame(await next(), { type: 'connection_ack' })
  }
})

t.test('the protocol is kept', async t => {
  const toy = await listen(t)
  const says = async (...messages: object[]) => {
    const { send, closed } = await raw(t, toy.url)
    for (const message of messages) send(message)
    return (await closed)[0]
  }
  const init = { type: 'connection_init', payload: { authorization: 'Bearer ada' } }
  const subscribe = { id: 'a', type: 'subscribe', payload: { query: 'subscription { never }' } }
  t.equal(await says(subscribe), 4401, 'nothing before the init')
  t.equal(await says(init, init), 4429, 'one init')
  t.equal(await says({ type: 'unknown' }), 4400)
  t.equal(await says({ id: 'a', type: 'subscribe' }), 4400)
  const bare = await raw(t, toy.url)
  bare.socket.send('{')
  t.equal((await bare.closed)[0], 4400)
  const twice = await raw(t, toy.url)
  await twice.ready()
  twice.send(subscribe)
  twice.send(subscribe)
  t.strictSame(await twice.closed, [4409, 'Subscriber for a already exists'])
  const pinged = await raw(t, toy.url)
  pinged.send({ type: 'ping' })
  t.strictSame(await pinged.next(), { type: 'pong' })
  await t.rejects(raw(t, toy.url, { protocol: 'graphql-ws' }), /sent no subprotocol/)
})

t.test('what cannot be run is an error of that subscription alone', async t => {
  const toy = await listen(t)
  const it = client(t, toy.url)
  const refusals: [string, Record<string, unknown> | undefined, string, string | RegExp][] = [
    ['subscription {', undefined, 'badRequest', 'Syntax Error: Expected Name, found <EOF>.'],
    ['subscription { nothing }', undefined, 'badRequest', 'Cannot query field "nothing" on type "Subscription".'],
    ['subscription ($a: Boolean!) { beats(fail: $a) { beat } }', {}, 'badRequest', 'Variable "$a" of required type "Boolean!" was not provided.'],
    ['subscription ($a: Boolean) { beats(fail: $a) { beat } }', { a: 'no' }, 'badRequest', /^Variable "\$a" got invalid value "no"/],
    ['subscription ($a: JSON) { ticks }', { a: '\0' }, 'invalid', /^a: holds characters/],
    ['query { caller }', undefined, 'badRequest', 'Only subscriptions are taken over a WebSocket; send a query by HTTP.'],
    ['mutation { rename(id: 1, name: "x") { id } }', undefined, 'badRequest', 'Only subscriptions are taken over a WebSocket; send a mutation by HTTP.'],
    ['subscription a { ticks } subscription b { ticks }', undefined, 'badRequest', 'Name one operation of the document as operationName.'],
    [`subscription { ticks ${'@skip(if: false) '.repeat(170)} }`, undefined, 'tooComplex', /1000 tokens/],
    [`subscription { beats { ${Array.from({ length: 31 }, (_, at) => `a${at}: beat`).join(' ')} } }`, undefined, 'tooComplex', /renames or repeats 31 fields/]
  ]
  for (const [query, variables, code, message] of refusals) {
    const { results, ended } = await all(it, query, variables)
    t.strictSame(results, [])
    t.match(ended, [{ message, extensions: { code, requestId: 'request-1' } }], query.slice(0, 60))
  }
  const mistakes = (await all(it, 'subscription { ticks nothing { a } }')).ended
  t.equal((mistakes as object[]).length, 2, 'each mistake is an error of its own')
  const { results, ended } = await all(it, 'subscription { beats(fail: true) { beat } }')
  t.match([results, ended], [[{ errors: [{ message: 'Not you.', path: ['beats'], extensions: { code: 'forbidden' } }] }], 'completed'])
  t.equal((await all(it, 'subscription { ticks }')).results.length, 3, 'the socket is as good as before')
  t.strictSame(toy.ran, [])
  t.strictSame(toy.logged, [])
})

t.test('a socket holds so many subscriptions, and says so much', async t => {
  const toy = await listen(t, { subscriptionsPerSocket: 2, messages: 8 })
  const it = await raw(t, toy.url)
  await it.ready()
  const subscribe = (id: string): void => it.send({ id, type: 'subscribe', payload: { query: 'subscription { beats { beat } }' } })
  subscribe('a')
  subscribe('b')
  subscribe('c')
  t.match(await it.next(), { id: 'c', type: 'error', payload: [{ message: /^A socket may hold 2 subscriptions/, extensions: { code: 'rateLimited' } }] })
  t.equal(toy.events.listenerCount('beat'), 2)
  it.send({ id: 'a', type: 'complete' })
  subscribe('d')
  while (toy.ran.length < 3) await new Promise(resolve => setImmediate(resolve))
  it.send({ type: 'pong' })
  it.send({ type: 'pong' })
  it.send({ type: 'pong' })
  t.strictSame(await it.closed, [4429, 'Too many messages'])
  while (toy.events.listenerCount('beat')) await new Promise(resolve => setImmediate(resolve))
  t.pass('with the socket, its subscriptions end')

  const long = await raw(t, toy.url)
  long.socket.send(JSON.stringify({ type: 'ping', payload: { text: 'a'.repeat(65_536) } }))
  t.equal((await long.closed)[0], 1009, 'a message is at most 64 KiB')
})

t.test('there are so many sockets, and on this path only', async t => {
  const toy = await listen(t, { sockets: 1 })
  const first = await raw(t, toy.url)
  await t.rejects(raw(t, toy.url), /503/)
  first.socket.close()
  await first.closed
  await (await raw(t, `${toy.url}?a=1`)).ready()
})

t.test('an upgrade that is refused leaves no connection behind', async t => {
  const toy = await listen(t)
  for (const [path, headers, status] of [['/other', {}, 404], ['/graphql/', {}, 404], ['/graphiql', {}, 404], ['/graphql', { 'x-refuse': '1' }, 429]] as const) {
    const socket = connect({ port: Number(new URL(toy.url).port), host: '127.0.0.1', allowHalfOpen: true })
    socket.write([`GET ${path} HTTP/1.1`, 'host: a', 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==', ...Object.entries(headers).map(header => header.join(': ')), '', ''].join('\r\n'))
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    await once(socket, 'end')
    while (await new Promise((resolve, reject) => toy.app.server.getConnections((error, count) => error ? reject(error) : resolve(count))));
    socket.destroy()
    t.match(Buffer.concat(chunks).toString(), `HTTP/1.1 ${status} `, path)
  }
})

t.test('a socket that does not answer pings is cut', async t => {
  const toy = await listen(t, { pingEveryMs: 20 })
  const { port } = new URL(toy.url)
  const silent: Socket = connect(Number(port), '127.0.0.1')
  silent.write('GET /graphql HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n')
  silent.resume()
  await once(silent, 'close')
  const living = await raw(t, toy.url)
  await living.ready()
  for (let pings = 0; pings < 3; pings++) await once(living.socket, 'ping')
  t.equal(living.socket.readyState, WebSocket.OPEN)
})

t.test('a subscription asks again who is calling; who is no longer known gets nothing more', async t => {
  const toy = await listen(t)
  const params = { authorization: 'Bearer ada' }
  let known = true
  const revocable = await makeToy(t, {
    now: () => toy.now.ms,
    contextOfConnection: async () => {
      if (!known) throw Object.assign(new Error('gone'), { statusCode: 400 })
      return { name: 'ada' } as never
    }
  })
  const url = (await revocable.app.listen({ port: 0, host: '127.0.0.1' })).replace('http', 'ws') + '/graphql'
  const events = client(t, url, params).iterate({ query: 'subscription { beats { beat } }' })
  const first = events.next()
  await subscribed(revocable)
  known = false
  beat(revocable, 1)
  t.match((await first).value, { data: { beats: { beat: 1 } } }, 'what was known stays known for a while')
  toy.now.ms += 30_001
  beat(revocable, 2)
  await t.rejects(events.next(), 'then it is asked again')
  t.equal(revocable.events.listenerCount('beat'), 0, 'and the source ends')
})

t.test('closing the server closes its sockets, also those that do not answer', async t => {
  const toy = await listen(t, { closeWithinMs: 50 })
  const polite = await raw(t, toy.url)
  await polite.ready()
  polite.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { beats { beat } }' } })
  await subscribed(toy)
  const rude = await raw(t, toy.url)
  rude.socket.pause()
  await toy.app.close()
  t.strictSame(await polite.closed, [1001, 'Going away'])
  t.equal(toy.events.listenerCount('beat'), 0)
  await t.rejects(raw(t, toy.url), /ECONNREFUSED/)
})
