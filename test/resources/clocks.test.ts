import t from 'tap'
import { startApp } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const { workspace, clock } = await startApp(t)
const hour = 3_600_000
const minute = 60_000
const text = (at: number): string => new Date(at).toISOString()

const everyPriority = (seconds: number) => ({ low: seconds, normal: seconds, high: seconds, urgent: seconds })

/** A workspace with a team, and one published standard with these targets for everything. */
async function promising (targets: object[], more: object = {}) {
  const w = await workspace()
  const team = await supportTeam(w)
  const made = await w.post('/v1/standards', { name: 'Everybody', statement: 'Everybody hears back.', default: true, targets, ...more })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  const published = await w.post(`/v1/standards/${made.body.id}/publish`, {})
  if (published.status !== 200) throw new Error(JSON.stringify(published.body))
  const clocksOf = async (id: string) => (await w.get(`/v1/conversations/${id}/clocks`)).body.data
  const eventsOf = async (id: string) => (await w.get(`/v1/events?conversationId=${id}&limit=100`)).body.data
    .filter((event: { type: string }) => event.type.startsWith('clock.'))
  return { ...team, w, standard: published.body, clocksOf, eventsOf }
}

t.test('a message starts the clock, a reply meets it, and the events say so once', async t => {
  const { inbound, w, ann, clocksOf, eventsOf } = await promising([{ kind: 'firstReply', seconds: everyPriority(7200), warnAt: { share: 0.5 } }])
  const start = clock.now
  const { conversationId: id } = (await inbound('m-1')).body
  t.match(await clocksOf(id), [{ target: 'firstReply', state: 'running', startedAt: text(start), dueAt: text(start + 2 * hour), consumedSeconds: 0, remainingSeconds: 7200 }])
  t.match((await w.get(`/v1/conversations/${id}`)).body, { nextDueAt: text(start + 2 * hour), atRisk: false })
  clock.advance(30 * minute)
  t.match(await clocksOf(id), [{ state: 'running', consumedSeconds: 1800 }])
  await w.post(`/v1/conversations/${id}/reply`, { text: 'hello', actor: { kind: 'agent', id: ann.id } })
  t.match(await clocksOf(id), [{ state: 'met', endedAt: text(start + 30 * minute), endedBy: 'reply', endedByActor: { kind: 'agent', id: ann.id } }])
  t.equal((await w.get(`/v1/conversations/${id}`)).body.nextDueAt, null)
  clock.advance(5 * hour)
  await w.runDue()
  t.same((await eventsOf(id)).map((e: any) => [e.type, e.occurredAt, e.resource.state]), [
    ['clock.started', text(start), 'running'], ['clock.fulfilled', text(start + 30 * minute), 'met']
  ])
})

t.test('time passing is noticed at its own instant, however late the worker is, and only once', async t => {
  const { inbound, w, clocksOf, eventsOf } = await promising([{ kind: 'firstReply', seconds: everyPriority(3600), warnAt: { secondsBefore: 600 } }])
  const start = clock.now
  const { conversationId: id } = (await inbound('m-1')).body
  const { updatedAt, version } = (await w.get(`/v1/conversations/${id}`)).body
  clock.advance(3 * hour)
  t.match((await w.get('/v1/conversations?overdue=true')).body.data, [{ id }], 'overdue before anybody noticed')
  await Promise.all([w.runDue(), w.runDue()])
  await w.runDue()
  t.same((await eventsOf(id)).map((e: any) => [e.type, e.occurredAt]), [
    ['clock.started', text(start)], ['clock.atRisk', text(start + 50 * minute)], ['clock.breached', text(start + hour)]
  ])
  t.match(await clocksOf(id), [{ state: 'overdue', dueAt: text(start + hour), consumedSeconds: 10_800 }])
  t.match((await w.get(`/v1/conversations/${id}`)).body, { updatedAt, version }, 'the conversation itself is untouched')
})

t.test('both faces say the same, and explain it', async t => {
  const { inbound, w, standard } = await promising([{ kind: 'firstReply', seconds: everyPriority(3600) }])
  const { conversationId: id } = (await inbound('m-1')).body
  clock.advance(10 * minute)
  const { body: { data: [made] } } = await w.get(`/v1/conversations/${id}/clocks`)
  const fields = 'id state dueAt consumedSeconds remainingSeconds standardId'
  const { data, errors } = await w.graphql(`query ($id: ID!, $clock: ID!) { conversation(id: $id) { clocks { ${fields} } } clock(id: $clock) { ${fields} }
    clockExplanation(id: $clock) { sentence rule { standardId default } segments { from to state reason countedSeconds } } conversations { nodes { clocks { id } } } }`, { id, clock: made.id })
  t.equal(errors, undefined)
  const { dueAt, state, consumedSeconds, remainingSeconds, standardId } = made
  t.same(data.clock, { id: made.id, state, dueAt, consumedSeconds, remainingSeconds, standardId })
  t.same(data.conversation.clocks, [data.clock])
  t.same(data.conversations.nodes, [{ clocks: [{ id: made.id }] }])
  t.equal(standardId, standard.id)
  const { body: explanation } = await w.get(`/v1/clocks/${made.id}/explanation`)
  t.same(explanation.clock, made)
  t.match(explanation.segments, [{ from: made.startedAt, to: text(clock.now), state: 'running', reason: 'counting', countedSeconds: 600 }])
  t.same(data.clockExplanation.segments[0].countedSeconds, 600)
  t.match(explanation.sentence, /first reply/)
  const past = await w.get(`/v1/conversations/${id}/clocks?asOf=${text(clock.now - 5 * minute)}`)
  t.match(past.body, { asOf: text(clock.now - 5 * minute), data: [{ consumedSeconds: 300 }] })
  t.match((await w.get(`/v1/conversations/${id}?expand=clocks`)).body.clocks, [made])
})

t.test('a standard published later is chosen late for what is open, and archiving cancels', async t => {
  const w = await workspace()
  const { inbound } = await supportTeam(w)
  const start = clock.now
  const { conversationId: id } = (await inbound('m-1')).body
  clock.advance(hour)
  const { body: standard } = await w.post('/v1/standards', { name: 'Late', default: true, targets: [{ kind: 'firstReply', seconds: everyPriority(7200) }] })
  await w.post(`/v1/standards/${standard.id}/publish`, {})
  await w.runDue()
  t.match((await w.get(`/v1/conversations/${id}/clocks`)).body.data, [{ startedAt: text(start), openedAt: text(start + hour), dueAt: text(start + 2 * hour), consumedSeconds: 3600 }])
  clock.advance(minute)
  await w.post(`/v1/standards/${standard.id}/archive`, undefined)
  await w.runDue()
  t.match((await w.get('/v1/clocks?sort=startedAtDesc')).body.data, [{ state: 'cancelled', endedBy: 'archived', endedAt: text(start + hour + minute) }])
})

t.test('a fact learned late corrects what was recorded, and names it', async t => {
  const { inbound, w, ann, clocksOf, eventsOf } = await promising([{ kind: 'firstReply', seconds: everyPriority(3600) }])
  const start = clock.now
  const { conversationId: id } = (await inbound('m-1')).body
  clock.advance(2 * hour)
  await w.runDue()
  const breached = (await eventsOf(id)).find((e: any) => e.type === 'clock.breached')
  t.equal(breached.occurredAt, text(start + hour))
  await w.post(`/v1/conversations/${id}/reply`, { text: 'was sent in time', occurredAt: text(start + 10 * minute), actor: { kind: 'agent', id: ann.id } })
  t.match(await clocksOf(id), [{ state: 'met', endedAt: text(start + 10 * minute) }])
  const events = await eventsOf(id)
  t.match(events.find((e: any) => e.type === 'clock.corrected'), { corrects: breached.id })
  t.ok(events.some((e: any) => e.id === breached.id), 'the recorded event stays')
})

t.test('the queue is listed in the order in which promises break', async t => {
  const { conversation, w } = await promising([{ kind: 'firstResolution', seconds: { urgent: 3600, normal: 36_000 } }])
  const later = await conversation()
  clock.advance(minute)
  const sooner = await conversation({ priority: 'urgent' })
  const none = await conversation({ priority: 'low' })
  t.same((await w.get('/v1/conversations?sort=nextDueAtAsc')).body.data.map((c: { id: string }) => c.id), [sooner.id, later.id])
  t.equal(none.nextDueAt, null)
  await w.post(`/v1/conversations/${later.id}/priority`, { priority: 'urgent' })
  t.same((await w.get('/v1/conversations?sort=nextDueAtAsc')).body.data.map((c: { id: string }) => c.id), [later.id, sooner.id])
})
