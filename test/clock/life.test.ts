import t from 'tap'
import { episodesOf } from '../../src/clock/episodes.js'
import { inputsAt, lifeOf, statusAt } from '../../src/clock/life.js'
import type { Fact } from '../../src/clock/facts.js'
import {
  absorbed, ada, assign, at, ben, bot, created, failed, inbound, merged, prioritise, reply, snooze, status, tag
} from './timeline.js'

const life = (facts: Fact[], now = '+9 00:00') => lifeOf(facts, at(now))!
const episodes = (facts: Fact[], replyBy: 'human' | 'humanOrMachine' = 'human') =>
  episodesOf(facts, at('+9 00:00'), replyBy)

t.test('statuses are half-open intervals, and what lasted no time is none', async (t) => {
  const { statuses, resolutions, reopenings, cycles } = life([
    created('09:00'), status('10:00', 'pending'), status('10:00', 'open', { sequence: 1 }), status('11:00', 'resolved'),
    inbound('12:00', 'm1'), status('13:00', 'closed')
  ])
  t.strictSame(statuses.map(({ status, from, to }) => [status, from, to]), [
    ['new', at('09:00'), at('10:00')], ['open', at('10:00'), at('11:00')], ['resolved', at('11:00'), at('12:00')],
    ['open', at('12:00'), at('13:00')], ['closed', at('13:00'), null]
  ])
  t.strictSame(resolutions.map(({ at, cycle, reopenedAt, actor }) => [at, cycle, reopenedAt, actor]),
    [[at('11:00'), 1, at('12:00'), ada], [at('13:00'), 2, null, ada]])
  t.strictSame(reopenings.map(({ at, resolution }) => [at, resolution]), [[at('12:00'), 0]])
  t.strictSame(cycles, [{ from: at('09:00'), to: at('12:00') }, { from: at('12:00'), to: null }])
})

t.test('facts after now do not exist yet', async (t) => {
  const facts = [created('09:00'), status('10:00', 'resolved')]
  t.equal(life(facts, '09:59:59.999').state.status, 'new')
  t.equal(life(facts, '10:00').state.status, 'resolved')
  t.equal(lifeOf(facts, at('08:59')), null)
})

t.test('snoozes end by their time, by a customer or by the next one', async (t) => {
  const facts = [created('09:00'), snooze('09:10', '10:00'), snooze('11:00', '15:00'), snooze('12:00', '16:00'),
    inbound('13:00', 'm1'), snooze('14:00', '18:00')]
  t.strictSame(life(facts, '14:30').snoozes.map(({ from, to }) => [from, to]), [
    [at('09:10'), at('10:00')], [at('11:00'), at('12:00')], [at('12:00'), at('13:00')], [at('14:00'), null]
  ])
})

t.test('assignments and inputs at an instant', async (t) => {
  const told = life([created('09:00'), assign('09:10', 'ada', 't1'), prioritise('10:00', 'urgent'),
    tag('10:00', ['vip']), assign('11:00', 'ben', 't1')])
  t.strictSame(told.assignments.map(({ agentId, from, to }) => [agentId, from, to]), [
    [null, at('09:00'), at('09:10')], ['ada', at('09:10'), at('11:00')], ['ben', at('11:00'), null]
  ])
  t.equal(inputsAt(told, at('09:59:59.999'))!.priority, 'normal')
  t.match(inputsAt(told, at('10:00')), { priority: 'urgent', tagIds: ['vip'], agentId: 'ada' })
  t.equal(inputsAt(told, at('08:00')), null)
  t.equal(statusAt(told, at('09:05')), 'new')
})

t.test('wait episodes', async (t) => {
  const facts = [
    created('09:00'), inbound('09:00', 'm1'), inbound('09:05', 'm2'), reply('09:10', 'r1', bot), reply('09:20', 'r2'),
    reply('09:21', 'r3', ben), inbound('09:30', 'm3'), status('09:40', 'resolved'), inbound('10:00', 'm4')
  ]
  const told = (list: ReturnType<typeof episodes>) =>
    list.map(({ startedAt, endedAt, endedBy, author, isFirst, isFirstOfCycle, cycle }) =>
      [startedAt, endedAt, endedBy, author?.id ?? null, isFirst, isFirstOfCycle, cycle])
  t.strictSame(told(episodes(facts)), [
    [at('09:00'), at('09:20'), 'reply', 'ada', true, true, 1],
    [at('09:30'), at('09:40'), 'resolvedWithoutReply', null, false, false, 1],
    [at('10:00'), null, null, null, false, true, 2]
  ])
  t.equal(episodes(facts, 'humanOrMachine')[0]!.endedAt, at('09:10'))
  t.strictSame(told(episodes([created('09:00'), reply('09:00', 'r1'), inbound('09:10', 'm1'), merged('09:30')])),
    [[at('09:10'), at('09:30'), 'merged', null, false, false, 1]], 'an agent wrote before the first')
})

t.test('a reply that failed leaves its episode open through the resolve', async (t) => {
  const facts = [created('09:00'), inbound('09:00', 'm1'), reply('09:10', 'r1'), status('09:10', 'resolved'),
    failed('09:30', 'r1'), reply('10:00', 'r2')]
  t.strictSame(episodes(facts).map(({ startedAt, endedAt, replyMessageId }) => [startedAt, endedAt, replyMessageId]),
    [[at('09:00'), at('10:00'), 'r2']])
})

t.test('a merge lets the earlier wait in', async (t) => {
  const facts = [created('09:00'), inbound('09:30', 'm1'), absorbed('10:00', '08:00'), reply('10:10', 'r1')]
  const [episode] = episodes(facts)
  t.match(episode, { startedAt: at('08:00'), openedAt: at('09:30'), openers: ['m1', 'source'], endedAt: at('10:10') })
  const [alone] = episodes([created('09:00'), absorbed('10:00', '08:00')])
  t.match(alone, { startedAt: at('08:00'), openedAt: at('10:00'), isFirst: true, endedAt: null })
})
