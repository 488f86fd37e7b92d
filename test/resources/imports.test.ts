import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { runBatch } from '../../src/resources/imports/running.service.js'
import { createImport } from '../../src/resources/imports/receiving.service.js'
import { systemContext } from '../../src/context.js'
import { scopes } from '../../src/scopes.js'
import { startApp, type Workspace } from '../support/app.js'
import type { Caller } from '../support/caller.js'
import { ownDatabase } from '../support/database.js'
import { digestOf } from '../support/digest.js'
import { misfolded } from '../support/folding.js'
import { Died, mortal } from '../support/mortal.js'
import { seeded } from '../support/seeded.js'

const { services, workspace } = await startApp(t, {}, { url: await ownDatabase(t) })
const db = services.database.read
const ndjson = { 'content-type': 'application/x-ndjson' }

type Line = Record<string, unknown>
const textOf = (lines: ReadonlyArray<Line | string>): string => lines.map(line => typeof line === 'string' ? line : JSON.stringify(line)).join('\n') + '\n'
const send = (w: Caller, lines: ReadonlyArray<Line | string>, query = ''): Promise<any> => w.post(`/v1/imports${query}`, textOf(lines), ndjson)

/** Imports lines to their end; gives the import as it is then. */
async function imported (w: Workspace, lines: ReadonlyArray<Line | string>, query = ''): Promise<any> {
  const { status, body, headers } = await send(w, lines, query)
  if (status !== 202 || headers.location !== `/v1/imports/${body.id}`) throw new Error(`${status} ${JSON.stringify(body)}`)
  await w.runDue()
  return (await w.get(`/v1/imports/${body.id}`)).body
}

const catalogue: Line[] = [
  { type: 'company', externalId: 'acme', name: 'Acme', tier: 'gold', domains: ['acme.example'] },
  { type: 'agent', externalId: 'ann', name: 'Ann', email: 'ann@team.example', level: 'support specialist 1' },
  { type: 'agent', externalId: 'ben', name: 'Ben', email: 'ben@team.example', deactivated: true },
  { type: 'team', externalId: 'billing', name: 'Billing', members: ['ann', 'ben'] },
  { type: 'tag', externalId: 'money', name: 'money' },
  { type: 'tag', externalId: 'refund', name: 'refund', parent: 'money' },
  { type: 'channel', externalId: 'mail', name: 'Support mail', kind: 'email', defaultTeam: 'billing', defaultPriority: 'high' },
  { type: 'contact', externalId: 'ada', name: 'Ada', email: 'ada@acme.example', phone: '+43 1 234567', company: 'acme', language: 'de' }
]
const ann = { kind: 'agent', id: 'ann' }
const life: Line[] = [
  { type: 'conversation', externalId: 'order', channel: 'mail', contact: 'ada', subject: 'Order 3348', occurredAt: '2025-05-01T08:00:00Z', tags: ['refund'], complexity: 2 },
  { type: 'message', externalId: 'order-1', conversation: 'order', kind: 'inbound', text: 'It has not arrived', occurredAt: '2025-05-01T08:00:00Z', messageId: 'order-1@acme.example' },
  { type: 'assignment', conversation: 'order', assignee: 'ann', occurredAt: '2025-05-01T08:05:00Z', actor: { kind: 'agent', id: 'ben' } },
  { type: 'message', externalId: 'order-2', conversation: 'order', kind: 'note', text: 'Lost by the carrier', occurredAt: '2025-05-01T08:20:00Z', actor: ann },
  { type: 'message', externalId: 'order-3', conversation: 'order', kind: 'reply', html: '<p>Sent <b>again</b><script>x</script></p>', occurredAt: '2025-05-01T08:30:00Z', actor: ann },
  { type: 'status', externalId: 'order-s', conversation: 'order', status: 'resolved', reason: 'sent again', occurredAt: '2025-05-01T08:30:00Z', actor: ann },
  { type: 'message', externalId: 'order-4', conversation: 'order', kind: 'inbound', text: 'Thanks!', occurredAt: '2025-05-01T09:00:00Z' },
  { type: 'counting', conversation: 'order', message: 'order-4', counts: false, occurredAt: '2025-05-01T09:10:00Z', actor: ann },
  { type: 'priority', conversation: 'order', priority: 'low', occurredAt: '2025-05-01T09:11:00Z', actor: { kind: 'machine', id: 'triage-bot' } },
  { type: 'tagging', conversation: 'order', remove: ['refund'], add: ['money'], occurredAt: '2025-05-01T09:12:00Z', actor: ann },
  { type: 'status', conversation: 'order', status: 'closed', occurredAt: '2025-05-02T09:00:00Z' }
]

const conversation = async (w: Caller, externalId: string): Promise<any> => (await w.get(`/v1/conversations/external:${externalId}?expand=messages,contact,company,assignee,team,tags`)).body

function shuffled<T> (list: readonly T[], random: (below: number) => number): T[] {
  const left = [...list]
  return list.map(() => left.splice(random(left.length), 1)[0]!)
}

t.test('a history comes in with its own times and actors, each line in whatever place', async t => {
  const w = await workspace()
  const made = await imported(w, shuffled([...catalogue.filter(({ parent }) => !parent), ...life], seeded(5)).concat(catalogue.filter(({ parent }) => parent)), '?name=old.ndjson&externalId=old')
  t.match(made, { name: 'old.ndjson', externalId: 'old', state: 'finished', reason: null, linesRead: 19, linesDone: 19, created: 19, updated: 0, unchanged: 0, failed: 0, errors: [], finishedAt: '2026-03-02T10:00:00.000Z' })
  const order = await conversation(w, 'order')
  t.match(order, {
    subject: 'Order 3348', status: 'closed', priority: 'low', createdAt: '2025-05-01T08:00:00.000Z', recordedAt: '2026-03-02T10:00:00.000Z', complexity: 2, tier: 'gold', language: 'de',
    contact: { externalId: 'ada', phone: '+431234567' }, company: { externalId: 'acme' }, assignee: { externalId: 'ann' }, team: { externalId: 'billing' }, tags: [{ externalId: 'money' }],
    firstReplyAt: '2025-05-01T08:30:00.000Z', firstResolvedAt: '2025-05-01T08:30:00.000Z', resolvedAt: '2025-05-02T09:00:00.000Z', reopenCount: 1, messagesIn: 2, messagesOut: 1, notes: 1, waitingSince: null
  })
  t.match(order.messages, [
    { externalId: 'order-1', author: { kind: 'customer', id: order.contactId }, contactId: order.contactId, deliveryState: null },
    { externalId: 'order-2', kind: 'note', author: { kind: 'agent', id: order.assigneeId } },
    { externalId: 'order-3', text: 'Sent again', html: '<p>Sent <b>again</b></p>', deliveryState: 'sent' },
    { externalId: 'order-4', countsForService: false }
  ])
  t.same((await w.get('/v1/agents/external:ben')).body.deactivatedAt, '2026-03-02T10:00:00.000Z')
  t.same(await misfolded(db, w.workspaceId), [])
})

t.test('every line is one event, at its own instant and by whom it names', async t => {
  const w = await workspace()
  const made = await imported(w, [...catalogue, ...life])
  const { body: { data } } = await w.get('/v1/events?limit=100')
  const types = data.map((event: any) => event.type)
  t.same(types.slice(0, 9), ['import.created', 'company.created', 'agent.created', 'agent.created', 'agent.deactivated', 'team.created', 'team.membersChanged', 'tag.created', 'tag.created'])
  const { conversationId } = data.find((event: any) => event.type === 'conversation.created')
  const own = data.filter((event: any) => event.conversationId === conversationId)
  const agent = (await w.get('/v1/agents/external:ann')).body.id
  const seen = own.map((event: any) => `${event.occurredAt.slice(8, 16)} ${event.type} ${event.actor.kind}`)
  t.same(seen, [
    '01T08:00 conversation.created customer', '01T08:00 message.received customer', '01T08:05 conversation.assigned agent', '01T08:05 conversation.statusChanged system',
    '01T08:20 message.noted agent', '01T08:30 message.sent agent', '01T08:30 conversation.statusChanged agent', '01T09:00 message.received customer',
    '01T09:00 conversation.statusChanged system', '01T09:11 conversation.priorityChanged machine', '01T09:12 conversation.tagged agent', '02T09:00 conversation.statusChanged system'
  ])
  t.match(own[5], { actor: { kind: 'agent', id: agent }, recordedAt: '2026-03-02T10:00:00.000Z', requestId: `import ${made.id}`, subject: { type: 'message' } })
  t.match(own[6].changes, { status: { from: 'open', to: 'resolved' }, statusReason: { from: null, to: 'sent again' } })
  t.match(own[9], { actor: { id: 'triage-bot' }, changes: { priority: { from: 'high', to: 'low' } } })
  t.match(data.at(-1), { type: 'import.finished', resource: { id: made.id, state: 'finished', created: 19 } })
})

t.test('a second run changes nothing, and a longer file adds what is new in it', async t => {
  const w = await workspace()
  await imported(w, [...catalogue, ...life])
  const { imports, import_lines, import_errors, events, ...before } = await digestOf(db, w.workspaceId)
  const again = await imported(w, [...catalogue, ...life])
  t.match(again, { state: 'finished', created: 0, updated: 0, unchanged: 19, failed: 0 })
  const { imports: _1, import_lines: _2, import_errors: _3, events: _4, ...after } = await digestOf(db, w.workspaceId)
  t.same(after, before)

  const more = [
    { type: 'contact', externalId: 'ada', name: 'Ada Lovelace', company: null },
    { type: 'company', externalId: 'acme', name: 'Acme', tier: 'silver' },
    { type: 'message', externalId: 'order-0', conversation: 'order', kind: 'inbound', text: 'Before all that', occurredAt: '2025-04-30T08:00:00Z' },
    { type: 'delivery', conversation: 'order', message: 'order-3', occurredAt: '2025-05-01T08:40:00Z' }
  ]
  t.match(await imported(w, [...life, ...more]), { created: 2, updated: 2, unchanged: 11, failed: 0 })
  const order = await conversation(w, 'order')
  t.match(order, { createdAt: '2025-04-30T08:00:00.000Z', firstReplyAt: null, messagesIn: 3, tier: 'gold', contact: { name: 'Ada Lovelace', companyId: null } })
  t.equal(order.messages.find((message: any) => message.externalId === 'order-3').deliveryState, 'failed')
  t.same(await misfolded(db, w.workspaceId), [])
})

t.test('bad lines are told by their numbers and fields, and hold up no other', async t => {
  const w = await workspace()
  const lines = [
    ...catalogue.filter(({ type }) => type !== 'company'), '', '{"type":', { type: 'ship', externalId: 'x' }, { type: 'tag', externalId: 'ok', name: 'ok', colour: 'red' },
    { type: 'agent', externalId: 'eve', name: 'Eve', email: 'eve' }, { type: 'agent', externalId: 'ann-2', name: 'Ann', email: 'ann@team.example' },
    { type: 'conversation', externalId: 'nowhere', channel: 'fax', occurredAt: '2025-05-01T08:00:00Z' },
    { type: 'message', externalId: 'n-1', conversation: 'nowhere', kind: 'inbound', text: 'hi', occurredAt: '2025-05-01T08:00:00Z' },
    { type: 'message', externalId: 'n-2', conversation: 'unknown', kind: 'inbound', text: 'hi', occurredAt: '2025-05-01T08:00:00Z' },
    { type: 'conversation', externalId: 'good', channel: 'mail', occurredAt: '2025-05-01T08:00:00Z' },
    { type: 'message', externalId: 'g-1', conversation: 'good', kind: 'inbound', text: 'hi', occurredAt: '2027-05-01T08:00:00Z' },
    { type: 'message', externalId: 'g-2', conversation: 'good', kind: 'reply', text: ' ', occurredAt: '2025-05-01T09:00:00Z' },
    { type: 'message', externalId: 'g-3', conversation: 'good', kind: 'reply', text: 'yes', occurredAt: '2025-05-01T09:00:00Z', actor: { kind: 'agent', id: 'nobody' } },
    { type: 'counting', conversation: 'good', message: 'n-1', counts: false, occurredAt: '2025-05-01T09:00:00Z' },
    { type: 'message', externalId: 'g-4', conversation: 'good', kind: 'reply', text: 'yes', occurredAt: '2025-05-01T09:00:00Z' }
  ]
  const made = await imported(w, lines)
  const first = 8
  t.match(made, { state: 'finished', linesRead: 21, linesDone: 21, failed: 13, created: 8 })
  const told = made.errors.map(({ line, path, message }: any) => [line, path, message])
  t.same(told, [
    [7, 'company', 'names no company of this workspace, nor of the lines before it'],
    [first + 1, '', 'is not JSON'],
    [first + 2, 'type', told.find(([line]: any) => line === first + 2)[2]],
    [first + 3, 'colour', 'is not a field of this input'],
    [first + 4, 'email', 'Invalid email address'],
    [first + 5, 'email', 'is already taken'],
    [first + 6, 'channel', 'names no channel of this workspace, nor of these lines'],
    [first + 7, 'conversation', `is not here, because of what is wrong with line ${first + 6}`],
    [first + 8, 'conversation', 'names no conversation of this workspace, nor of these lines'],
    [first + 10, 'occurredAt', 'is in the future'],
    [first + 11, 'text', 'is required, unless there is html or an attachment'],
    [first + 12, 'actor.id', 'names no agent of this workspace, nor of these lines'],
    [first + 13, 'message', 'names no message of this conversation']
  ])
  t.match(await conversation(w, 'good'), { messages: [{ externalId: 'g-4' }], status: 'open' })
  const page = (await w.get(`/v1/imports/${made.id}/errors?limit=5`)).body
  const rest = (await w.get(`/v1/imports/${made.id}/errors?limit=100&after=${page.page.endCursor}`)).body
  t.same([...page.data, ...rest.data], made.errors)
  t.same([page.page.hasMore, rest.page.hasMore], [true, false])
  const { data } = await w.graphql('query ($id: ID!) { import(id: $id) { id failed errors { line path message } } importErrors(id: $id, first: 100) { totalCount nodes { line path message } } imports { nodes { id state } } }', { id: made.id })
  t.same(data, { import: { id: made.id, failed: 13, errors: made.errors }, importErrors: { totalCount: 13, nodes: made.errors }, imports: { nodes: [{ id: made.id, state: 'finished' }] } })
})

t.test('with too many bad lines it stops', async t => {
  const w = await workspace()
  const bad = Array.from({ length: 4 }, (_, at) => ({ type: 'contact', externalId: `c${at}`, company: 'nobody' }))
  t.match(await imported(w, [...catalogue, ...bad], '?maxErrors=3'), { state: 'failed', reason: 'More than 3 lines have errors. One is line 9: company names no company of this workspace, nor of the lines before it.', failed: 4 })
  t.match((await send(w, ['no', 'no', 'JSON', '?'], '?maxErrors=3')).body, { status: 422, code: 'invalid' })
  t.match((await w.get('/v1/imports?limit=1')).body.data, [{ state: 'failed', reason: 'More than 3 lines have errors. One is line 1:  is not JSON.', linesRead: 0 }])
})

t.test('in whatever order the lines come, and however they are split, the conversations are the same', async t => {
  const random = seeded(11)
  const long: Line[] = Array.from({ length: 2_600 }, (_, at) => ({
    type: 'message', externalId: `long-${at}`, conversation: 'long', kind: (['inbound', 'note', 'reply'] as const)[random(3)], text: `${at}`, occurredAt: new Date(Date.parse('2025-01-01') + random(900) * 60_000).toISOString(), sequence: random(3)
  }))
  long.push({ type: 'conversation', externalId: 'long', channel: 'mail', contact: 'ada', occurredAt: '2025-01-01T05:00:00Z' })
  const shown = async (lines: Line[]): Promise<object> => {
    const w = await workspace()
    t.match(await imported(w, lines), { state: 'finished', failed: 0 })
    t.same(await misfolded(db, w.workspaceId), [])
    const all = await Promise.all(['order', 'long'].map(async id => (await w.get(`/v1/conversations/external:${id}`)).body))
    return all.map(({ createdAt, status, statusSince, waitingSince, firstInboundAt, lastInboundAt, firstReplyAt, messagesIn, messagesOut, notes, reopenCount }) =>
      ({ createdAt, status, statusSince, waitingSince, firstInboundAt, lastInboundAt, firstReplyAt, messagesIn, messagesOut, notes, reopenCount }))
  }
  const sorted = await shown([...catalogue, ...life, ...long])
  t.match(sorted, [{ messagesIn: 2 }, { createdAt: '2025-01-01T00:00:00.000Z' }])
  t.same(await shown([...catalogue.slice(0, 5), ...shuffled([...catalogue.slice(6), ...life, ...long], random), catalogue[5]!]), sorted)
})

t.test('a process that dies at any step of the loading is gone on from, with nothing lost and nothing doubled', async t => {
  const kept = async (w: Workspace): Promise<unknown> => rows(db, `select type, occurred_at, actor_kind from events where workspace_id = $1 and type not like 'import.%' order by type, occurred_at, actor_kind`, [w.workspaceId])
  const clean = await workspace()
  await imported(clean, [...catalogue, ...life])
  const w = await workspace()
  const { body: { id } } = await send(w, [...catalogue, ...life])
  let deaths = 0
  for (let step = 0, progress: unknown = 'going'; progress !== null; step = (step + 7) % 60) {
    for (const when of ['before', 'after'] as const) {
      try {
        progress = await runBatch(mortal(services, { step, when }), { workspaceId: w.workspaceId, id }, false)
      } catch (error) {
        if (!(error instanceof Died) && !((error as Error).cause instanceof Died)) throw error
        deaths++
      }
    }
  }
  t.ok(deaths >= 5, `it died ${deaths} times`)
  t.match((await w.get(`/v1/imports/${id}`)).body, { state: 'finished', linesDone: 19, created: 19, failed: 0 })
  t.same(await kept(w), await kept(clean))
  t.same(await misfolded(db, w.workspaceId), [])
})

t.test('conversations are merged, snoozed, marked and deleted as they were', async t => {
  const w = await workspace()
  const one = (externalId: string, more: Line[] = []): Line[] => [
    { type: 'conversation', externalId, channel: 'mail', contact: 'ada', occurredAt: '2025-05-01T08:00:00Z' },
    { type: 'message', externalId: `${externalId}-1`, conversation: externalId, kind: 'inbound', text: externalId, occurredAt: '2025-05-01T08:00:00Z' },
    ...more.map(line => ({ conversation: externalId, occurredAt: '2025-05-01T10:00:00Z', ...line }))
  ]
  const lines = [
    ...catalogue, ...one('a', [{ type: 'merge', into: 'b' }]), ...one('b'), ...one('c', [{ type: 'spam' }]), ...one('d', [{ type: 'delete' }]),
    ...one('e', [{ type: 'snooze', until: '2026-03-02T11:00:00Z', reason: 'later' }, { type: 'update', tier: 'bronze', language: null }])
  ]
  t.match(await imported(w, lines), { failed: 0, created: 23 })
  t.same((await conversation(w, 'b')).messages.map((message: any) => message.externalId).toSorted(), ['a-1', 'b-1'])
  t.equal((await conversation(w, 'a')).id, (await conversation(w, 'b')).id)
  t.equal((await conversation(w, 'c')).disposition, 'spam')
  t.equal((await w.get('/v1/conversations/external:d')).status, 404)
  t.match(await conversation(w, 'e'), { snoozedUntil: '2026-03-02T11:00:00.000Z', snoozeReason: 'later', tier: 'bronze', language: null })
  t.match(await imported(w, lines), { failed: 0, created: 0, unchanged: 23 })
  t.match(await imported(w, one('a', [{ type: 'priority', priority: 'low' }])), { failed: 1, errors: [{ line: 3, message: 'This conversation is merged and takes nothing new.' }] })
})

t.test('what was promised then is computed for imported conversations, each deadline at its own time', async t => {
  const w = await workspace()
  const seconds = { low: 900, normal: 900, high: 900, urgent: 900 }
  const { body: { id } } = await w.post('/v1/standards', { name: 'Everybody', statement: 'Everybody hears back.', default: true, targets: [{ kind: 'firstReply', seconds }] })
  t.equal((await w.post(`/v1/standards/${id}/publish`, { occurredAt: '2025-01-01T00:00:00Z' })).status, 200)
  await imported(w, [...catalogue, ...life])
  const order = await conversation(w, 'order')
  const { body: { data } } = await w.get(`/v1/conversations/${order.id}/clocks`)
  t.match(data, [{ target: 'firstReply', state: 'breached', startedAt: '2025-05-01T08:00:00.000Z', dueAt: '2025-05-01T08:15:00.000Z', endedAt: '2025-05-01T08:30:00.000Z', endedByActor: { kind: 'agent', id: order.assigneeId } }])
  const { body: { data: told } } = await w.get('/v1/events?type=clock.breached')
  t.match(told, [{ conversationId: order.id, occurredAt: '2025-05-01T08:15:00.000Z' }])
})

t.test('whoever answers an old mail goes on with the conversation that was imported', async t => {
  const w = await workspace()
  await imported(w, [...catalogue, ...life.slice(0, 2), { type: 'message', externalId: 'order-9', conversation: 'order', kind: 'reply', text: 'Sent again', occurredAt: '2025-05-01T08:30:00Z', messageId: 'reply@team.example' }])
  const { status, body } = await w.post('/v1/channels/external:mail/messages', { externalId: 'new', inReplyTo: 'reply@team.example', from: { email: 'ada@acme.example' }, text: 'Still nothing' })
  t.equal(status, 201)
  t.equal(body.conversationId, (await conversation(w, 'order')).id)
})

t.test('an import may do no more than whoever started it', async t => {
  const w = await workspace()
  const mere = await w.withScopes(['imports:write'])
  const admin = [{ type: 'agent', externalId: 'root', name: 'Root', email: 'root@team.example', role: 'admin' }]
  const { body: { id } } = await send(mere, admin)
  await w.runDue()
  t.match((await mere.get(`/v1/imports/${id}`)).body, { failed: 1, errors: [{ line: 1, path: '', message: /workspace:write/ }] })
  t.match(await imported(w, admin), { created: 1, failed: 0 })
})

t.test('contacts that somebody else has the address of are settled as an upsert would', async t => {
  const w = await workspace()
  const { body: known } = await w.post('/v1/contacts', { name: 'Ada', email: 'ada@acme.example' })
  const { body: other } = await w.post('/v1/contacts', { name: 'Eve', email: 'eve@acme.example', externalId: 'eve' })
  const made = await imported(w, [
    { type: 'contact', externalId: 'ada', email: 'ADA@acme.example' }, { type: 'contact', externalId: 'mallory', email: 'eve@acme.example' },
    { type: 'contact', externalId: 'new', email: 'new@acme.example' }, { type: 'contact', externalId: 'new', name: 'New' }, { type: 'contact', externalId: 'second', email: 'new@acme.example' }
  ])
  t.match(made, { created: 1, updated: 2, failed: 2 })
  t.same(made.errors.map(({ line, path }: any) => [line, path]), [[2, 'email'], [5, 'email']])
  t.match((await w.get('/v1/contacts/external:ada')).body, { id: known.id, name: 'Ada' })
  t.match((await w.get('/v1/contacts/external:eve')).body, { id: other.id, email: 'eve@acme.example' })
  t.match((await w.get('/v1/contacts/external:new')).body, { name: 'New', email: 'new@acme.example' })
})

t.test('it can be cancelled, by both faces, and what was loaded stays', async t => {
  const w = await workspace()
  const { body: { id } } = await send(w, [...catalogue, ...life])
  await runBatch(services, { workspaceId: w.workspaceId, id }, false)
  t.match((await w.post(`/v1/imports/${id}/cancel`)).body, { state: 'cancelled', linesDone: 1, created: 1 })
  t.match((await w.post(`/v1/imports/${id}/cancel`)).body, { code: 'conflict' })
  await w.runDue()
  t.equal((await w.get('/v1/companies/external:acme')).status, 200)
  t.equal((await w.get('/v1/agents/external:ann')).status, 404)
  t.same(await rows(db, 'select 1 from import_lines where import_id = $1', [id]), [], 'its lines are forgotten')
  const { body: { id: second } } = await send(w, catalogue)
  const { data } = await w.graphql('mutation ($id: ID!) { cancelImport(id: $id) { state } }', { id: second })
  t.same(data.cancelImport, { state: 'cancelled' })
})

t.test('the same request under one Idempotency-Key is one import', async t => {
  const w = await workspace()
  const post = () => w.post('/v1/imports', textOf(catalogue), { ...ndjson, 'idempotency-key': 'once' })
  const [first, second] = [await post(), await post()]
  t.equal(second.body.id, first.body.id)
  t.equal(second.headers['idempotent-replayed'], 'true')
  t.equal((await w.get('/v1/imports?count=true')).body.page.total, 1)
})

t.test('what is not a body of lines, and what breaks off, is refused', async t => {
  const w = await workspace()
  t.match((await w.post('/v1/imports', { type: 'tag' })).body, { code: 'badRequest' })
  const ctx = systemContext(services, w.workspaceId, scopes)
  const broken = async function * (): AsyncGenerator<Buffer> {
    yield Buffer.from(textOf(catalogue))
    throw new Error('the line went dead')
  }
  await t.rejects(createImport(ctx, { name: 'broken', maxErrors: 0 }, broken()), { message: 'the line went dead' })
  t.match((await w.get('/v1/imports')).body.data, [{ name: 'broken', state: 'failed', reason: 'The lines did not come to their end.' }])
  await w.runDue()
  t.equal((await w.get('/v1/companies/external:acme')).status, 404)
})
