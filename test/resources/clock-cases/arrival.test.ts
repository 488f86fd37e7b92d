import t from 'tap'
import { at, clockCases, said, target, type Desk, type Talk } from '../../support/clock-case.js'

const test = await clockCases(t)

/** A small pseudorandom sequence, the same for the same seed (mulberry32). */
function random (seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6D2B79F5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function shuffled<T> (list: readonly T[], next: () => number): T[] {
  const rest = [...list]
  return list.map(() => rest.splice(Math.floor(next() * rest.length), 1)[0]!)
}

type Write = (talk: Talk) => Promise<unknown>

/** What happens at each of a row of instants; which of it, the seed says. */
function history ({ ann }: Desk, vip: string, billing: string, next: () => number): Write[] {
  const kinds: Array<(time: string) => Write> = [
    time => talk => talk.says(time),
    time => talk => talk.says(time),
    time => talk => talk.reply(time),
    time => talk => talk.reply(time, { andThen: { status: 'pending' } }),
    time => talk => talk.reply(time, { actor: { kind: 'machine', id: 'bot' } }),
    time => talk => talk.status(time, 'onHold'),
    time => talk => talk.status(time, 'open'),
    time => talk => talk.status(time, 'resolved'),
    time => talk => talk.priority(time, 'urgent'),
    time => talk => talk.priority(time, 'normal'),
    time => talk => talk.tag(time, vip),
    time => talk => talk.untag(time, vip),
    time => talk => talk.assign(time, { assigneeId: ann.id }),
    time => talk => talk.assign(time, { teamId: billing }),
    time => talk => talk.assign(time, { assigneeId: null }),
    time => talk => talk.snooze(time, '16:00'),
    time => talk => talk.note(time)
  ]
  const times = Array.from({ length: 14 }, (_, index) => `${String(9 + Math.floor(index / 2)).padStart(2, '0')}:${index % 2 ? '40' : '10'}`)
  return times.map(time => kinds[Math.floor(next() * kinds.length)]!(time))
}

test('facts in any order of arrival end in the same clocks', '17:00', async (t, desk) => {
  const [vip, billing] = [await desk.tag('vip'), (await desk.send('/v1/teams', { name: 'Billing' })).id]
  const calendar = await desk.calendar('09:00-12:00 13:00-17:00')
  await desk.promise([
    target('firstReply', { normal: '1h', urgent: '20m' }, { warnAt: { share: 0.5 } }), target('nextReply', '1h'), target('pausableUpdate', '2h'),
    target('totalResolution', { normal: '4h', urgent: '2h' }, { calendar, pauses: ['pending', 'snoozed'] }), target('assignment', '30m'), target('ownership', '3h')
  ])
  await desk.promise([target('firstReply', '30m'), target('firstResolution', '3h', { calendar }), target('nextReply', '2h', { replyBy: 'humanOrMachine' })], { condition: { field: 'tag', in: [vip] } })
  for (const seed of [1, 2, 3]) {
    const next = random(seed)
    const writes = history(desk, vip, billing, next)
    const outcomes = []
    for (const order of [writes, writes.toReversed(), shuffled(writes, next)]) {
      const talk = await desk.asked('09:00')
      for (const write of order) await write(talk)
      const clocks = (await talk.clocks()).map(({ id, conversationId, ...clock }) => clock)
      const { status, nextDueAt, atRisk, waitingSince, assigneeId, teamId } = await talk.shown()
      outcomes.push({ clocks, told: await talk.told(), shown: { status, nextDueAt, atRisk, waitingSince, assigneeId, teamId } })
    }
    const [inOrder, reversed, mixed] = outcomes
    t.ok(inOrder!.clocks.length >= 5, `seed ${seed} makes clocks`)
    t.same(reversed, inOrder, `seed ${seed}, reversed`)
    t.same(mixed, inOrder, `seed ${seed}, mixed`)
  }
})

test('an import in the order of time is not taken for late delivery', '17:00', async (t, desk) => {
  await desk.promise([target('nextReply', '1h'), target('totalResolution', '4h')])
  const talk = await desk.asked('09:00')
  await talk.reply('09:30')
  await talk.says('09:50')
  await talk.status('10:00', 'resolved')
  t.equal((await talk.shown()).status, 'resolved')
  t.same((await talk.clocks()).map(clock => [clock.target, clock.state, clock.endedBy, said(clock.endedAt)]), [
    ['nextReply', 'met', 'resolvedWithoutReply', '10:00'], ['totalResolution', 'met', 'resolved', '10:00']
  ])
})

test('a message that a channel delivers after the resolve which it precedes waits from its arrival', '09:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h'), target('nextReply', '1h'), target('totalResolution', '4h')])
  const push = (externalId: string, time: string) => desk.send(`/v1/channels/${desk.channel.id}/messages`,
    { externalId, externalThreadId: 't-1', sentAt: at(time), from: { externalId: 'crm-1' }, text: 'Hello' })
  const { conversationId } = await push('m-1', '09:00')
  const verb = (name: string, body: object) => desk.send(`/v1/conversations/${conversationId}/${name}`, { actor: { kind: 'agent', id: desk.ann.id }, ...body })
  desk.now('09:30')
  await verb('reply', { text: 'Done.' })
  desk.now('10:00')
  await verb('resolve', {})
  desk.now('10:20')
  await push('m-2', '09:50')
  const clocks = (await desk.w.get(`/v1/conversations/${conversationId}/clocks`)).body.data
  t.same(clocks.map((clock: any) => [clock.target, clock.state, said(clock.startedAt), said(clock.dueAt), clock.consumedSeconds]), [
    ['firstReply', 'met', '09:00', '10:00', 1800], ['nextReply', 'running', '10:20', '11:20', 0], ['totalResolution', 'running', '09:00', '13:20', 3600]
  ])
})

test('who had it at an instant stays as it was when only the other half is told of', '17:00', async (t, desk) => {
  await desk.promise([target('ownership', '8h')])
  const { id: billing } = await desk.send('/v1/teams', { name: 'Billing' })
  const talk = await desk.asked('09:00')
  await talk.assign('12:00', { assigneeId: desk.ann.id })
  await talk.assign('10:00', { teamId: billing })
  t.same((await talk.clocks()).map(clock => [said(clock.startedAt), clock.state]), [['12:00', 'running']], 'nobody had it at ten')
  t.match(await talk.shown(), { assigneeId: desk.ann.id, teamId: billing })
})

test('a merge in the past takes along the wait of that instant', '17:00', async (t, desk) => {
  await desk.promise([target('firstReply', '4h')])
  const [source, other] = [await desk.asked('09:00'), await desk.asked('09:30')]
  await source.reply('11:00')
  await source.verb('merge', '10:00', { intoId: other.id })
  t.match(await other.clock(), { startedAt: at('09:00'), dueAt: at('13:00'), state: 'overdue' })
  t.match((await source.clock()), { state: 'cancelled', endedBy: 'merged', endedAt: at('10:00') })
})

test('the last word on whether a message counts is the last in time', '17:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talk = await desk.started('09:00')
  const { id } = await talk.says('09:00')
  const counts = (time: string, value: boolean) => desk.send(`/v1/messages/${id}/countsForService`, { counts: value, reason: 'thanks', occurredAt: at(time) })
  await counts('11:00', true)
  t.match(await counts('10:00', false), { countsForService: true })
  t.match(await talk.clock(), { state: 'overdue', dueAt: at('10:00') })
})
