import t from 'tap'
import { at, clockCases, said, target } from '../../support/clock-case.js'
import { signedIn } from '../../support/tokens.js'

const test = await clockCases(t)

test('breach time equal to detection time', '09:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talk = await desk.asked('09:00')
  desk.now('+3 12:34')
  await desk.w.runDue()
  t.match(await talk.clock(), { state: 'overdue', dueAt: at('10:00'), remainingSeconds: 0 })
  t.same(await talk.told(), ['started 09:00', 'breached 10:00'])
})

test('a miss shown only at the next touch', '09:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talk = await desk.asked('09:00')
  const overdue = async (): Promise<string[]> => (await desk.w.get('/v1/conversations?overdue=true')).body.data.map(({ id }: { id: string }) => id)
  desk.now('10:00')
  t.match(await talk.clock(), { state: 'running', nextChangeAt: at('10:00:00.001') })
  t.same(await overdue(), [])
  desk.now('10:00:00.001')
  t.match(await talk.clock(), { state: 'overdue' })
  t.same(await overdue(), [talk.id], 'before any worker looked')
  await desk.w.runDue()
  t.same((await desk.w.get('/v1/clocks?filter={"state":{"eq":"overdue"}}')).body.data.map((clock: any) => [clock.conversationId, clock.dueAt]), [[talk.id, at('10:00')]])
})

test('met time equal to evaluation time', '+3 12:34', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talk = await desk.asked('09:00')
  await talk.reply('09:30')
  t.match(await talk.clock(), { state: 'met', endedAt: at('09:30'), endedBy: 'reply', endedByActor: { kind: 'agent', id: desk.ann.id }, consumedSeconds: 1800, dueAt: at('10:00') })
  t.same(await talk.told(), ['started 09:00', 'fulfilled 09:30'])
})

test('reply exactly at the deadline', '12:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talk = await desk.asked('09:00')
  await talk.reply('10:00')
  t.match(await talk.clock(), { state: 'met', endedAt: at('10:00') })
  const late = await desk.asked('09:00')
  await late.reply('10:00:00.001')
  t.match(await late.clock(), { state: 'breached', endedAt: at('10:00:00.001'), dueAt: at('10:00') })
  t.same(await late.told(), ['started 09:00', 'breached 10:00', 'fulfilled 10:00:00.001'])
})

test('the clock running on after resolve', '10:30', async (t, desk) => {
  await desk.promise([target('firstReply', '2h'), target('firstResolution', '4h'), target('agentWork', '4h')])
  const talk = await desk.asked('09:00')
  await talk.status('10:30', 'resolved')
  const ended = (await talk.clocks()).map(clock => [clock.target, clock.state, said(clock.endedAt), clock.endedBy, clock.consumedSeconds])
  t.same(ended, [
    ['firstReply', 'met', '10:30', 'resolvedWithoutReply', 5400], ['firstResolution', 'met', '10:30', 'resolved', 5400], ['agentWork', 'met', '10:30', 'resolved', 5400]
  ])
  desk.now('+5 00:00')
  await desk.w.runDue()
  t.same((await talk.clocks()).map(clock => [clock.target, clock.state, said(clock.endedAt), clock.endedBy, clock.consumedSeconds]), ended)
  t.match(await talk.shown(), { nextDueAt: null, atRisk: false })
})

test('overrun growing after resolution', '10:30', async (t, desk) => {
  await desk.promise([target('firstResolution', '1h')])
  const talk = await desk.asked('09:00')
  await talk.status('10:30', 'resolved')
  desk.now('+5 00:00')
  await desk.w.runDue()
  t.match(await talk.clock(), { state: 'breached', endedAt: at('10:30'), consumedSeconds: 5400, nextChangeAt: null })
  t.same(await talk.told(), ['started 09:00', 'breached 10:00', 'fulfilled 10:30'])
})

test('reply and status in one step', '12:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h'), target('pausableUpdate', '1h')])
  const talk = await desk.asked('09:00')
  await talk.reply('09:30', { andThen: { status: 'pending' } })
  t.same((await talk.clocks()).map(clock => [clock.target, clock.ordinal, clock.state, clock.endedBy, said(clock.endedAt), clock.consumedSeconds]), [
    ['firstReply', 1, 'met', 'reply', '09:30', 1800], ['pausableUpdate', 1, 'met', 'reply', '09:30', 1800], ['pausableUpdate', 2, 'paused', null, null, 0]
  ])
  const solved = await desk.asked('09:00')
  await solved.reply('09:30', { andThen: { status: 'resolved' } })
  t.match(await solved.clocks(), [{ state: 'met', endedBy: 'reply', endedByActor: { kind: 'agent', id: desk.ann.id }, endedAt: at('09:30') }], 'not resolvedWithoutReply')
})

test('field written only at the second action', '09:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h'), target('firstResolution', '4h')])
  const talk = await desk.asked('09:00')
  t.match(await talk.shown(), { nextDueAt: at('10:00'), waitingSince: at('09:00'), firstReplyAt: null })
  const listed = async () => (await desk.w.get('/v1/clocks')).body.data.map((clock: any) => [clock.target, clock.state, said(clock.endedAt)])
  t.same(await listed(), [['firstReply', 'running', null], ['firstResolution', 'running', null]])
  desk.now('09:20')
  await talk.reply('09:20')
  t.match(await talk.shown(), { nextDueAt: at('13:00'), waitingSince: null, firstReplyAt: at('09:20') })
  t.same(await listed(), [['firstReply', 'met', '09:20'], ['firstResolution', 'running', null]])
  desk.now('09:40')
  await talk.status('09:40', 'resolved')
  t.match(await talk.shown(), { nextDueAt: null, resolvedAt: at('09:40'), firstResolvedAt: at('09:40') })
  t.same(await listed(), [['firstReply', 'met', '09:20'], ['firstResolution', 'met', '09:40']])
})

test('update target overruling the first reply', '09:30', async (t, desk) => {
  await desk.promise([target('firstReply', '1h'), target('periodicUpdate', '4h')])
  const talk = await desk.asked('09:00')
  t.same((await talk.clocks()).map(clock => [clock.target, clock.state, said(clock.dueAt)]), [['firstReply', 'running', '10:00'], ['periodicUpdate', 'running', '13:00']])
  t.equal((await talk.shown()).nextDueAt, at('10:00'))
})

test('update clock running although the agent spoke last', '12:00', async (t, desk) => {
  await desk.promise([target('nextReply', '1h'), target('pausableUpdate', '4h')])
  const talk = await desk.asked('09:00')
  await talk.reply('09:10')
  await talk.says('09:20')
  await talk.says('09:50')
  await talk.reply('10:10')
  await talk.status('10:10', 'pending')
  t.same((await talk.clocks()).map(clock => [clock.target, said(clock.startedAt), clock.state, clock.endedBy]), [
    ['nextReply', '09:20', 'met', 'reply'], ['pausableUpdate', '09:00', 'met', 'reply'], ['pausableUpdate', '09:10', 'met', 'reply'], ['pausableUpdate', '10:10', 'paused', null]
  ], 'nobody waits for a reply, and the update stands still')
})

test('public note not counted', '12:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talk = await desk.asked('09:00')
  const note = await talk.note('09:10')
  t.match(await talk.clock('09:40'), { state: 'running' })
  await desk.send(`/v1/messages/${note.id}/publish`, { occurredAt: at('09:40') })
  t.match(await talk.clock(), { state: 'met', endedAt: at('09:40'), endedByActor: { kind: 'agent', id: desk.ann.id } })
})

test('portal answer not counted', '10:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h'), target('nextReply', '1h'), target('firstResolution', '8h')])
  const customer = await signedIn(desk.app.app, desk.app.services, desk.w.workspaceId, 'contact', 'crm-1')
  const { body: { id } } = await customer.post('/v1/conversations', { channelId: desk.channel.id })
  const says = async () => t.equal((await customer.post(`/v1/conversations/${id}/reply`, { text: 'Hello?' })).status, 201)
  await says()
  const clocks = async () => (await desk.w.get(`/v1/conversations/${id}/clocks`)).body.data.map((clock: any) => [clock.target, clock.state, said(clock.startedAt), said(clock.dueAt)])
  t.same(await clocks(), [['firstReply', 'running', '10:00', '11:00'], ['firstResolution', 'running', '10:00', '18:00']])
  desk.now('10:20')
  const ann = await signedIn(desk.app.app, desk.app.services, desk.w.workspaceId, 'agent', 'ann')
  const answer = await ann.post(`/v1/conversations/${id}/reply`, { text: 'Hello!', andThen: { status: 'pending' } })
  t.equal(answer.status, 201)
  desk.now('10:50')
  await says()
  t.same(await clocks(), [['firstReply', 'met', '10:00', '11:00'], ['nextReply', 'running', '10:50', '11:50'], ['firstResolution', 'running', '10:00', '18:30']],
    'written in the portal it counts, and what was pending goes on')
})

test('a machine answers only where the promise says so', '12:00', async (t, desk) => {
  const bot = { actor: { kind: 'machine', id: 'bot' } }
  await desk.promise([target('firstReply', '1h')])
  await desk.promise([target('firstReply', '1h', { replyBy: 'humanOrMachine' })], { condition: { field: 'priority', in: ['low'] } })
  const human = await desk.asked('09:00')
  await human.reply('09:01', bot)
  t.match(await human.clock(), { state: 'overdue' })
  await human.reply('11:00', { autoGenerated: true })
  t.match(await human.clock(), { state: 'overdue' }, 'an acknowledgement is no answer')
  const either = await desk.asked('09:00', { priority: 'low' })
  await either.reply('09:01', bot)
  t.match(await either.clock(), { state: 'met', endedByActor: { kind: 'machine', id: 'bot' } })
  const automatic = await desk.started('09:00')
  await automatic.says('09:00', { autoGenerated: true })
  t.same(await automatic.clocks(), [], 'nobody waits for an answer to an automatic message')
})

test('merged conversation escalating on', '09:30', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const [source, other] = [await desk.asked('09:00'), await desk.asked('09:20')]
  await source.verb('merge', '09:30', { intoId: other.id })
  desk.now('12:00')
  await desk.w.runDue()
  const { body: { data } } = await desk.w.get('/v1/clocks?sort=startedAtDesc')
  t.same(data.map((clock: any) => [clock.conversationId, clock.state, clock.endedBy, said(clock.startedAt), said(clock.dueAt)]).toSorted(), [
    [source.id, 'cancelled', 'merged', '09:00', '10:00'], [other.id, 'overdue', null, '09:00', '10:00']
  ].toSorted(), 'the wait goes on where it went, from its own start')
  t.same((await source.told()).filter(text => text.startsWith('breached')), [])
})

test('spam, and spam taken back', '09:30', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talk = await desk.asked('09:00')
  await talk.verb('spam', '09:30')
  t.match(await talk.clock(), { state: 'cancelled', endedBy: 'spam', endedAt: at('09:30') })
  desk.now('11:00')
  await desk.w.runDue()
  t.same(await talk.told(), ['started 09:00', 'cancelled 09:30'])
  await talk.verb('notSpam', '11:00')
  t.match(await talk.clock(), { state: 'overdue', dueAt: at('10:00'), endedAt: null })
  t.same(await talk.told(), ['started 09:00', 'breached 10:00'])
})

test('a reply that was never delivered', '10:30', async (t, desk) => {
  await desk.promise([target('firstReply', '4h'), target('nextReply', '4h'), target('totalResolution', '8h')])
  const talk = await desk.asked('09:00')
  const lost = await talk.reply('09:30', { andThen: { status: 'resolved' } })
  await talk.says('10:00')
  const seen = async (asOf?: string) => (await talk.clocks(asOf)).map(clock => [clock.target, clock.state, said(clock.startedAt), clock.endedBy])
  t.same(await seen(), [['firstReply', 'met', '09:00', 'reply'], ['nextReply', 'running', '10:00', null], ['totalResolution', 'running', '09:00', null]])
  await desk.send(`/v1/messages/${lost.id}/delivery`, { state: 'failed', reason: 'No such mailbox', occurredAt: at('10:30') })
  t.same(await seen(), [['firstReply', 'running', '09:00', null], ['nextReply', 'cancelled', '10:00', 'retracted'], ['totalResolution', 'running', '09:00', null]])
  t.same(await seen('10:29'), [['firstReply', 'met', '09:00', 'reply'], ['nextReply', 'running', '10:00', null], ['totalResolution', 'running', '09:00', null]])
  t.equal((await talk.shown()).nextDueAt, at('13:00'))
})

test('a message that nobody has to answer', '10:40', async (t, desk) => {
  await desk.promise([target('firstReply', '1h'), target('nextReply', '1h')])
  const talk = await desk.asked('09:00')
  await talk.reply('09:30')
  const thanks = await talk.says('10:00')
  await desk.send(`/v1/messages/${thanks.id}/countsForService`, { counts: false, reason: 'thanks', occurredAt: at('10:30') })
  t.match((await talk.clocks())[1], { target: 'nextReply', state: 'cancelled', endedBy: 'notCounted', endedAt: at('10:30') })
  await desk.send(`/v1/messages/${thanks.id}/countsForService`, { counts: true, occurredAt: at('10:40') })
  t.match((await talk.clocks())[1], { target: 'nextReply', state: 'running', startedAt: at('10:00'), ordinal: 1 })
})
