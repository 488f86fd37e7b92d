import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { projectRoot } from '../../src/root.js'
import { startApp, type Workspace } from '../support/app.js'

const { app, workspace, clock } = await startApp(t)

interface Dialogue { id: number, customer: { customer_name: string, email: string }, turns: Array<[string, string]> }
const dialogues = JSON.parse(await readFile(join(projectRoot, 'data/abcd/dialogues.json'), 'utf8')) as Dialogue[]

/** The customer's turns as a chat provider pushes them, a minute apart, the last two at one instant. */
function pushes ({ id, customer, turns }: Dialogue): object[] {
  const said = turns.filter(([who]) => who === 'customer')
  return said.map(([, text], index) => ({
    externalId: `${id}-${index}`,
    externalThreadId: `abcd-${id}`,
    sentAt: new Date(clock.now - 3_600_000 + Math.min(index, said.length - 2) * 60_000).toISOString(),
    from: { name: customer.customer_name, email: customer.email, externalId: `customer-${id}` },
    subject: index === 0 ? text.slice(0, 60) : null,
    text
  }))
}

async function hookOf (w: Workspace): Promise<(payload: object) => Promise<{ status: number, body: any }>> {
  const { body: channel } = await w.post('/v1/channels', { name: 'Chat', kind: 'chat' })
  const { body: { secret, hookPath } } = await w.post(`/v1/channels/${channel.id}/hookSecret`, undefined)
  return async payload => {
    const answer = await app.inject({ method: 'POST', url: hookPath, headers: { 'x-webhook-secret': secret, 'content-type': 'application/json' }, payload })
    return { status: answer.statusCode, body: answer.json() }
  }
}

/** Everything about the one conversation of a workspace that does not name an id or an arrival. */
async function outcome (w: Workspace): Promise<object> {
  const { body: list } = await w.get('/v1/conversations?count=true&expand=contact')
  const [{ id, version, updatedAt, recordedAt, channelId, contactId, contact, firstInboundMessageId, lastInboundMessageId, lastMessageId, ...rest }] = list.data
  const { body: messages } = await w.get(`/v1/conversations/${id}/messages?limit=100`)
  return {
    total: list.page.total,
    ...rest,
    contact: { name: contact.name, externalId: contact.externalId },
    first: messages.data.findIndex((m: { id: string }) => m.id === firstInboundMessageId),
    last: messages.data.findIndex((m: { id: string }) => m.id === lastInboundMessageId),
    instants: messages.data.map((m: { occurredAt: string }) => m.occurredAt),
    texts: messages.data.map((m: { text: string }) => m.text).toSorted()
  }
}

t.test('a dialogue pushed in doubled and shuffled is the same conversation as a clean replay', async t => {
  for (const dialogue of dialogues) {
    const clean = await workspace()
    const push = await hookOf(clean)
    for (const payload of pushes(dialogue)) t.equal((await push(payload)).status, 200)
    const expected = await outcome(clean)
    t.match(expected, { total: 1, status: 'new', messagesIn: pushes(dialogue).length, contact: { name: dialogue.customer.customer_name } })
    for (const seed of [1, 2, 3]) {
      const shuffled = await workspace()
      const again = await hookOf(shuffled)
      const twice = pushes(dialogue).flatMap(payload => [payload, payload])
      const order = fc.sample(fc.shuffledSubarray(twice, { minLength: twice.length }), { seed, numRuns: 1 })[0]!
      await Promise.all(order.map(async payload => t.equal((await again(payload)).status, 200)))
      t.same(await outcome(shuffled), expected)
    }
  }
})

t.test('a duplicate answers with the first result', async t => {
  const w = await workspace()
  const { body: channel } = await w.post('/v1/channels', { name: 'App', kind: 'api' })
  const message = { externalId: 'm-1', from: { email: 'ADA@example.com' }, text: 'hello' }
  const first = await w.post(`/v1/channels/${channel.id}/messages`, message)
  const second = await w.post(`/v1/channels/${channel.id}/messages`, { ...message, text: 'changed' })
  t.match([first.status, second.status, first.body.duplicate, second.body.duplicate], [201, 200, false, true])
  t.same({ ...second.body, duplicate: false }, first.body)
  const { data } = await w.graphql('mutation ($id: ID!, $input: InboundMessage!) { pushMessage(id: $id, input: $input) { duplicate conversationId message { id text } } }', { id: channel.id, input: message })
  t.same(data.pushMessage, { duplicate: true, conversationId: first.body.conversationId, message: { id: first.body.message.id, text: 'hello' } })
})

t.test('twenty first messages of one person at once make one contact and one conversation', async t => {
  const w = await workspace()
  const { body: channel } = await w.post('/v1/channels', { name: 'Chat', kind: 'chat' })
  const answers = await Promise.all(Array.from({ length: 20 }, async (_, index) =>
    w.post(`/v1/channels/${channel.id}/messages`, { externalId: `m-${index}`, from: { phone: '+390612345' }, text: `message ${index}` })))
  t.same([...new Set(answers.map(answer => answer.status))], [201])
  t.equal(new Set(answers.map(answer => answer.body.conversationId)).size, 1)
  t.equal(new Set(answers.map(answer => answer.body.contactId)).size, 1)
  t.match((await w.get('/v1/conversations')).body.data, [{ messagesIn: 20 }])
})

t.test('what cannot be read stays with its reason, and can be retried', async t => {
  const w = await workspace()
  const push = await hookOf(w)
  const bad = await push({ externalId: 'm-1', text: 'who am I?' })
  t.match([bad.status, bad.body.state, bad.body.attempts], [202, 'failed', 1])
  t.match(bad.body.reason, /from/)
  t.match((await w.get('/v1/inboundReceipts?state=failed')).body.data, [{ id: bad.body.id, messageId: null }])
  const retried = await w.post(`/v1/inboundReceipts/${bad.body.id}/retry`, undefined)
  t.match([retried.status, retried.body.state, retried.body.attempts], [200, 'failed', 2])
  t.equal((await w.get('/v1/conversations')).body.data.length, 0)
})

t.test('a hook with a wrong secret, or none, is closed and keeps nothing', async t => {
  const w = await workspace()
  const { body: channel } = await w.post('/v1/channels', { name: 'Mail', kind: 'email' })
  const closed = await app.inject({ method: 'POST', url: channel.hookPath, payload: { text: 'x' } })
  t.equal(closed.statusCode, 401)
  await w.post(`/v1/channels/${channel.id}/hookSecret`, undefined)
  const wrong = await app.inject({ method: 'POST', url: channel.hookPath, headers: { 'x-webhook-secret': 'hook_wrong' }, payload: { text: 'x' } })
  t.match([wrong.statusCode, wrong.json().code], [401, 'unauthenticated'])
  const nowhere = await app.inject({ method: 'POST', url: '/hooks/nowhere', headers: { 'x-webhook-secret': 'hook_wrong' }, payload: { text: 'x' } })
  t.match([nowhere.statusCode, nowhere.json().detail], [401, wrong.json().detail], 'and says no more of one that is no id')
  t.equal((await w.get('/v1/inboundReceipts')).body.data.length, 0)
})

const mail = (id: string, subject: string, text: string, headers: string[] = []) => Buffer.from([
  'From: Ada Lovelace <ada@example.com>', 'To: help@example.org', `Subject: ${subject}`, `Message-ID: <${id}@example.com>`,
  'Date: Mon, 02 Mar 2026 09:00:00 +0000', 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', ...headers, '', text
].join('\r\n'))

t.test('mails thread by References in whatever order they come, and automatic ones wait for nobody', async t => {
  const w = await workspace()
  const { body: channel } = await w.post('/v1/channels', { name: 'Mail', kind: 'email', provider: 'rfc822' })
  const { body: { secret, hookPath } } = await w.post(`/v1/channels/${channel.id}/hookSecret`, undefined)
  const send = async (payload: Buffer) => (await app.inject({
    method: 'POST', url: hookPath, headers: { authorization: `Basic ${Buffer.from(`hook:${secret}`).toString('base64')}`, 'content-type': 'message/rfc822' }, payload
  })).json()
  const third = await send(mail('c', 'Re: Lamp', 'Any news?\r\n\r\nOn Mon, Mar 2, 2026 at 9:00 AM Help <help@example.org> wrote:\r\n> We look.', ['In-Reply-To: <b@example.org>', 'References: <a@example.com> <b@example.org>']))
  const first = await send(mail('a', 'Lamp', 'It is broken'))
  t.equal(first.state, 'processed')
  t.equal(first.conversationId, third.conversationId)
  const away = await send(mail('d', 'Out of office', 'I am away', ['Auto-Submitted: auto-replied', 'In-Reply-To: <b@example.org>', 'References: <a@example.com> <b@example.org>']))
  t.equal(away.conversationId, first.conversationId)
  const { body } = await w.get(`/v1/conversations/${first.conversationId}?expand=messages`)
  t.match(body, { messagesIn: 2 })
  t.equal(body.messages.find((m: { id: string }) => m.id === third.messageId).text.trim(), 'Any news?')
  t.match((await w.get(`/v1/messages/${third.messageId}/original`)).body.text, /We look/)
  t.equal(body.messages.find((m: { id: string }) => m.id === away.messageId).autoGenerated, 'autoReply')
})

t.test('a message of history is taken as if it had been here since then; one that was merely delivered late reopens now', async t => {
  const at = (minutes: number): string => new Date(clock.now - 86_400_000 + minutes * 60_000).toISOString()
  for (const [time, expected] of [['occurredAt', { status: 'resolved', waitingSince: null }], ['sentAt', { status: 'open', waitingSince: new Date(clock.now).toISOString() }]] as const) {
    const w = await workspace()
    const { body: channel } = await w.post('/v1/channels', { name: 'Chat', kind: 'chat' })
    const push = (externalId: string, more: object) => w.post(`/v1/channels/${channel.id}/messages`, { externalId, externalThreadId: 't', from: { externalId: 'c' }, text: externalId, ...more })
    const { body: { conversationId } } = await push('first', { occurredAt: at(0) })
    t.equal((await push('second', { occurredAt: at(60) })).status, 201)
    await w.post(`/v1/conversations/${conversationId}/resolve`, { occurredAt: at(120) })
    const late = await push('late', { [time]: at(30) })
    t.match([late.body.conversationId, late.body.message.occurredAt], [conversationId, at(30)])
    t.match((await w.get(`/v1/conversations/${conversationId}`)).body, { ...expected, messagesIn: 3 }, time)

    const limited = await w.withScopes(['inbound:write'])
    const refused = await limited.post(`/v1/channels/${channel.id}/messages`, { externalId: 'x', externalThreadId: 't', from: { externalId: 'c' }, text: 'x', occurredAt: at(40) })
    t.match(refused.body, { code: 'forbidden', detail: /history:write/ })
    t.match((await push('future', { occurredAt: new Date(clock.now + 1).toISOString() })).body, { code: 'invalid', errors: [{ path: 'occurredAt' }] })
    t.equal((await w.get(`/v1/conversations/${conversationId}`)).body.messagesIn, 3)
  }
})
