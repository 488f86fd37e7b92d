import t from 'tap'
import { at, clockCases, said, target } from '../../support/clock-case.js'

const test = await clockCases(t)
const office = '09:00-12:00 13:00-17:00'

test('pause adding hours outside business time', '20:30', async (t, desk) => {
  await desk.promise([target('firstResolution', '4h', { calendar: await desk.calendar(office) })])
  const talk = await desk.asked('09:00')
  await talk.status('11:00', 'pending')
  t.match(await talk.clock(), { state: 'paused', dueAt: null, consumedSeconds: 7200, remainingSeconds: 7200 })
  t.equal((await talk.shown()).nextDueAt, null)
  await talk.status('20:00', 'open')
  t.match(await talk.clock(), { state: 'running', dueAt: at('+1 11:00'), consumedSeconds: 7200, remainingSeconds: 7200 })
  t.same(await talk.segments(), [
    '09:00–11:00 running counting 7200', '11:00–20:00 paused pending 0', '20:00–20:30 running closed 0'
  ])
})

test('leaving pending breaches at once', '15:00', async (t, desk) => {
  await desk.promise([target('firstResolution', '1h')])
  const talk = await desk.asked('09:00')
  await talk.status('09:50', 'pending')
  desk.now('15:00')
  await desk.w.runDue()
  await talk.status('15:00', 'open')
  t.match(await talk.clock(), { state: 'running', dueAt: at('15:10'), consumedSeconds: 3000, remainingSeconds: 600 })
  await desk.w.runDue()
  t.same(await talk.told(), ['started 09:00', 'paused 09:50', 'resumed 15:00'])
  desk.now('15:10:00.001')
  await desk.w.runDue()
  t.same(await talk.told(), ['started 09:00', 'paused 09:50', 'resumed 15:00', 'breached 15:10'])
})

test('customer answered but the clock stays paused', '15:05', async (t, desk) => {
  await desk.promise([target('firstResolution', '1h')])
  const talk = await desk.asked('09:00')
  await talk.reply('09:50', { andThen: { status: 'pending' } })
  await talk.says('15:00')
  t.match(await talk.clock(), { state: 'running', dueAt: at('15:10'), consumedSeconds: 3300 })
  t.equal((await talk.shown()).status, 'open')
})

test('a message that the channel delivers late goes on from when it was sent', '12:00', async (t, desk) => {
  const { body: standard } = await desk.w.post('/v1/standards', { name: 'All', default: true, targets: [target('firstReply', '1h'), target('firstResolution', '4h')] })
  await desk.send(`/v1/standards/${standard.id}/publish`, { occurredAt: at('-1 00:00') })
  const push = (externalId: string, time: string) => desk.send(`/v1/channels/${desk.channel.id}/messages`,
    { externalId, externalThreadId: 't-1', sentAt: at(time), from: { externalId: 'crm-1' }, text: 'Hello' })
  desk.now('09:00')
  const { conversationId } = await push('m-1', '08:55')
  const verb = (name: string, body: object) => desk.send(`/v1/conversations/${conversationId}/${name}`, { actor: { kind: 'agent', id: desk.ann.id }, ...body })
  desk.now('09:10')
  await verb('reply', { text: 'Which order?', andThen: { status: 'pending' } })
  desk.now('10:30')
  await push('m-2', '10:00')
  const clocks = async () => (await desk.w.get(`/v1/conversations/${conversationId}/clocks`)).body.data.map((clock: any) =>
    [clock.target, clock.state, said(clock.startedAt), said(clock.dueAt), clock.consumedSeconds / 60])
  t.same(await clocks(), [['firstReply', 'met', '08:55', '09:55', 15], ['firstResolution', 'running', '08:55', '13:45', 45]])
})

test('pause lost when the priority changes', '12:00', async (t, desk) => {
  await desk.promise([target('firstResolution', { normal: '4h', urgent: '2h' })])
  const talk = await desk.asked('09:00')
  await talk.status('10:00', 'pending')
  await talk.priority('11:00', 'urgent')
  t.match(await talk.clock(), { state: 'paused', dueAt: null, consumedSeconds: 3600, remainingSeconds: 3600, targetSeconds: 7200 })
  await talk.status('12:00', 'open')
  t.match(await talk.clock(), { state: 'running', dueAt: at('13:00') })
  t.same(await talk.told(), ['started 09:00', 'paused 10:00', 'targetChanged 11:00', 'resumed 12:00'])
})

test('pause lost when the standard changes', '12:00', async (t, desk) => {
  const vip = await desk.tag('vip')
  await desk.promise([target('firstResolution', '4h')])
  const strict = await desk.promise([target('firstResolution', '2h')], { condition: { field: 'tag', in: [vip] } })
  const talk = await desk.asked('09:00')
  await talk.status('10:00', 'pending')
  await talk.tag('11:00', vip)
  t.match(await talk.clock(), { state: 'paused', dueAt: null, standardId: strict.id, consumedSeconds: 3600, remainingSeconds: 3600 })
})

test('a clock that ends while it is paused is judged by what it would have had', '15:00', async (t, desk) => {
  await desk.promise([target('firstResolution', '1h')])
  const talk = await desk.asked('09:00')
  await talk.status('09:50', 'pending')
  await talk.status('14:00', 'resolved')
  t.match(await talk.clock(), { state: 'met', dueAt: at('14:10'), endedAt: at('14:00'), consumedSeconds: 3000 })
})

test('an overdue clock stays overdue through a pause, and its time stands still', '15:00', async (t, desk) => {
  await desk.promise([target('firstResolution', '1h')])
  const talk = await desk.asked('09:00')
  await talk.status('11:00', 'pending')
  t.match(await talk.clock(), { state: 'overdue', dueAt: at('10:00'), consumedSeconds: 7200 })
  t.same(await talk.told(), ['started 09:00', 'breached 10:00'])
})

test('pausing and resuming at one instant changes nothing', '09:40', async (t, desk) => {
  await desk.promise([target('firstResolution', '1h')])
  const talk = await desk.asked('09:00')
  await talk.verb('status', '09:30', { status: 'open', sequence: 2 })
  await talk.verb('status', '09:30', { status: 'pending', sequence: 1 })
  t.match(await talk.clock(), { state: 'running', dueAt: at('10:00'), consumedSeconds: 2400 })
  t.same(await talk.told(), ['started 09:00'])
})

test('a snooze counts unless the pause list names it, and ends by its time alone', '11:00', async (t, desk) => {
  await desk.promise([target('firstResolution', '4h'), target('totalResolution', '4h', { pauses: ['snoozed'] })])
  const talk = await desk.asked('09:00')
  await talk.snooze('09:10', '12:00')
  const seen = async () => (await talk.clocks()).map(clock => [clock.target, clock.state, said(clock.dueAt), said(clock.nextChangeAt)])
  t.same(await seen(), [['firstResolution', 'running', '13:00', '13:00:00.001'], ['totalResolution', 'paused', null, '12:00']])
  desk.now('12:30')
  await desk.w.runDue()
  t.same(await seen(), [['firstResolution', 'running', '13:00', '13:00:00.001'], ['totalResolution', 'running', '15:50', '15:50:00.001']])
  t.same(await talk.told(), ['started 09:00', 'started 09:00', 'paused 09:10', 'resumed 12:00'])
})

test('a reopening takes the whole resolution out of its end, and nothing else', '10:00', async (t, desk) => {
  await desk.promise([target('firstResolution', '2h'), target('totalResolution', '2h')])
  const talk = await desk.asked('09:00')
  await talk.status('10:00', 'resolved')
  desk.now('14:30')
  await talk.says('14:00')
  t.same((await talk.clocks()).map(clock => [clock.target, clock.state, clock.consumedSeconds / 60, said(clock.dueAt)]), [
    ['firstResolution', 'met', 60, '11:00'], ['totalResolution', 'running', 90, '15:00']
  ])
  t.same(await talk.told(), ['started 09:00', 'started 09:00', 'fulfilled 10:00', 'fulfilled 10:00', 'resumed 14:00'])
})
