import t from 'tap'
import { startApp } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const { workspace, clock } = await startApp(t)

t.test('a conversation made by REST is the same one by GraphQL, with everything beside it', async t => {
  const w = await workspace()
  const { conversation, contact, channel, ann, refund } = await supportTeam(w)
  const made = await conversation({ externalId: 'c-1', assigneeId: ann.id, tagIds: [refund.id], complexity: 2.5 })
  t.match(made, { status: 'open', priority: 'normal', subject: 'Order 3348', assigneeId: ann.id, tagIds: [refund.id], complexity: 2.5, channelKind: 'chat',
    lastMessageId: null, waitingSince: null, disposition: 'active', version: 1 })
  const read = await w.get('/v1/conversations/external:c-1?expand=contact,assignee,tags,channel,messages,lastMessage,team,company')
  t.equal(read.headers.etag, '"1"')
  t.equal(read.headers['content-location'], `/v1/conversations/${made.id}`)
  t.same(read.body, { ...made, contact, assignee: ann, tags: [refund], channel, messages: [], lastMessage: null, team: null, company: null })
  const { data, errors } = await w.graphql(`query ($id: ID!) { conversation(id: $id) {
    id status subject createdAt contact { id name } assignee { id name } tags { id name } channel { id name } lastMessage { preview } messages { text } } }`, { id: made.id })
  t.equal(errors, undefined)
  t.same(data.conversation, {
    id: made.id, status: 'open', subject: 'Order 3348', createdAt: made.createdAt, contact: { id: contact.id, name: 'Ada' }, assignee: { id: ann.id, name: 'Ann' },
    tags: [{ id: refund.id, name: 'refund' }], channel: { id: channel.id, name: 'Chat' }, lastMessage: null, messages: []
  })
})

t.test('a reply with what comes after it is one step: both happen, or neither', async t => {
  const w = await workspace()
  const { conversation, ben, refund } = await supportTeam(w)
  const { id } = await conversation()
  const reply = await w.post(`/v1/conversations/${id}/reply`, {
    text: 'On its way', andThen: { status: 'pending', reason: 'waits for delivery', assigneeId: ben.id, addTagIds: [refund.id], priority: 'high' }
  })
  t.match([reply.status, reply.body.kind, reply.body.author.kind, reply.body.deliveryState], [201, 'reply', 'machine', 'queued'])
  const { body: after } = await w.get(`/v1/conversations/${id}?expand=lastMessage,messages`)
  t.match(after, { status: 'pending', statusReason: 'waits for delivery', assigneeId: ben.id, tagIds: [refund.id], priority: 'high', messagesOut: 1, lastMessageId: reply.body.id, version: 2 })
  t.match(after.lastMessage, { id: reply.body.id, preview: 'On its way', kind: 'reply' })
  t.same(after.messages, [reply.body])

  const refused = await w.post(`/v1/conversations/${id}/reply`, { text: 'no', andThen: { status: 'resolved', assigneeId: '01930000-0000-7000-8000-000000000000' } })
  t.match([refused.status, refused.body.errors], [404, [{ path: 'andThen.assigneeId' }]])
  t.same((await w.get(`/v1/conversations/${id}?expand=lastMessage,messages`)).body, after)
})

t.test('an inbound message opens what waits, a resolve ends the wait, a message reopens', async t => {
  const w = await workspace()
  const { inbound } = await supportTeam(w)
  const first = await inbound('m-1', { subject: 'Where is it?' })
  t.equal(first.status, 201)
  const path = `/v1/conversations/${first.body.conversationId}`
  t.match((await w.get(path)).body, { status: 'new', subject: 'Where is it?', waitingSince: first.body.message.occurredAt, messagesIn: 1, firstInboundMessageId: first.body.message.id })
  clock.advance(60_000)
  t.match((await w.post(`${path}/status`, { status: 'pending' })).body, { status: 'pending', waitingSince: first.body.message.occurredAt })
  clock.advance(60_000)
  const second = await inbound('m-2')
  t.equal(second.body.conversationId, first.body.conversationId)
  t.match((await w.get(path)).body, { status: 'open', waitingSince: first.body.message.occurredAt, messagesIn: 2 })
  clock.advance(60_000)
  t.match((await w.post(`${path}/resolve`, {})).body, { status: 'resolved', waitingSince: null, resolvedAt: new Date(clock.now).toISOString() })
  clock.advance(60_000)
  await inbound('m-3')
  t.match((await w.get(path)).body, { status: 'open', resolvedAt: null, reopenCount: 1, waitingSince: new Date(clock.now).toISOString() })
  await w.post(`${path}/close`, {})
  clock.advance(60_000)
  const next = await inbound('m-4')
  t.not(next.body.conversationId, first.body.conversationId)
  t.equal((await w.get(`/v1/conversations/${next.body.conversationId}`)).body.previousConversationId, first.body.conversationId)
})

t.test('history has its own times, whatever the order of writing, and only with the scope', async t => {
  const w = await workspace()
  const { conversation, ann } = await supportTeam(w)
  const { id } = await conversation({ occurredAt: '2025-05-01T09:00:00Z' })
  const at = (minute: number) => `2025-05-01T09:${String(minute).padStart(2, '0')}:00Z`
  const actor = { kind: 'agent', id: ann.id }
  await w.post(`/v1/conversations/${id}/resolve`, { occurredAt: at(30), actor })
  await w.post(`/v1/conversations/${id}/reply`, { text: 'hello', occurredAt: at(10), actor })
  await w.post(`/v1/conversations/${id}/priority`, { priority: 'urgent', occurredAt: at(5), actor })
  await w.post(`/v1/conversations/${id}/priority`, { priority: 'low', occurredAt: at(2), actor })
  t.match((await w.get(`/v1/conversations/${id}`)).body, {
    createdAt: '2025-05-01T09:00:00.000Z', status: 'resolved', resolvedAt: '2025-05-01T09:30:00.000Z', resolvedBy: actor,
    firstOutboundAt: '2025-05-01T09:10:00.000Z', priority: 'urgent', lastActivityAt: '2025-05-01T09:10:00.000Z'
  })
  t.match((await w.get(`/v1/conversations/${id}/messages`)).body.data, [{ deliveryState: 'sent', author: actor, occurredAt: '2025-05-01T09:10:00.000Z' }])
  const before = (await w.get(`/v1/conversations/${id}`)).body
  const plain = await w.withScopes(['conversations:read', 'conversations:write'])
  t.match((await plain.post(`/v1/conversations/${id}/priority`, { priority: 'high', occurredAt: at(50) })).body, { code: 'forbidden', detail: /history:write/ })
  t.match((await w.post(`/v1/conversations/${id}/priority`, { priority: 'high', occurredAt: '2100-01-01T00:00:00Z' })).body, { code: 'invalid', errors: [{ path: 'occurredAt' }] })
  t.same((await w.get(`/v1/conversations/${id}`)).body, before)
})

t.test('a merged conversation moves its messages and leads to the one that goes on', async t => {
  const w = await workspace()
  const { inbound, conversation } = await supportTeam(w)
  const source = (await inbound('m-1')).body
  clock.advance(1000)
  const target = await conversation()
  clock.advance(1000)
  const merged = await w.post(`/v1/conversations/${source.conversationId}/merge`, { intoId: target.id })
  t.match([merged.status, merged.body.id, merged.body.waitingSince], [200, target.id, source.message.occurredAt])
  const read = await w.get(`/v1/conversations/${source.conversationId}`)
  t.match([read.status, read.body.id, read.headers['content-location']], [200, target.id, `/v1/conversations/${target.id}`])
  t.same((await w.get(`/v1/conversations/${target.id}/messages`)).body.data.map((m: { id: string }) => m.id), [source.message.id])
  t.equal((await inbound('m-2')).body.conversationId, target.id, 'the thread goes on in the target')
  t.equal((await w.post(`/v1/conversations/${source.conversationId}/priority`, { priority: 'high' })).body.id, target.id)
  const { body: listed } = await w.get('/v1/conversations?count=true')
  t.same([listed.page.total, listed.data[0].id], [1, target.id])
  t.match((await w.post(`/v1/conversations/${target.id}/merge`, { intoId: target.id })).body, { code: 'invalid' })
})

t.test('spam leaves the lists and everything comes back when it is taken back', async t => {
  const w = await workspace()
  const { inbound } = await supportTeam(w)
  const { conversationId: id } = (await inbound('m-1')).body
  const before = (await w.get(`/v1/conversations/${id}`)).body
  clock.advance(1000)
  t.match((await w.post(`/v1/conversations/${id}/spam`, {})).body, { disposition: 'spam', waitingSince: null })
  t.equal((await w.get('/v1/conversations')).body.data.length, 0)
  t.equal((await w.post('/v1/conversations/search', { filter: { disposition: { eq: 'spam' } } })).body.data.length, 1)
  t.match((await w.post(`/v1/conversations/${id}/reply`, { text: 'x' })).body, { code: 'conflict' })
  clock.advance(1000)
  const { body: after } = await w.post(`/v1/conversations/${id}/notSpam`, {})
  t.same({ ...after, version: before.version, updatedAt: before.updatedAt }, before)
})

t.test('a note is for the team alone until it is made public, from which moment it is a reply', async t => {
  const w = await workspace()
  const { inbound } = await supportTeam(w)
  const { conversationId: id } = (await inbound('m-1')).body
  clock.advance(1000)
  const { body: note } = await w.post(`/v1/conversations/${id}/note`, { text: 'check the order' })
  t.match((await w.get(`/v1/conversations/${id}`)).body, { notes: 1, messagesOut: 0 })
  clock.advance(1000)
  const published = await w.post(`/v1/messages/${note.id}/publish`, {})
  t.match(published.body, { kind: 'reply', publishedAt: new Date(clock.now).toISOString() })
  t.match((await w.get(`/v1/conversations/${id}`)).body, { lastOutboundAt: new Date(clock.now).toISOString(), messagesOut: 1, notes: 0 })
  t.match((await w.post(`/v1/messages/${note.id}/publish`, {})).body, { code: 'conflict' })
})

t.test('a failed delivery makes the wait go on, and a resolve with that reply is taken back', async t => {
  const w = await workspace()
  const { inbound, ann } = await supportTeam(w)
  const { conversationId: id, message } = (await inbound('m-1')).body
  clock.advance(60_000)
  const { body: reply } = await w.post(`/v1/conversations/${id}/reply`, { text: 'done', actor: { kind: 'agent', id: ann.id }, andThen: { status: 'resolved' } })
  t.match((await w.get(`/v1/conversations/${id}`)).body, { status: 'resolved', waitingSince: null })
  clock.advance(60_000)
  t.match((await w.post(`/v1/messages/${reply.id}/delivery`, { state: 'failed', reason: 'mailbox full' })).body, { deliveryState: 'failed', deliveryReason: 'mailbox full' })
  t.match((await w.get(`/v1/conversations/${id}`)).body, { status: 'open', waitingSince: message.occurredAt, messagesOut: 1 })
})

t.test('lists filter, sort and page by every documented word, the same on both faces', async t => {
  const w = await workspace()
  const { conversation, inbound, ann, team, refund, angry, contact } = await supportTeam(w)
  const one = await conversation({ assigneeId: ann.id, teamId: team.id, tagIds: [refund.id, angry.id], priority: 'high', subject: 'the red umbrella' })
  clock.advance(1000)
  const two = await conversation({ tagIds: [refund.id], subject: 'blue' })
  clock.advance(1000)
  const three = (await inbound('m-1', { text: 'my umbrella is green' })).body.conversationId
  const ids = async (query: string) => (await w.get(`/v1/conversations?${query}`)).body.data.map((c: { id: string }) => c.id)
  t.same(await ids(''), [three, two.id, one.id])
  t.same(await ids('sort=createdAtAsc&limit=2'), [one.id, two.id])
  t.same(await ids(`assigneeId=${ann.id}`), [one.id])
  t.same(await ids('assigneeId=none'), [three, two.id])
  t.same(await ids(`teamId=${team.id}&status=open`), [one.id])
  t.same(await ids(`tagId=${refund.id}`), [two.id, one.id])
  t.same(await ids(`contactId=${contact.id}`), [three, two.id, one.id])
  t.same(await ids('priority=high'), [one.id])
  t.same(await ids('q=umbrella'), [three])
  t.same(await ids('sort=waitingSinceAsc'), [three])
  const filter = { and: [{ tags: { any: [refund.id] } }, { not: { tags: { all: [angry.id, refund.id] } } }] }
  t.same(await ids(`filter=${encodeURIComponent(JSON.stringify(filter))}`), [two.id])
  const { data } = await w.graphql('query ($filter: ConversationFilter) { conversations(filter: $filter) { totalCount nodes { id tags { name } contact { name } lastMessage { preview } } } }', { filter })
  t.same(data.conversations, { totalCount: 1, nodes: [{ id: two.id, tags: [{ name: 'refund' }], contact: { name: 'Ada' }, lastMessage: null }] })
})

t.test('every change records one event, in the order of the changes', async t => {
  const w = await workspace()
  const { inbound, ann, refund } = await supportTeam(w)
  const { conversationId: id } = (await inbound('m-1')).body
  clock.advance(1000)
  await w.post(`/v1/conversations/${id}/assign`, { assigneeId: ann.id })
  await w.post(`/v1/conversations/${id}/assign`, { assigneeId: ann.id })
  clock.advance(1000)
  await w.post(`/v1/conversations/${id}/tag`, { tagIds: [refund.id] })
  clock.advance(1000)
  await w.post(`/v1/conversations/${id}/reply`, { text: 'hi', andThen: { status: 'resolved', reason: 'done' } })
  const { body } = await w.get(`/v1/events?conversationId=${id}&limit=100`)
  t.same(body.data.map((e: { type: string }) => e.type), [
    'conversation.created', 'message.received', 'conversation.assigned', 'conversation.statusChanged', 'conversation.tagged',
    'conversation.statusChanged', 'message.sent'
  ])
  t.match(body.data[3], { actor: { kind: 'system' }, changes: { status: { from: 'new', to: 'open' } } })
  t.match(body.data[5], { actor: { kind: 'machine' }, changes: { status: { from: 'open', to: 'resolved' }, statusReason: { from: null, to: 'done' } } })
})

t.test('a workspace\'s own statuses stand for the ones that all rules go by', async t => {
  const w = await workspace()
  const { conversation, inbound } = await supportTeam(w)
  await w.patch('/v1/workspace', { settings: { statuses: [{ name: 'Waits for parts', status: 'onHold' }, { name: 'Shipped', status: 'pending' }] } })
  const { id } = await conversation()
  t.match((await w.post(`/v1/conversations/${id}/status`, { ownStatus: 'Waits for parts' })).body, { status: 'onHold', ownStatus: 'Waits for parts' })
  await w.post(`/v1/conversations/${id}/reply`, { text: 'sent', andThen: { ownStatus: 'Shipped', reason: 'DHL' } })
  t.match((await w.get(`/v1/conversations/${id}`)).body, { status: 'pending', ownStatus: 'Shipped', statusReason: 'DHL' })
  t.match((await w.post(`/v1/conversations/${id}/status`, { ownStatus: 'Lost' })).body, { code: 'invalid', errors: [{ path: 'ownStatus' }] })
  t.match((await w.post(`/v1/conversations/${id}/status`, { ownStatus: 'Shipped', status: 'resolved' })).body, { code: 'invalid', errors: [{ path: 'status' }] })
  t.match((await w.post(`/v1/conversations/${id}/status`, { reason: 'x' })).body, { code: 'invalid', errors: [{ path: 'status' }] })
  clock.advance(1000)
  const { conversationId } = (await inbound('m-1', { externalThreadId: null })).body
  t.equal(conversationId, id)
  t.match((await w.get(`/v1/conversations/${id}`)).body, { status: 'open', ownStatus: null, statusReason: null })
})

t.test('the company is copied at creation with its tier and attributes, the one given before the contact\'s', async t => {
  const w = await workspace()
  const { made, conversation } = await supportTeam(w)
  await made('/v1/attributes', { on: 'company', key: 'region', name: 'Region', type: 'text' })
  const gold = await made('/v1/companies', { name: 'Gold', tier: 'gold', attributes: { region: 'north' } })
  const silver = await made('/v1/companies', { name: 'Silver', tier: 'silver' })
  const contact = await made('/v1/contacts', { name: 'Bo', companyId: silver.id })
  t.match(await conversation({ contactId: contact.id }), { companyId: silver.id, tier: 'silver', attributes: {} })
  t.match(await conversation({ contactId: contact.id, companyId: gold.id }), { companyId: gold.id, tier: 'gold', attributes: { region: 'north' } })
  t.match(await conversation({ contactId: contact.id, companyId: null }), { companyId: null, tier: null })
  t.match(await conversation({ contactId: contact.id, companyId: gold.id, tier: 'bronze' }), { tier: 'bronze' })
})
