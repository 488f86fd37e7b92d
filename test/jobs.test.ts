import t from 'tap'
import { v7 } from 'uuid'
import { rows } from '../src/db/connection.js'
import { runDue } from '../src/jobs.js'
import { makeServices } from '../src/services.js'
import { startApp, type Workspace } from './support/app.js'
import { ownDatabase } from './support/database.js'
import { supportTeam } from './support/support-team.js'
import { manualTimers } from './support/timers.js'

const url = await ownDatabase(t)
const { services, workspace, clock } = await startApp(t, {}, { url, timers: manualTimers() })
const hour = 3_600_000
const inAnHour = (): string => new Date(clock.now + hour).toISOString()

const woken = async (w: Workspace): Promise<any[]> => (await w.get('/v1/events?type=conversation.woken&limit=100')).body.data

t.test('a snoozed conversation is woken at its time, once, whenever the worker comes to it', async t => {
  const w = await workspace()
  const team = await supportTeam(w)
  const { id } = await team.conversation()
  const until = inAnHour()
  t.match((await w.post(`/v1/conversations/${id}/snooze`, { until, reason: 'on holiday' })).body, { snoozedUntil: until, snoozeReason: 'on holiday' })

  clock.advance(hour - 1)
  t.match(await runDue(services), { wakeSnoozed: 0 })
  t.match((await w.get(`/v1/conversations/${id}`)).body, { snoozedUntil: until })

  clock.advance(1 + 5 * hour)
  t.match(await runDue(services), { wakeSnoozed: 1 })
  const { body: awake } = await w.get(`/v1/conversations/${id}`)
  t.match(awake, { snoozedUntil: null, snoozeReason: null, status: 'new' })
  t.match(await woken(w), [{ occurredAt: until, recordedAt: new Date(clock.now).toISOString(), actor: { kind: 'system' }, subject: { id } }])
  t.match(await runDue(services), { wakeSnoozed: 0 })
  t.equal((await woken(w)).length, 1)
})

t.test('two workers at once wake each conversation once', async t => {
  const w = await workspace()
  const team = await supportTeam(w)
  const ids: string[] = []
  for (let n = 0; n < 30; n++) {
    const { id } = await team.conversation()
    await w.post(`/v1/conversations/${id}/snooze`, { until: inAnHour() })
    ids.push(id)
  }
  clock.advance(hour)
  const other = makeServices(services.config, url, services.now, { timers: manualTimers() })
  const done = await Promise.all([runDue(services), runDue(other), runDue(services), runDue(other)])
  await other.close()
  t.equal(done.reduce((sum, each) => sum + each.wakeSnoozed!, 0), ids.length)
  t.same((await woken(w)).map(event => event.subject.id).toSorted(), ids.toSorted())
})

t.test('a message before the time ends the snooze, and the worker has nothing to do', async t => {
  const w = await workspace()
  const team = await supportTeam(w)
  const { body: { conversationId: id } } = await team.inbound('m-1')
  await w.post(`/v1/conversations/${id}/snooze`, { until: inAnHour() })
  clock.advance(hour / 2)
  t.equal((await team.inbound('m-2')).body.conversationId, id)
  const { body: before } = await w.get(`/v1/conversations/${id}`)
  t.equal(before.snoozedUntil, null)
  clock.advance(hour)
  t.match(await runDue(services), { wakeSnoozed: 0 })
  t.same((await w.get(`/v1/conversations/${id}`)).body, before)
  t.same(await woken(w), [])
})

t.test('a receipt whose process died is taken up after a minute, and one that cannot be read does not stop the others', async t => {
  const w = await workspace()
  const { body: channel } = await w.post('/v1/channels', { name: 'Chat', kind: 'chat' })
  const payloads = ['{', JSON.stringify({ externalId: 'm-1', from: { email: 'ada@example.com' }, text: 'still here' })]
  const ids = payloads.map(() => v7())
  for (const [n, payload] of payloads.entries()) {
    await rows(services.database.read, `insert into inbound_receipts
      (workspace_id, id, channel_id, state, content_type, payload, received_at, created_at, updated_at)
      values ($1, $2, $3, 'received', 'application/json', $4, $5, $5, $5)`,
    [w.workspaceId, ids[n], channel.id, Buffer.from(payload), new Date(clock.now + n).toISOString()])
  }
  clock.advance(59_000)
  t.match(await runDue(services), { takeUpStrandedReceipts: 0 })
  clock.advance(2_000)
  t.match(await runDue(services), { takeUpStrandedReceipts: 2 })
  const states = await Promise.all(ids.map(async id => (await w.get(`/v1/inboundReceipts/${id}`)).body))
  t.match(states, [{ state: 'failed', attempts: 1 }, { state: 'processed', attempts: 1, externalId: 'm-1' }])
  t.match(await runDue(services), { takeUpStrandedReceipts: 0 })
  t.equal((await w.get('/v1/conversations?count=true')).body.page.total, 1)
})

t.test('a snooze of history whose time has passed is ended at that time too', async t => {
  const w = await workspace()
  const { conversation } = await supportTeam(w)
  const at = (hours: number): string => new Date(clock.now + hours * hour).toISOString()
  const { id } = await conversation({ occurredAt: at(-5) })
  await w.post(`/v1/conversations/${id}/snooze`, { occurredAt: at(-4), until: at(-2) })
  t.match(await runDue(services), { wakeSnoozed: 1 })
  t.equal((await w.get(`/v1/conversations/${id}`)).body.snoozedUntil, null)
  t.match(await woken(w), [{ occurredAt: at(-2) }])
})
