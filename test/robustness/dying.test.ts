import t, { type Test } from 'tap'
import { rows } from '../../src/db/connection.js'
import { takeHook } from '../../src/resources/channels/receipt.service.js'
import { startApp, type Workspace } from '../support/app.js'
import { ownDatabase } from '../support/database.js'
import { misfolded } from '../support/folding.js'
import { Died, mortal, type Death } from '../support/mortal.js'

const { app, services, clock, workspace } = await startApp(t, {}, { url: await ownDatabase(t) })
const db = services.database.read
const longEnoughMs = 2 * 60_000

interface Provider { w: Workspace, channelId: string, secret: string }

async function provider (): Promise<Provider> {
  const w = await workspace()
  const { body: { id } } = await w.post('/v1/channels', { name: 'Chat', kind: 'chat' })
  return { w, channelId: id, secret: (await w.post(`/v1/channels/${id}/hookSecret`)).body.secret }
}

/** Each sender writes in a thread of its own. */
const payload = (sender: string, externalId: string): Buffer =>
  Buffer.from(JSON.stringify({ externalId: `${sender} ${externalId}`, externalThreadId: sender, from: { email: `${sender}@example.com` }, text: 'It has not arrived' }))

async function deliver ({ channelId, secret }: Provider, body: Buffer): Promise<{ status: number, body: any }> {
  const { statusCode, body: answer } = await app.inject({
    method: 'POST', url: `/hooks/${channelId}`, headers: { 'content-type': 'application/json', 'x-webhook-secret': secret }, payload: body
  })
  return { status: statusCode, body: JSON.parse(answer) }
}

/** Takes a hook in a process that dies over it; false when the work was over before that step. */
async function diesOver ({ channelId, secret }: Provider, body: Buffer, death: Death): Promise<boolean> {
  try {
    await takeHook(mortal(services, death), 'dying', channelId, { contentType: 'application/json', headers: {}, payload: body, secrets: { webhookSecret: secret } })
    return false
  } catch (error) {
    if (error instanceof Died || (error as Error).cause instanceof Died) return true
    throw error
  }
}

const receiptsOf = async ({ w }: Provider): Promise<string[]> =>
  (await rows<{ state: string }>(db, 'select state from inbound_receipts where workspace_id = $1', [w.workspaceId])).map(({ state }) => state)

/** The ids of the messages with this external id, and the types of the events about them. */
async function messagesOf ({ w }: Provider, externalId: string): Promise<{ ids: string[], events: string[] }> {
  const ids = (await rows<{ id: string }>(db, 'select id from messages where workspace_id = $1 and external_id = $2', [w.workspaceId, externalId])).map(({ id }) => id)
  const events = await rows<{ type: string }>(db, 'select type from events where workspace_id = $1 and subject_id = any($2)', [w.workspaceId, ids])
  return { ids, events: events.map(({ type }) => type) }
}

async function survives (t: Test, from: Provider, sender: string): Promise<void> {
  const body = payload(sender, 'm-1')
  const isStored = (await receiptsOf(from)).includes('received')
  clock.advance(longEnoughMs)
  await from.w.runDue()
  if (isStored) t.match(await messagesOf(from, `${sender} m-1`), { ids: [String], events: ['message.received'] }, `${sender}: a worker took it up, once`)

  const again = await deliver(from, body)
  const { ids, events } = await messagesOf(from, `${sender} m-1`)
  t.same([ids.length, events], [1, ['message.received']], `${sender}: there is one message, with one event`)
  t.match(again, { status: 200, body: { state: 'processed', messageId: ids[0] } }, `${sender}: sent again, it gives the first result`)
  const { body: contacts } = await from.w.get(`/v1/contacts?email=${sender}@example.com`)
  t.equal(contacts.data.length, 1, `${sender}: one contact`)
  t.equal((await from.w.get(`/v1/conversations?contactId=${contacts.data[0].id}`)).body.data.length, 1, `${sender}: one conversation`)
}

for (const known of [false, true]) {
  t.test(`a process that dies at any step over a hook loses nothing and doubles nothing, the sender being ${known ? 'known' : 'new'}`, async t => {
    const from = await provider()
    let [deaths, alive] = [0, false]
    for (let step = 0; !alive; step++) {
      for (const when of ['before', 'after'] as const) {
        const sender = `${when}-${step}`
        if (known) t.equal((await deliver(from, payload(sender, 'm-0'))).status, 200)
        alive = !await diesOver(from, payload(sender, 'm-1'), { step, when })
        if (alive) break
        deaths++
        await survives(t, from, sender)
      }
    }
    t.ok(deaths >= 20, `it died ${deaths} times`)
    t.same([...new Set(await receiptsOf(from))], ['processed'], 'nothing is left over')
    t.same(await misfolded(db, from.w.workspaceId), [])
  })
}

t.test('a receipt is taken up once, however many workers look for it', async t => {
  const from = await provider()
  for (let step = 0; !(await receiptsOf(from)).length; step++) t.ok(await diesOver(from, payload('ada', 'm-1'), { step, when: 'after' }))
  t.same(await receiptsOf(from), ['received'])
  await from.w.runDue()
  t.same(await receiptsOf(from), ['received'], 'not while its process may still be at it')
  clock.advance(longEnoughMs)
  await Promise.all([from.w.runDue(), from.w.runDue(), from.w.runDue()])
  t.same(await receiptsOf(from), ['processed'])
  const { ids, events } = await messagesOf(from, 'ada m-1')
  t.same([ids.length, events], [1, ['message.received']])
})

t.test('a receipt that nobody can work on says so, and holds up no other', async t => {
  const [bad, good] = [await provider(), await provider()]
  for (const from of [bad, good]) {
    for (let step = 0; !(await receiptsOf(from)).length; step++) await diesOver(from, payload('ada', 'm-1'), { step, when: 'after' })
    clock.advance(1)
  }
  await db.$client.query(`alter table messages add constraint unforeseen check (workspace_id <> '${bad.w.workspaceId}') not valid`)
  clock.advance(longEnoughMs)
  await bad.w.runDue()
  t.same([await receiptsOf(bad), await receiptsOf(good)], [['failed'], ['processed']])
  const { body } = await bad.w.get('/v1/inboundReceipts?state=failed')
  t.match(body.data, [{ attempts: 1, reason: /^Something went wrong on our side\. The log has it under the request id \S+\.$/ }])
})
