import t from 'tap'
import { at, clockCases, said, target, weekly } from '../../support/clock-case.js'

const test = await clockCases(t)
const office = '09:00-12:00 13:00-17:00'

test('wall clock used although business hours were set', '16:30', async (t, desk) => {
  await desk.promise([target('firstReply', '2h', { calendar: await desk.calendar('09:00-17:00') })])
  const talk = await desk.asked('16:00')
  t.match(await talk.clock(), { dueAt: at('+1 10:00'), state: 'running', consumedSeconds: 1800, remainingSeconds: 5400 })
})

test('deadline computed at midnight', '23:30', async (t, desk) => {
  await desk.promise([target('firstReply', '2h', { calendar: await desk.calendar('09:00-17:00') })])
  const talk = await desk.asked('20:00')
  t.match(await talk.clock(), { dueAt: at('+1 11:00'), consumedSeconds: 0, remainingSeconds: 7200 })
  desk.now('+1 00:00:01')
  t.match(await talk.clock(), { state: 'running', dueAt: at('+1 11:00'), consumedSeconds: 0 })
  t.equal((await talk.shown()).nextDueAt, at('+1 11:00'))
})

test('used up exactly at closing time', '21:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h', { calendar: await desk.calendar('09:00-17:00') })])
  const talk = await desk.asked('16:00')
  await talk.reply('20:00')
  t.match(await talk.clock(), { dueAt: at('17:00'), state: 'breached', endedAt: at('20:00'), consumedSeconds: 3600 })
})

test('lunch breaks', '13:45', async (t, desk) => {
  await desk.promise([target('firstReply', '1h', { calendar: await desk.calendar(office) })])
  const talk = await desk.asked('11:30')
  t.match(await talk.clock(), { dueAt: at('13:30'), state: 'overdue', consumedSeconds: 4500 })
  t.same(await talk.segments(), [
    '11:30–12:00 running counting 1800', '12:00–13:00 running closed 0', '13:00–13:30:00.001 running counting 1800', '13:30:00.001–13:45 overdue counting 900'
  ])
})

test('24/7 calendars dropped', '+6 01:00', async (t, desk) => {
  await desk.promise([target('firstReply', '30h', { calendar: await desk.calendar('', { weekly: weekly('00:00-24:00', 7) }) })])
  const talk = await desk.asked('+5 23:00')
  t.match(await talk.clock(), { dueAt: at('+7 05:00'), consumedSeconds: 7200 })
})

test('overdue at birth through time zones', '21:00', async (t, desk) => {
  // 21:00 in UTC is 10:00 on Tuesday in Auckland, which keeps summer time in March.
  await desk.promise([target('firstReply', '4h', { calendar: await desk.calendar('09:00-17:00', { timeZone: 'Pacific/Auckland' }) })])
  const talk = await desk.asked('21:00')
  t.match(await talk.clock(), { state: 'running', dueAt: at('+1 01:00'), consumedSeconds: 0 })
  const before = await desk.asked('19:00')
  t.match(await before.clock(), { state: 'running', dueAt: at('+1 00:00'), consumedSeconds: 3600 }, 'it opens at 20:00 in UTC')
  desk.now('+1 08:00')
  const kathmandu = await desk.w.post('/v1/standards', { name: 'Kathmandu', condition: { field: 'priority', in: ['urgent'] },
    targets: [target('firstReply', '1h', { calendar: await desk.calendar('09:15-17:00', { timeZone: 'Asia/Kathmandu' }) })] })
  await desk.send(`/v1/standards/${kathmandu.body.id}/publish`, { occurredAt: at('+1 00:00') })
  const urgent = await desk.asked('+1 03:00', { priority: 'urgent' })
  t.match(await urgent.clock(), { dueAt: at('+1 04:30'), state: 'overdue' }, '09:15 in Kathmandu is 03:30 in UTC')
})

test('an hour that is skipped counts nothing, and one that is repeated counts twice', '+300 00:00', async (t, desk) => {
  const night = await desk.calendar('', { timeZone: 'Europe/Berlin', weekly: weekly('00:00-04:00', 7) })
  await desk.promise([target('firstReply', '3h', { calendar: night })])
  t.equal((await (await desk.asked('+26 23:00')).clock()).dueAt, '2026-03-29T02:00:00.000Z')
  t.equal((await (await desk.asked('+236 22:00')).clock()).dueAt, '2026-10-25T01:00:00.000Z')
})

test('holidays nobody can explain', '+2 15:30', async (t, desk) => {
  const calendar = await desk.calendar('09:00-17:00', {
    holidays: [{ date: '2026-03-03', name: 'Founders Day' }],
    exceptions: [{ date: '2026-03-04', name: 'Stocktaking', intervals: [{ from: '14:00', to: '17:00' }] }]
  })
  await desk.promise([target('firstReply', '2h', { calendar })])
  const talk = await desk.asked('16:00')
  t.match(await talk.clock(), { dueAt: at('+2 15:00'), state: 'overdue', consumedSeconds: 9000 })
  t.same(await talk.segments(), [
    '16:00–17:00 running counting 3600', '17:00–+1 00:00 running closed 0', '+1 00:00–+2 00:00 running Founders Day 0', '+2 00:00–+2 14:00 running Stocktaking 0',
    '+2 14:00–+2 15:00:00.001 running Stocktaking 3600', '+2 15:00:00.001–+2 15:30 overdue Stocktaking 1800'
  ])
  const { data } = await desk.w.graphql('query ($id: ID!) { clockExplanation(id: $id) { sentence segments { exception calendarVersion countedSeconds } } }', { id: (await talk.clock()).id })
  t.same(data.clockExplanation.segments[2], { exception: 'Founders Day', calendarVersion: 1, countedSeconds: 0 })
  t.match(data.clockExplanation.sentence, 'promised within 2 h of business time from 2026-03-02T16:00:00.000Z: 2 h 30 min are used up, and it is overdue')
})

test('warning outside business hours', '20:00', async (t, desk) => {
  const calendar = await desk.calendar('09:00-17:00')
  await desk.promise([target('firstReply', '8h', { calendar, warnAt: { share: 0.5 } })])
  const talk = await desk.asked('13:00')
  t.match(await talk.clock(), { state: 'running', nextChangeAt: at('+1 09:00') }, 'four hours are used up at closing time')
  await desk.w.runDue()
  t.same(await talk.told(), ['started 13:00'])
  desk.now('+1 09:00')
  await desk.w.runDue()
  t.match(await talk.clock(), { state: 'atRisk', dueAt: at('+1 13:00') })
  t.same(await talk.told(), ['started 13:00', 'atRisk +1 09:00'])
  t.match(await talk.shown(), { atRisk: true, nextDueAt: at('+1 13:00') })
})

test('minutes rounded until a breach flips', '11:00', async (t, desk) => {
  await desk.promise([target('firstReply', { normal: '1h', urgent: '90s' })])
  const late = await desk.asked('09:00:00.500')
  await late.reply('10:00:00.501')
  t.match(await late.clock(), { state: 'breached', dueAt: at('10:00:00.500'), consumedSeconds: 3600, remainingSeconds: 0 })
  const inTime = await desk.asked('09:00:00.500')
  await inTime.reply('10:00:00.500')
  t.match(await inTime.clock(), { state: 'met', consumedSeconds: 3600 })
  const short = await desk.asked('09:00:29.999', { priority: 'urgent' })
  t.match(await short.clock(), { dueAt: at('09:01:59.999'), targetSeconds: 90 })
  t.match(await late.clock('10:00:00.499'), { state: 'running', consumedSeconds: 3599, remainingSeconds: 0 }, 'seconds are floored at the very end')
})

test('a calendar that changed is read as it was in force at each instant', '+1 10:00', async (t, desk) => {
  const calendar = await desk.calendar('09:00-17:00')
  await desk.promise([target('firstReply', '6h', { calendar })])
  const talk = await desk.asked('15:00')
  t.match(await talk.clock(), { consumedSeconds: 3 * 3600, dueAt: at('+1 13:00') })
  await desk.send(`/v1/calendars/${calendar}/versions`, { timeZone: 'UTC', weekly: weekly('09:00-12:00'), effectiveFrom: at('+1 00:00') })
  await desk.w.runDue()
  t.match(await talk.clock(), { consumedSeconds: 3 * 3600, dueAt: at('+2 10:00') })
  t.equal((await talk.shown()).nextDueAt, at('+2 10:00'), 'and the queue knows it')
})

test('no way to see which team the time went to', '17:30', async (t, desk) => {
  const { send } = desk
  await desk.promise([target('ownership', '2h', { calendar: await desk.calendar(office) })])
  const [billing, shipping] = [await send('/v1/teams', { name: 'Billing' }), await send('/v1/teams', { name: 'Shipping' })]
  const talk = await desk.asked('09:00')
  await talk.assign('09:30', { assigneeId: desk.ann.id, teamId: billing.id })
  await talk.assign('11:30', { teamId: shipping.id })
  await talk.assign('14:00', { assigneeId: null })
  const shown = (clock: any) => [clock.teamId, clock.assigneeId, said(clock.startedAt), said(clock.endedAt), clock.endedBy, clock.consumedSeconds / 60, clock.state]
  const { body: { data: stored } } = await desk.w.get(`/v1/clocks?filter={"conversationId":{"eq":"${talk.id}"},"target":{"eq":"ownership"}}`)
  for (const clocks of [await talk.clocks(), stored]) t.same(clocks.map(shown), [
    [billing.id, desk.ann.id, '09:30', '11:30', 'handedOver', 120, 'met'],
    [shipping.id, desk.ann.id, '11:30', '14:00', 'unassigned', 90, 'met']
  ])
})
