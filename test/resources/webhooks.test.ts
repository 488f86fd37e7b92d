import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { attemptDeliveries, planDeliveries, waitsMs } from '../../src/resources/webhooks/delivering.service.js'
import { startApp, type Workspace } from '../support/app.js'
import { ownDatabase } from '../support/database.js'

const { workspace, services, clock } = await startApp(t, { ALLOW_PRIVATE_ADDRESSES: 'true' }, { url: await ownDatabase(t) })
const hour = 3_600_000

interface Received { id: string, timestamp: string, signature: string, body: string, type: string, subjectId: string }

/** A receiver of webhooks that answers as the test says. */
async function receiver (t: { teardown: (end: () => Promise<void>) => void }, answer: (event: Received) => { status: number, body?: string, headers?: Record<string, string> } = () => ({ status: 204 })) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const header = (name: string) => String(request.headers[name])
    const { type, data } = JSON.parse(body)
    const event = { id: header('webhook-id'), timestamp: header('webhook-timestamp'), signature: header('webhook-signature'), body, type, subjectId: data.subject.id }
    received.push(event)
    const { status, body: said, headers } = answer(event)
    response.writeHead(status, { connection: 'close', ...headers }).end(said)
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const close = () => new Promise<void>(resolve => { server.close(() => resolve()) })
  t.teardown(close)
  return { received, close, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/hook` }
}

const deliveries = async (w: Workspace, query = '') => (await w.get(`/v1/webhookDeliveries?limit=100${query}`)).body.data
const verifies = ({ id, timestamp, body, signature }: Received, secret: string): boolean => signature.split(' ').includes(
  `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64')}`)

t.test('an event is sent, signed, and written into the log', async t => {
  const w = await workspace()
  const { received, url } = await receiver(t, () => ({ status: 200, body: 'thanks' }))
  await w.post('/v1/tags', { name: 'before' })
  const made = await w.post('/v1/webhooks', { url, types: ['tag.created'] })
  t.match([made.status, made.body], [201, { url, types: ['tag.created'], disabledAt: null, secret: /^whsec_[A-Za-z0-9+/]{43}=$/ }])
  const { body: tag } = await w.post('/v1/tags', { name: 'refund' })
  await w.runDue()
  t.equal(received.length, 1)
  const { data: [event] } = (await w.get(`/v1/events?subjectId=${tag.id}`)).body
  t.same(JSON.parse(received[0]!.body), { type: 'tag.created', timestamp: event.occurredAt, data: event })
  t.match(received[0], { id: event.id, timestamp: String(clock.now / 1000) })
  t.ok(verifies(received[0]!, made.body.secret))
  const [delivery] = await deliveries(w)
  t.match(delivery, {
    webhookId: made.body.id, eventId: event.id, eventType: 'tag.created', subjectId: tag.id, state: 'delivered', attemptCount: 1,
    nextAttemptAt: null, finishedAt: new Date(clock.now).toISOString(), attempts: [{ number: 1, status: 200, response: 'thanks', error: null }]
  })
  t.same((await w.get(`/v1/webhookDeliveries/${delivery.id}`)).body, delivery)
  t.notOk('secret' in (await w.get(`/v1/webhooks/${made.body.id}`)).body)
  t.notMatch(JSON.stringify((await w.get('/v1/events')).body), /whsec_/)
  await w.runDue()
  t.equal(received.length, 1)
})

t.test('events about one subject stay in order; another subject does not wait', async t => {
  const w = await workspace()
  let failing = ''
  const { received, url } = await receiver(t, event => ({ status: event.subjectId === failing ? 500 : 200 }))
  await w.post('/v1/webhooks', { url, types: ['tag.created', 'tag.updated', 'tag.archived'] })
  const { body: a } = await w.post('/v1/tags', { name: 'a' })
  failing = a.id
  await w.patch(`/v1/tags/${a.id}`, { color: '#000000' })
  await w.post(`/v1/tags/${a.id}/archive`)
  const { body: b } = await w.post('/v1/tags', { name: 'b' })
  await w.runDue()
  const seen = () => received.map(({ type, subjectId }) => `${subjectId === a.id ? 'a' : 'b'} ${type}`).toSorted()
  t.same(seen(), ['a tag.created', 'b tag.created'])
  t.same((await deliveries(w, '&state=pending')).length, 3)
  failing = ''
  await w.runDue()
  t.equal(received.length, 2, 'not before its time')
  clock.advance(6_000)
  await w.runDue()
  t.same(received.slice(2).map(({ type }) => type), ['tag.created', 'tag.updated', 'tag.archived'])
  t.equal(received.filter(({ subjectId }) => subjectId === b.id).length, 1)
  t.same(await deliveries(w, '&state=pending'), [])
})

t.test('it is tried for about 28 hours, then the webhook is disabled; what waited is sent once it is enabled', async t => {
  const w = await workspace()
  let status = 503
  const { received, url } = await receiver(t, () => ({ status }))
  const { body: webhook } = await w.post('/v1/webhooks', { url, types: ['tag.created', 'tag.updated'] })
  const { body: tag } = await w.post('/v1/tags', { name: 'a' })
  await w.patch(`/v1/tags/${tag.id}`, { color: '#000000' })
  const began = clock.now
  await w.runDue()
  for (let attempt = 0; attempt < waitsMs.length; attempt++) {
    const [pending] = (await deliveries(w)).filter((each: { nextAttemptAt: string | null }) => each.nextAttemptAt)
    const wait = Date.parse(pending.nextAttemptAt) - clock.now
    t.ok(wait >= waitsMs[attempt]! * 0.899 && wait <= waitsMs[attempt]! * 1.101, `attempt ${attempt + 2} after ${wait} ms`)
    clock.advance(wait - 1)
    await w.runDue()
    t.equal(received.length, attempt + 1, 'not a millisecond early')
    clock.advance(1)
    await w.runDue()
    t.equal(received.length, attempt + 2)
  }
  const lasted = (clock.now - began) / hour
  t.ok(lasted > 24 && lasted < 31, `${lasted} hours`)
  const { body: disabled } = await w.get(`/v1/webhooks/${webhook.id}`)
  t.match(disabled, { disabledAt: new Date(clock.now).toISOString(), disabledBecause: 'failed' })
  const { data } = (await w.get('/v1/events?type=webhook.disabled')).body
  t.match(data, [{ subject: { id: webhook.id }, actor: { kind: 'system' } }])
  t.same((await deliveries(w)).map(({ state }: { state: string }) => state).toSorted(), ['failed', 'pending'])
  status = 200
  clock.advance(48 * hour)
  await w.post('/v1/tags', { name: 'meanwhile' })
  await w.runDue()
  t.equal(received.length, waitsMs.length + 1, 'nothing is sent while it is disabled')
  const [failed] = await deliveries(w, '&state=failed')
  t.match((await w.post(`/v1/webhookDeliveries/${failed.id}/redeliver`)).body, { code: 'conflict' })
  await w.post(`/v1/webhooks/${webhook.id}/enable`)
  await w.runDue()
  t.same(received.slice(waitsMs.length + 1).map(({ type }) => type).toSorted(), ['tag.created', 'tag.updated'])
  await w.post(`/v1/webhookDeliveries/${failed.id}/redeliver`)
  await w.runDue()
  t.match(received.at(-1), { type: 'tag.created', id: failed.eventId })
  t.match((await w.get(`/v1/webhookDeliveries/${failed.id}`)).body, { state: 'delivered', attempts: { length: 12 } })
})

t.test('while a secret is being changed both sign, for a day', async t => {
  const w = await workspace()
  const { received, url } = await receiver(t)
  const { body: webhook } = await w.post('/v1/webhooks', { url, types: ['tag.created'] })
  const { body: rotated } = await w.post(`/v1/webhooks/${webhook.id}/rotateSecret`)
  t.not(rotated.secret, webhook.secret)
  await w.post('/v1/tags', { name: 'a' })
  await w.runDue()
  t.same([verifies(received[0]!, webhook.secret), verifies(received[0]!, rotated.secret)], [true, true])
  clock.advance(25 * hour)
  await w.post('/v1/tags', { name: 'b' })
  await w.runDue()
  t.same([verifies(received[1]!, webhook.secret), verifies(received[1]!, rotated.secret)], [false, true])
})

t.test('from a cursor on everything is sent again, with the same ids', async t => {
  const w = await workspace()
  const { received, url } = await receiver(t)
  const { body: webhook } = await w.post('/v1/webhooks', { url, types: ['tag.created'] })
  for (const name of ['a', 'b', 'c']) await w.post('/v1/tags', { name })
  await w.runDue()
  const { data } = (await w.get('/v1/events?type=tag.created')).body
  const first = received.map(({ id }) => id).toSorted()
  await w.post(`/v1/webhooks/${webhook.id}/replay`, { after: String(data[0].sequence) })
  await w.runDue()
  t.same(first, data.map(({ id }: { id: string }) => id).toSorted())
  t.same(received.slice(3).map(({ id }) => id).toSorted(), data.slice(1).map(({ id }: { id: string }) => id).toSorted())
})

t.test('a redirect is not followed, a long answer is cut, and no answer is a failure with its reason', async t => {
  const w = await workspace()
  const elsewhere = await receiver(t)
  const redirecting = await receiver(t, () => ({ status: 302, headers: { location: elsewhere.url } }))
  const long = await receiver(t, () => ({ status: 200, body: `\0${'x'.repeat(200_000)}` }))
  const gone = await receiver(t)
  await gone.close()
  for (const url of [redirecting.url, long.url, gone.url]) await w.post('/v1/webhooks', { url, types: ['tag.created'] })
  await w.post('/v1/tags', { name: 'a' })
  await w.runDue()
  t.same([elsewhere.received.length, redirecting.received.length, long.received.length], [0, 1, 1])
  const [none, cut, redirected] = (await deliveries(w)).toSorted((a: { webhookId: string }, b: { webhookId: string }) => a.webhookId < b.webhookId ? 1 : -1)
  t.match(redirected, { state: 'pending', attempts: [{ status: null, error: 'unexpected redirect' }] })
  t.match(cut, { state: 'delivered', attempts: [{ status: 200 }] })
  t.equal(cut.attempts[0].response, 'x'.repeat(4_096))
  t.match(none, { state: 'pending', attempts: [{ status: null, response: null, error: /ECONNREFUSED/ }] })
})

t.test('two workers at once deliver each event once', async t => {
  const w = await workspace()
  const { received, url } = await receiver(t)
  await w.post('/v1/webhooks', { url, types: ['tag.created'] })
  await Promise.all(Array.from({ length: 30 }, (_, n) => w.post('/v1/tags', { name: `t${n}` })))
  const drain = async (): Promise<void> => {
    while (await planDeliveries(services, clock.now) + await attemptDeliveries(services, clock.now) > 0);
  }
  await Promise.all([drain(), drain(), drain()])
  t.equal(received.length, 30)
  t.equal(new Set(received.map(({ id }) => id)).size, 30)
})

t.test('the log forgets what was over 30 days ago, and nothing that is still to be made', async t => {
  const w = await workspace()
  let status = 200
  const { url } = await receiver(t, () => ({ status }))
  const { body: webhook } = await w.post('/v1/webhooks', { url, types: ['tag.created'] })
  await w.post('/v1/tags', { name: 'a' })
  await w.runDue()
  status = 500
  await w.post('/v1/tags', { name: 'b' })
  await w.runDue()
  await w.post(`/v1/webhooks/${webhook.id}/disable`)
  const states = async () => (await deliveries(w)).map(({ state, attempts }: { state: string, attempts: unknown[] }) => [state, attempts.length])
  clock.advance(30 * 24 * hour)
  await w.runDue()
  t.same(await states(), [['pending', 1], ['delivered', 1]])
  clock.advance(1)
  await w.runDue()
  t.same(await states(), [['pending', 1]])
  const { rows: [left] } = await services.database.read.$client.query(`select count(*)::int as attempts from webhook_attempts where workspace_id = $1`, [w.workspaceId])
  t.same(left, { attempts: 1 })
})

t.test('addresses are checked, and a webhook that is deleted takes its log along', async t => {
  const strict = await startApp(t)
  const w = await strict.workspace()
  for (const url of ['http://example.com', 'ftp://example.com', 'https://me:secret@example.com', 'nowhere']) {
    t.match((await w.post('/v1/webhooks', { url })).body, { code: 'invalid', errors: [{ path: 'url' }] }, url)
  }
  const { body: webhook } = await w.post('/v1/webhooks', { url: 'https://10.0.0.1/' })
  await w.runDue()
  const [delivery] = await deliveries(w)
  t.match(delivery, { state: 'pending', attempts: [{ status: null, error: '10.0.0.1 is not a public address' }] })
  t.equal((await w.delete(`/v1/webhooks/${webhook.id}`)).status, 204)
  t.equal((await w.get(`/v1/webhookDeliveries/${delivery.id}`)).status, 404)
  t.equal((await w.get(`/v1/webhooks/${webhook.id}`)).status, 404)
})
