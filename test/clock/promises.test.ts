import t from 'tap'
import { isBlank, matches } from '../../src/clock/conditions.js'
import { explain } from '../../src/clock/explain.js'
import type { Condition } from '../../src/clock/standard.js'
import {
  absorbed, assign, at, attributes, bot, counting, created, failed, inbound, inputs, prioritise, reply, spam, status,
    tag
} from './timeline.js'
import { businessTarget, calendars, clocks, hours, only, standard, target, told, version } from './promises.js'

const asked = () => [created('09:00'), inbound('09:00', 'm1')]
const vip: Condition = { field: 'tag', in: ['vip'] }

t.test('conditions', async (t) => {
  const given = { ...inputs, tagIds: ['vip'], tier: 'gold', attributes: { seats: 30, plan: 'pro' } }
  const yes = (condition: Condition) => t.ok(matches(condition, given), JSON.stringify(condition))
  const no = (condition: Condition | null) => t.notOk(matches(condition, given), JSON.stringify(condition))
  yes(vip)
  yes({ and: [vip, { or: [{ field: 'tier', in: ['silver', 'gold'] }, { field: 'priority', in: ['urgent'] }] }] })
  no({ not: vip })
  yes({ field: 'company', set: false })
  no({ field: 'company', set: true })
  yes({ field: 'attribute', name: 'seats', atLeast: 30, atMost: 30 })
  no({ field: 'attribute', name: 'seats', atLeast: 31 })
  no({ field: 'attribute', name: 'toString', set: true })
  yes({ not: { field: 'company', in: ['acme'] } })
  for (const blank of [null, { and: [] }, { or: [] }, { not: { and: [] } }, { field: 'tag' },
    { and: [vip, { or: [] }] }] as const) {
    t.ok(isBlank(blank as Condition))
    no(blank as Condition)
  }
})

t.test('a blank condition catches nothing, and the default comes last', async (t) => {
  const blank = { ...version('blank', 1, [target('firstReply', 1)]), default: false, position: 0 }
  const fallback = version('fallback', 1, [target('firstReply', 2)], { position: 0 })
  const tagged = version('tagged', 1, [target('firstReply', 3)], { condition: vip, position: 9 })
  const all = [standard([blank]), standard([fallback]), standard([tagged])]
  t.equal(only(asked(), all, '09:10').versionId, 'fallback-1')
  t.equal(only([...asked(), tag('09:05', ['vip'])], all, '09:10').versionId, 'tagged-1')
  t.strictSame(clocks(asked(), [standard([blank])], '09:10'), [])
})

t.test('a changed promise', async (t) => {
  const seconds = { ...hours(4), urgent: 3600, low: 8 * 3600 }
  const promise = [target('firstReply', 0, { seconds })]
  t.match(only([...asked(), prioritise('09:30', 'urgent')], promise, '09:40'),
    { dueAt: at('10:00'), startedAt: at('09:00') },
    'keeps what was consumed')
  const raised = only([...asked(), prioritise('11:00', 'urgent')], promise, '11:10')
  t.match(raised, { dueAt: at('11:00'), state: 'overdue' }, 'is due at the change when nothing remains, never earlier')
  t.strictSame(told(raised), ['started 02T09:00:00', 'targetChanged 02T11:00:00', 'breached 02T11:00:00'])
  t.equal(only([...asked(), prioritise('11:00', 'urgent')], promise, '10:59').state, 'running',
    "today's priority is not applied to the past")
  t.match(only([...asked(), prioritise('14:00', 'low')], promise, '14:10'), { dueAt: at('13:00'), state: 'overdue' },
    'does not move the due time of a clock that has fallen due')
  t.match(only([...asked(), prioritise('13:00', 'low')], promise, '14:10'), { dueAt: at('17:00'), state: 'running' },
    'but does at the deadline itself')
  t.match(only([...asked(), reply('09:30', 'r1'), prioritise('11:00', 'urgent')], promise, '11:10'),
    { state: 'met', dueAt: at('13:00'), targetSeconds: 14400 }, 'is not heard of by a finished clock')
  const none = [target('firstReply', 0, { seconds: { normal: 3600 } })]
  t.match(only([...asked(), prioritise('09:30', 'low')], none, '14:00'),
    { state: 'cancelled', endedBy: 'standardChanged' },
    'cancels where the new priority has no duration')
})

t.test('another standard', async (t) => {
  const standards = [
    standard([version('vip', 1, [target('firstReply', 1)], { condition: vip, position: 0 })]),
    standard([version('care', 1, [target('firstReply', 4), target('firstResolution', 8)])])
  ]
  const moved = clocks([...asked(), tag('09:30', ['vip'])], standards, '09:40')
  t.strictSame(moved.map(({ key, versionId, state, endedBy, dueAt }) => [key, versionId, state, endedBy, dueAt]), [
    ['firstReply/1', 'vip-1', 'running', null, at('10:00')],
    ['firstResolution/1', 'care-1', 'cancelled', 'standardChanged', at('17:00')]
  ], 'no target of the old one survives')
  const back = clocks([...asked(), tag('09:30', ['vip']), tag('10:00', [], ['vip'])], standards, '10:30')
  t.strictSame(back.map(({ key, state, startedAt, openedAt }) => [key, state, startedAt, openedAt]), [
    ['firstReply/1', 'running', at('09:00'), at('09:00')],
    ['firstResolution/1', 'cancelled', at('09:00'), at('09:00')],
    ['firstResolution/2', 'running', at('09:00'), at('10:00')]
  ])
  t.equal(back[0]!.dueAt, at('13:00'), 'at the deadline of the strict one the lax one applies')
  const business = [
    standard([version('vip', 1, [businessTarget('firstReply', 4)], { condition: vip, position: 0 })]),
    standard([version('care', 1, [target('firstReply', 8)])])
  ]
  t.equal(only([created('09:00'), inbound('09:00', 'm1'), tag('10:00', ['vip'])], business, '10:30').dueAt, at('14:00'),
    'the last calendar does not win for the whole duration')
})

t.test('chosen late', async (t) => {
  const vips = [standard([version('vip', 1, [target('firstReply', 1)], { condition: vip })])]
  t.match(only([...asked(), tag('09:30', ['vip'])], vips, '09:40'),
    { startedAt: at('09:00'), openedAt: at('09:30'), dueAt: at('10:00'), consumedSeconds: 2400 }, 'what passed counts')
  t.match(only([...asked(), tag('12:00', ['vip'])], vips, '12:00'),
    { dueAt: at('12:00'), state: 'running', remainingSeconds: 0 },
    'due at the choice when that uses it up')
  t.match(only([...asked(), tag('12:00', ['vip']), reply('12:00', 'r1')], vips, '13:00'), { state: 'met' })
  t.strictSame(clocks([...asked(), tag('12:00', ['vip'])], vips, '11:59'), [])
  t.strictSame(clocks([...asked(), reply('10:00', 'r1'), tag('12:00', ['vip'])], vips, '13:00'), [],
    'nobody waits any more')
  const machine = [standard([version('vip', 1, [target('firstReply', 1, { replyBy: 'humanOrMachine' })],
    { condition: vip })])]
  t.strictSame(clocks([...asked(), reply('10:00', 'r1', bot), tag('12:00', ['vip'])], machine, '13:00'), [],
    'replies before the choice are judged by the target chosen')
})

t.test('a new replyBy judges replies from the change on', async (t) => {
  const list = [
    standard([version('vip', 1, [target('firstReply', 4, { replyBy: 'humanOrMachine' })],
      { condition: vip, position: 0 })]),
    standard([version('care', 1, [target('firstReply', 4)])])
  ]
  const facts = [...asked(), reply('09:10', 'r1', bot), tag('09:30', ['vip'])]
  t.match(only(facts, list, '10:00'), { state: 'running', versionId: 'vip-1' })
  t.match(only([...facts, reply('10:30', 'r2', bot)], list, '11:00'), { state: 'met', endedAt: at('10:30') })
})

t.test('versions', async (t) => {
  const one = version('care', 1, [target('nextReply', 4), target('firstReply', 4)])
  const two = (apply: 'keep' | 'reapply') =>
    [standard([one, version('care', 2, [target('nextReply', 1), target('firstReply', 1)], { at: '09:30', apply })])]
  const facts = [...asked(), reply('12:00', 'r1'), inbound('12:30', 'm2')]
  const seen = (apply: 'keep' | 'reapply', list = facts) => clocks(list, two(apply), '12:40')
    .map(({ versionId, dueAt }) => [versionId, dueAt])
  t.strictSame(seen('keep'), [['care-1', at('13:00')], ['care-2', at('13:30')]], 'open clocks keep theirs to their end')
  t.strictSame(seen('reapply'), [['care-2', at('10:00')], ['care-2', at('13:30')]])
  t.strictSame(seen('keep', [...facts, tag('10:00', ['other'])])[0], ['care-1', at('13:00')],
    'a change of an input that chooses the same keeps it too')
  const past = [standard([one, version('care', 2, [target('firstReply', 1)], { at: '+1 09:30' })])]
  t.equal(only(asked(), past, '12:00').versionId, 'care-1', 'what is published later does not exist yet')
  const first = [standard([version('care', 1, [target('firstReply', 4)], { at: '09:30' })])]
  t.match(only(asked(), first, '10:00'), { openedAt: at('09:30'), startedAt: at('09:00'), dueAt: at('13:00') })
})

t.test('an archived standard', async (t) => {
  const strict = version('vip', 1, [target('firstReply', 1)], { condition: vip, position: 0 })
  const care = standard([version('care', 1, [target('firstReply', 4)])])
  const facts = [created('09:00', { tagIds: ['vip'] }), inbound('09:00', 'm1')]
  t.match(only(facts, [standard([strict], '09:30'), care], '11:00'),
    { state: 'running', versionId: 'care-1', dueAt: at('13:00') },
    'leaves nothing escalated: the next match takes over')
  t.match(only(facts, [standard([strict], '09:30')], '11:00'),
    { state: 'cancelled', endedBy: 'archived', endedByActor: null, endedAt: at('09:30') })
  t.match(only(facts, [standard([strict], '12:30'), care], '12:40'), { state: 'overdue', dueAt: at('10:00') },
    'what has fallen due stays due')
})

t.test('a merge', async (t) => {
  const four = [target('firstReply', 4)]
  t.match(only([created('09:30'), inbound('09:30', 'm1'), absorbed('10:00', '08:00')], four, '10:30'),
    { startedAt: at('08:00'), dueAt: at('12:00'), consumedSeconds: 9000 }, 'lets the earlier wait in')
  const used = only([created('09:30'), inbound('09:30', 'm1'), absorbed('10:00', '05:00')], four, '10:30')
  t.match(used, { dueAt: at('10:00'), state: 'overdue', startedAt: at('05:00') },
    'due at the merge when that uses it up')
  t.match(only([created('09:30'), absorbed('10:00', '08:00')], four, '10:30'),
    { startedAt: at('08:00'), openedAt: at('10:00'), dueAt: at('12:00') }, 'opens a wait where there was none')
})

t.test('a reply whose delivery failed', async (t) => {
  const facts = [...asked(), reply('09:30', 'r1'), inbound('10:00', 'm2'), failed('10:30', 'r1')]
  const both = [target('firstReply', 4), target('nextReply', 4), target('periodicUpdate', 8)]
  t.strictSame(clocks(facts, both, '11:00').map(({ key, state, startedAt, endedBy, endedAt }) =>
    [key, state, startedAt, endedBy, endedAt]), [
    ['firstReply/1', 'running', at('09:00'), null, null],
    ['nextReply/1', 'cancelled', at('10:00'), 'retracted', at('10:30')],
    ['periodicUpdate/1', 'running', at('09:00'), null, null],
    ['periodicUpdate/2', 'cancelled', at('09:30'), 'retracted', at('10:30')]
  ], 'never was, and clocks that only it had opened are cancelled')
  t.strictSame(clocks(facts, both, '10:29').map(({ state }) => state), ['met', 'running', 'met', 'running'],
    'asked about the time before, it still was')
  const resolved = [...asked(), reply('09:30', 'r1'), status('09:30', 'resolved'), failed('12:00', 'r1')]
  t.match(only(resolved, [target('firstReply', 4)], '12:30'),
    { state: 'running', dueAt: at('13:00'), startedAt: at('09:00') },
    'the wait goes on as if the resolve had not ended it')
  t.match(only(resolved, [target('totalResolution', 4)], '12:30'), { state: 'running', consumedSeconds: 3600 },
    'and the resolution is no longer in force')
  const closed = [...asked(), reply('09:30', 'r1'), status('09:30', 'closed'), failed('12:00', 'r1')]
  t.match(only(closed, [target('totalResolution', 4)], '12:30'), { state: 'met', endedAt: at('09:30') },
    'what was closed stays closed')
})

t.test('a message that does not count', async (t) => {
  const facts = [...asked(), reply('09:30', 'r1'), inbound('10:00', 'thanks'), counting('10:30', 'thanks', false)]
  t.match(only(facts, [target('nextReply', 4)], '11:00'),
    { state: 'cancelled', endedBy: 'notCounted', endedAt: at('10:30') })
  t.match(only([...facts, counting('10:40', 'thanks', true)], [target('nextReply', 4)], '11:00'),
    { state: 'running', startedAt: at('10:00'), ordinal: 1 })
  t.match(only([...facts.slice(0, 4), inbound('10:10', 'm3'), counting('10:30', 'thanks', false)],
    [target('nextReply', 4)], '11:00'),
    { state: 'running', startedAt: at('10:10'), ordinal: 1 }, 'another one that waits keeps the clock')
})

t.test('spam', async (t) => {
  const facts = [...asked(), spam('09:30')]
  const four = [target('firstReply', 4)]
  t.match(only(facts, four, '10:00'), { state: 'cancelled', endedBy: 'spam', endedAt: at('09:30') })
  t.match(only([...facts, spam('11:00', false)], four, '12:00'),
    { state: 'running', dueAt: at('13:00'), endedBy: null },
    'taken back brings everything back')
})

t.test('a fact learned late turns overdue into met', async (t) => {
  const one = [target('firstReply', 1)]
  t.equal(only(asked(), one, '11:00').state, 'overdue')
  t.match(only([...asked(), { ...reply('09:50', 'r1'), recordedAt: at('11:00') }], one, '11:00'),
    { state: 'met', endedAt: at('09:50') })
})

t.test('conditions read the inputs of their instant', async (t) => {
  const list = [standard([version('gold', 1, [target('assignment', 4)], {
    condition: { and: [{ field: 'tier', in: ['gold'] }, { field: 'team', set: false }] }
  })])]
  t.match(only([created('09:00'), attributes('09:30', { tier: 'gold' }), assign('10:00', null, 'team')], list, '11:00'),
    { openedAt: at('09:30'), startedAt: at('09:00'), state: 'cancelled', endedAt: at('10:00') })
})

t.test('an explanation', async (t) => {
  const facts = [created('11:30'), inbound('11:30', 'm1'), status('14:00', 'pending'), status('14:30', 'open')]
  const promise = businessTarget('firstResolution', 2, { warnAt: { share: 0.5 } })
  const [told] = explain(facts, [standard([version('care', 1, [promise])])], calendars, at('16:00'))
  t.strictSame(told!.segments.map(({ from, to, state, reason, countedSeconds }) => [from, to, state, reason,
    countedSeconds]), [
    [at('11:30'), at('12:00'), 'running', 'counting', 1800],
    [at('12:00'), at('13:00'), 'running', 'closed', 0],
    [at('13:00'), at('13:30'), 'running', 'counting', 1800],
    [at('13:30'), at('14:00'), 'atRisk', 'counting', 1800],
    [at('14:00'), at('14:30'), 'paused', 'pending', 0],
    [at('14:30'), at('15:00') + 1, 'atRisk', 'counting', 1800],
    [at('15:00') + 1, at('16:00'), 'overdue', 'counting', 3600]
  ])
  t.match(told!.rule, { versionId: 'care-1', condition: null, default: true })
  t.equal(told!.sentence, 'The first resolution is promised within 2 h of business time from ' +
    '2026-11-02T11:30:00.000Z: 3 h are used up, and it is overdue, due at 2026-11-02T15:00:00.000Z.')
})
