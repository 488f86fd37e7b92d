import t from 'tap'
import {
  ada, assign, at, bot, created, inbound, merged, note, prioritise, reply, snooze, status, tag
} from './timeline.js'
import { businessTarget, clocks, hours, only, standard, target, told, version } from './promises.js'

const asked = () => [created('09:00'), inbound('09:00', 'm1')]
const urgentlyIn = (normal: number, urgent: number) => ({ ...hours(normal), urgent: urgent * 3600 })

t.test('what other help desks get wrong: due times', async (t) => {
  t.equal(only([created('16:00'), inbound('16:00', 'm1')], [businessTarget('firstReply', 2)], '16:30').dueAt,
    at('+1 10:00'), 'business hours were set, and the wall clock is not used')
  t.equal(only([created('11:00'), inbound('11:00', 'm1')], [businessTarget('firstReply', 2)], '11:30').dueAt,
    at('14:00'), 'the lunch break does not count')
  t.equal(only([created('+4 16:00'), inbound('+4 16:00', 'm1')], [businessTarget('firstReply', 2)], '+4 16:30').dueAt,
    at('+7 10:00'), 'the weekend does not count')
  t.equal(only([created('20:00'), inbound('20:00', 'm1')], [businessTarget('firstReply', 1)], '20:01').dueAt,
    at('+1 10:00'), 'what comes in the evening is due after the next opening, not at midnight')
  t.match(only([created('20:00'), inbound('20:00', 'm1')], [businessTarget('firstReply', 1)], '+1 08:00'),
    { state: 'running', consumedSeconds: 0, remainingSeconds: 3600 }, 'and is not overdue in the night')
  t.match(only([created('16:00'), inbound('16:00', 'm1'), reply('20:00', 'r1')], [businessTarget('firstReply', 1)],
    '21:00'),
    { dueAt: at('17:00'), state: 'breached', endedAt: at('20:00') },
    'used up exactly at closing time it is due at closing time, and who answers in the night is late')
  t.match(only([created('20:00'), inbound('20:00', 'm1')], [businessTarget('firstReply', 0)], '20:00'),
    { dueAt: at('20:00'), state: 'running' }, 'a plus 0 business seconds is a')
})

t.test('what other help desks get wrong: breached and met', async (t) => {
  const seen = only(asked(), [target('firstReply', 1)], '+3 12:34')
  t.match(seen, { state: 'overdue', dueAt: at('10:00'), remainingSeconds: 0 })
  t.strictSame(told(seen), ['started 02T09:00:00', 'breached 02T10:00:00'],
    'the breach happened when it was due, not when it was noticed')
  const met = only([...asked(), reply('09:30', 'r1')], [target('firstReply', 1)], '+3 12:34')
  t.match(met, { state: 'met', endedAt: at('09:30'), endedBy: 'reply', consumedSeconds: 1800, dueAt: at('10:00') },
    'met when the reply was sent, not when it was looked at')
  t.equal(only([...asked(), reply('10:00', 'r1')], [target('firstReply', 1)], '11:00').state, 'met',
    'a reply exactly at the deadline is in time')
  const late = only([...asked(), reply(at('10:00') + 1, 'r1')], [target('firstReply', 1)], '11:00')
  t.match(late, { state: 'breached', consumedSeconds: 3600 }, 'a millisecond later it is late: nothing is rounded')
  t.strictSame(told(late), ['started 02T09:00:00', 'breached 02T10:00:00', 'fulfilled 02T10:00:00.001'])
  t.equal(only(asked(), [target('firstReply', 1)], '10:00').state, 'running', 'not overdue at the deadline itself')
  t.equal(only(asked(), [target('firstReply', 1)], '10:00:00.001').state, 'overdue')
  t.equal(only(asked(), [target('firstReply', 1)], '09:59').nextChangeAt, at('10:00') + 1)
})

t.test('what other help desks get wrong: after the end', async (t) => {
  const resolved = [...asked(), status('10:30', 'resolved')]
  const clock = only(resolved, [target('firstResolution', 1)], '+5 00:00')
  t.match(clock, { state: 'breached', endedAt: at('10:30'), endedBy: 'resolved', consumedSeconds: 5400,
    nextChangeAt: null },
    'a clock does not run on after the resolve, and its overrun does not grow')
  t.match(only(resolved, [target('firstReply', 2)], '+5 00:00'),
    { state: 'met', endedAt: at('10:30'), endedBy: 'resolvedWithoutReply' })
  t.match(only([...asked(), merged('09:30')], [target('firstReply', 1)], '+5 00:00'),
    { state: 'cancelled', endedAt: at('09:30'), endedBy: 'merged', nextChangeAt: null },
    'a merged conversation does not escalate on')
})

t.test('what other help desks get wrong: pauses', async (t) => {
  const paused = [...asked(), status('11:00', 'pending')]
  const four = [businessTarget('firstResolution', 4)]
  t.match(only(paused, four, '16:00'), { state: 'paused', dueAt: null, consumedSeconds: 7200, remainingSeconds: 7200 })
  t.equal(only([...paused, status('20:00', 'open')], four, '20:30').dueAt, at('+1 11:00'),
    'a pause that reaches into the evening adds nothing outside business time')
  const late = [...asked(), status('09:50', 'pending')]
  t.match(only([...late, status('15:00', 'open')], [target('firstResolution', 1)], '15:00'),
    { state: 'running', dueAt: at('15:10'), remainingSeconds: 600 }, 'leaving pending does not breach at once')
  t.match(only([...late, inbound('15:00', 'm2')], [target('firstResolution', 1)], '15:05'),
    { state: 'running', dueAt: at('15:10') }, 'a customer who answers ends the pause')
  const urgent = target('firstResolution', 0, { seconds: urgentlyIn(4, 2) })
  const raised = [...asked(), status('10:00', 'pending'), prioritise('11:00', 'urgent')]
  t.match(only(raised, [urgent], '12:00'),
    { state: 'paused', dueAt: null, consumedSeconds: 3600, remainingSeconds: 3600 },
    'the pause outlives a change of priority')
  t.match(only([...raised, status('12:00', 'open')], [urgent], '12:00'), { state: 'running', dueAt: at('13:00') })
  const standards = [
    standard([version('vip', 1, [target('firstResolution', 2)],
      { condition: { field: 'tag', in: ['vip'] }, position: 0 })]),
    standard([version('care', 1, [target('firstResolution', 4)])])
  ]
  const moved = [...asked(), status('10:00', 'pending'), tag('11:00', ['vip'])]
  t.match(only(moved, standards, '12:00'), { state: 'paused', versionId: 'vip-1', remainingSeconds: 3600 },
    'and a change of standard')
  t.match(only([...asked(), status('09:30', 'pending'), status('09:30', 'open', { sequence: 1 })],
    [target('firstResolution', 1)], '09:40'), { dueAt: at('10:00'), state: 'running' },
  'pausing and resuming at one instant changes nothing')
  t.strictSame(told(only([...late, status('15:00', 'open'), status('15:05', 'resolved')],
    [target('firstResolution', 1)], '16:00')),
    ['started 02T09:00:00', 'paused 02T09:50:00', 'resumed 02T15:00:00', 'fulfilled 02T15:05:00'])
})

t.test('a clock that ends while it is paused is judged by what it would have had', async (t) => {
  const paused = [...asked(), status('09:50', 'pending'), status('14:00', 'resolved')]
  t.match(only(paused, [target('firstResolution', 1)], '15:00'),
    { state: 'met', dueAt: at('14:10'), consumedSeconds: 3000 })
  const usual = standard([version('usual', 1, [target('assignment', 1, { pauses: ['open'] })])])
  const tagged = standard([version('tagged', 1, [target('assignment', 2)], { position: 0, condition: { field: 'tag', in: ['vip'] } })])
  const ended = [...asked(), status('09:00', 'open'), tag('10:00', ['vip']), status('10:00', 'resolved')]
  t.match(only(ended, [tagged, usual], '11:00'), { state: 'cancelled', endedBy: 'resolved', consumedSeconds: 0, dueAt: at('12:00') },
    'a promise that changes at its end may have taken it out of its pause')
})

t.test('an overdue clock stays overdue through a pause, and its time stands still', async (t) => {
  const facts = [...asked(), status('11:00', 'pending')]
  const clock = only(facts, [target('firstResolution', 1)], '15:00')
  t.match(clock, { state: 'overdue', dueAt: at('10:00'), consumedSeconds: 7200 })
  t.strictSame(told(clock), ['started 02T09:00:00', 'breached 02T10:00:00'])
})

t.test('a pause that begins at the very deadline does not save it', async (t) => {
  const clock = only([...asked(), status('10:00', 'pending')], [target('firstResolution', 1)], '10:01')
  t.match(clock, { state: 'overdue', dueAt: at('10:00') })
})

t.test('replies', async (t) => {
  const both = [target('firstReply', 1), target('periodicUpdate', 4), target('nextReply', 1)]
  const byKey = (facts: Parameters<typeof clocks>[0], now: string) =>
    Object.fromEntries(clocks(facts, both, now).map(({ key, state, startedAt }) => [key, [state, startedAt]]))
  t.strictSame(byKey(asked(), '09:30'),
    { 'firstReply/1': ['running', at('09:00')], 'periodicUpdate/1': ['running', at('09:00')] },
    'an update target runs beside the first reply, not instead of it')
  t.strictSame(byKey([...asked(), reply('09:30', 'r1')], '09:40'), {
    'firstReply/1': ['met', at('09:00')], 'periodicUpdate/1': ['met', at('09:00')],
      'periodicUpdate/2': ['running', at('09:30')]
  }, 'nobody waits for a next reply when the agent spoke last')
  t.match(clocks([...asked(), reply('09:30', 'r1'), status('09:30', 'pending')], [target('pausableUpdate', 1)],
    '12:00')[1],
    { state: 'paused', consumedSeconds: 0 }, 'an update that may pause does not run while the customer has the word')
  t.match(only([...asked(), reply('09:30', 'r1'), status('09:30', 'resolved')], [target('firstReply', 1)], '12:00'),
    { state: 'met', endedBy: 'reply', endedByActor: ada, endedAt: at('09:30') },
    'a reply with its status in one step is a reply')
  t.match(only([...asked(), note('09:10', 'n1')], [target('firstReply', 1)], '09:30'), { state: 'running' },
    'a note is none')
  t.match(only([...asked(), note('09:10', 'n1'), reply('09:20', 'n1', ada, { wasNote: true })],
    [target('firstReply', 1)], '09:30'), { state: 'met', endedAt: at('09:20') },
      'a note made public is one from then on')
  t.match(only([...asked(), reply('09:10', 'r1', ada, { toCustomer: false })], [target('firstReply', 1)], '09:30'),
    { state: 'running' }, 'nor is a message that no customer reads')
  t.match(only([...asked(), reply('09:10', 'r1', bot)], [target('firstReply', 1)], '09:30'), { state: 'running' })
  t.match(only([...asked(), reply('09:10', 'r1', bot)], [target('firstReply', 1, { replyBy: 'humanOrMachine' })],
    '09:30'),
    { state: 'met' })
  t.strictSame(clocks([created('09:00'), reply('09:00', 'r1'), inbound('10:00', 'm1')], both,
    '10:30').map(({ key }) => key),
    ['nextReply/1', 'periodicUpdate/1', 'periodicUpdate/2'], 'no first reply when an agent wrote before the customer')
})

t.test('next replies have a clock per episode', async (t) => {
  const facts = [
    ...asked(), reply('09:10', 'r1'), inbound('09:20', 'm2'), inbound('09:50', 'm3'), reply('10:10', 'r2'),
    inbound('11:00', 'm4'), status('11:30', 'resolved'), inbound('12:00', 'm5')
  ]
  t.strictSame(clocks(facts, [target('nextReply', 1)], '13:30').map((clock) =>
    [clock.ordinal, clock.startedAt, clock.dueAt, clock.state, clock.endedBy]), [
    [1, at('09:20'), at('10:20'), 'met', 'reply'],
    [2, at('11:00'), at('12:00'), 'met', 'resolvedWithoutReply'],
    [3, at('12:00'), at('13:00'), 'overdue', null]
  ])
})

t.test('warnings', async (t) => {
  const share = [businessTarget('firstReply', 4, { warnAt: { share: 0.75 } })]
  t.match(only([created('09:00'), inbound('09:00', 'm1')], share, '12:30'),
    { state: 'running', nextChangeAt: at('13:00') },
    'one that would fall on the edge of the lunch break comes after it')
  t.match(only([created('09:00'), inbound('09:00', 'm1')], share, '13:00'),
    { state: 'atRisk', nextChangeAt: at('14:00') + 1 })
  const before = [businessTarget('firstReply', 2, { warnAt: { secondsBefore: 5400 } })]
  const clock = only([created('16:30'), inbound('16:30', 'm1')], before, '+1 09:00')
  t.match(clock, { state: 'atRisk', dueAt: at('+1 10:30') }, 'none comes at closing time')
  t.strictSame(told(clock), ['started 02T16:30:00', 'atRisk 03T09:00:00'])
  t.equal(only([created('16:30'), inbound('16:30', 'm1')], before, '20:00').state, 'running')
  t.equal(only(asked(), [target('firstReply', 1)], '09:59').state, 'running', 'without warnAt a clock is never at risk')
  const day = only(asked(), [target('firstReply', 1, { warnAt: { share: 0.8 } })], '09:48')
  t.match(day, { state: 'atRisk' })
  t.equal(only(asked(), [target('firstReply', 1, { warnAt: { share: 0.8 } })], '09:47:59.999').state, 'running')
  const resumed = [...asked(), status('09:50', 'pending'), status('11:00', 'open')]
  t.strictSame(told(only(resumed, [target('firstResolution', 1, { warnAt: { share: 0.8 } })], '11:05')),
    ['started 02T09:00:00', 'atRisk 02T09:48:00', 'paused 02T09:50:00', 'resumed 02T11:00:00'], 'one warning is enough')
})

t.test('a snooze counts by the status below it, unless the pause list names it', async (t) => {
  const facts = [...asked(), snooze('09:10', '12:00')]
  t.match(only(facts, [target('firstResolution', 4)], '11:00'), { state: 'running', dueAt: at('13:00') })
  const named = [target('firstResolution', 4, { pauses: ['snoozed'] })]
  t.match(only(facts, named, '11:00'), { state: 'paused', dueAt: null, nextChangeAt: at('12:00') })
  t.match(only(facts, named, '12:00'), { state: 'running', dueAt: at('15:50') }, 'it ends by its time alone')
  t.match(only([...facts, inbound('10:00', 'm2')], named, '11:00'), { state: 'running', dueAt: at('13:50') })
})

t.test('resolution targets start where they say', async (t) => {
  const facts = [created('09:00'), status('09:00', 'pending'), status('10:00', 'open'), inbound('11:00', 'm1')]
  const starts = (['created', 'firstInbound', 'activated'] as const).map((clockStart) =>
    only(facts, [target('firstResolution', 4, { clockStart })], '12:00').startedAt)
  t.strictSame(starts, [at('09:00'), at('11:00'), at('10:00')])
  t.strictSame(clocks([created('09:00')], [target('firstResolution', 4, { clockStart: 'firstInbound' })], '12:00'), [])
})

t.test('a reopening takes the total out of its end, and nothing else', async (t) => {
  const facts = [...asked(), status('10:00', 'resolved'), inbound('14:00', 'm2')]
  const all = clocks(facts, [target('firstResolution', 2), target('totalResolution', 2)], '14:30')
  t.match(all.map(({ target, state, consumedSeconds, dueAt }) => [target, state, consumedSeconds, dueAt]), [
    ['firstResolution', 'met', 3600, at('11:00')], ['totalResolution', 'running', 5400, at('15:00')]
  ])
  t.strictSame(told(all[1]!), ['started 02T09:00:00', 'fulfilled 02T10:00:00', 'resumed 02T14:00:00'])
  const tight = [...asked(), prioritise('11:00', 'urgent'), inbound('14:00', 'm2'), status('10:00', 'resolved')]
  t.match(only(tight, [target('totalResolution', 0, { seconds: urgentlyIn(4, 0.5) })], '14:30'),
    { state: 'overdue', dueAt: at('14:00'), targetSeconds: 1800 },
      'the target then in force holds, due at the reopening')
  const late = [...asked(), status('12:00', 'resolved'), status('13:00', 'open')]
  const revived = only(late, [target('totalResolution', 2)], '14:00')
  t.match(revived, { state: 'overdue', dueAt: at('11:00'), consumedSeconds: 4 * 3600 })
  t.equal(told(revived).filter((one) => one.startsWith('breached')).length, 1, 'once per due time')
  const unpromised = [
    ...asked(), status('10:00', 'resolved'), status('11:00', 'open'), prioritise('11:00', 'low'), status('12:00', 'resolved'),
    status('14:00', 'open'), prioritise('14:00', 'normal')
  ]
  t.match(only(unpromised, [target('totalResolution', 9, { seconds: { normal: 9 * 3600 } })], '15:00'), { consumedSeconds: 3 * 3600 },
    'what passed while it was open under a priority without the target counts, what it was resolved again for does not')
})

t.test('what waiting counts', async (t) => {
  const facts = [
    created('09:00'), status('10:00', 'onHold'), status('12:00', 'pending'), status('15:00', 'open'),
      status('16:00', 'resolved')
  ]
  t.strictSame(clocks(facts, [target('requesterWait', 9), target('agentWork', 9), target('totalResolution', 9)],
    '20:00')
    .map(({ target, consumedSeconds, state }) => [target, consumedSeconds / 3600, state]),
  [['totalResolution', 4, 'met'], ['requesterWait', 4, 'met'], ['agentWork', 2, 'met']])
})

t.test('assignment and ownership', async (t) => {
  const facts = [
    created('09:00'), assign('09:30', 'ada', 't1'), assign('10:00', 'ada', 't2'), assign('10:30', null, 't2'),
    assign('11:00', 'ben', 't2'), status('12:00', 'resolved'), inbound('13:00', 'm1'), assign('13:30', null)
  ]
  const list = clocks(facts, [target('assignment', 1), target('ownership', 1)], '14:00')
  t.strictSame(list.map(({ key, startedAt, endedAt, endedBy, state }) => [key, startedAt, endedAt, endedBy, state]), [
    ['assignment/1', at('09:00'), at('09:30'), 'assigned', 'met'],
    ['assignment/2', at('10:30'), at('11:00'), 'assigned', 'met'],
    ['assignment/3', at('13:30'), null, null, 'running'],
    ['ownership/1', at('09:30'), at('10:00'), 'handedOver', 'met'],
    ['ownership/2', at('10:00'), at('10:30'), 'unassigned', 'met'],
    ['ownership/3', at('11:00'), at('12:00'), 'resolved', 'met'],
    ['ownership/4', at('13:00'), at('13:30'), 'unassigned', 'met']
  ])
  t.strictSame(clocks([created('09:00', { agentId: 'ada' })], [target('assignment', 1)], '10:00'), [],
    'none when created assigned')
  t.strictSame(clocks([created('09:00'), assign('09:00', 'ada')], [target('assignment', 1)], '10:00'), [])
  t.match(only([created('09:00'), status('10:00', 'resolved')], [target('assignment', 4)], '11:00'),
    { state: 'cancelled', endedBy: 'resolved' })
})

t.test('a message delivered after a resolve which it precedes is waited for from its arrival', async (t) => {
  const facts = [
    ...asked(), reply('09:30', 'r1'), status('10:00', 'resolved'), inbound('09:50', 'm2', { recordedAt: at('10:20') })
  ]
  t.match(only(facts, [target('nextReply', 1)], '10:30'),
    { startedAt: at('10:20'), dueAt: at('11:20'), state: 'running' })
  t.match(only(facts, [target('totalResolution', 4)], '10:30'), { state: 'running', consumedSeconds: 4200 })
})

t.test('updates', async (t) => {
  const facts = [created('09:00'), status('10:00', 'resolved'), status('12:00', 'open')]
  t.match(only(facts, [target('periodicUpdate', 2)], '12:30'), { state: 'running', dueAt: at('13:00') },
    'pause resolved')
  t.match(only([...facts, status('12:30', 'closed')], [target('periodicUpdate', 2)], '15:00'),
    { state: 'cancelled', endedBy: 'closed', endedAt: at('12:30') }, 'closed cancels')
})
