import fc from 'fast-check'
import t from 'tap'
import { acceptsMessage, apply, canApply, fold, isSnoozed } from '../../src/clock/state.js'
import type { ConversationState } from '../../src/clock/state.js'
import type { Fact } from '../../src/clock/facts.js'
import { arriving } from './arbitrary.js'
import {
  absorbed, ada, assign, at, attributes, ben, bot, counting, created, deleted, failed, inbound, merged, note, reply,
  snooze, spam, status, tag
} from './timeline.js'

t.setTimeout(120_000)

t.test('facts folded one by one, or all at once when they change the past, give the state of a fold', async (t) => {
  let applied = 0
  fc.assert(fc.property(arriving({ minutes: 200, facts: 14 }), ({ facts, arrival }) => {
    let state: ConversationState | null = null
    const known: Fact[] = []
    for (const fact of arrival) {
      known.push(fact)
      if (!known.some(({ kind }) => kind === 'created')) continue
      const may: boolean = state !== null && canApply(state, fact)
      if (may) applied += 1
      state = may ? apply(state, fact) : fold(known)
    }
    return JSON.stringify(state) === JSON.stringify(fold(facts))
  }), { numRuns: 3000 })
  t.ok(applied > 3000, 'the short way was taken often enough to prove something')
})

t.test('in the order of their instants, facts that leave the past alone are applied to the state', async (t) => {
  const facts = [
    created('09:00'), inbound('09:00', 'm1'), assign('09:05', 'ada'), reply('09:10', 'r1'), status('09:10', 'resolved'),
    inbound('09:20', 'm2'), snooze('09:30', '10:00'), note('09:31', 'n1'), tag('09:32', ['vip'])
  ]
  let state: ConversationState | null = null
  for (const fact of facts) {
    if (state) t.ok(canApply(state, fact), fact.kind)
    state = apply(state, fact)
  }
  t.strictSame(state, fold(facts))
  t.notOk(canApply(state!, failed('11:00', 'r1')))
  t.notOk(canApply(state!, counting('11:00', 'm1', false)))
  t.notOk(canApply(state!, spam('11:00', false)))
  t.notOk(canApply(state!, note('09:30', 'n2')))
  t.throws(() => apply(state, failed('11:00', 'r1')), /changes the past/)
})

t.test('a status', async (t) => {
  const statusOf = (...facts: Fact[]) => {
    const { status, statusSince, reopenCount, resolvedAt, waitingSince } = fold([created('09:00'), ...facts])
    return { status, statusSince, reopenCount, resolvedAt, waitingSince }
  }
  const none = { reopenCount: 0, resolvedAt: null, waitingSince: null }

  t.strictSame(statusOf(), { ...none, status: 'new', statusSince: at('09:00') }, 'is new')
  t.strictSame(statusOf(assign('09:10', 'ada')), { ...none, status: 'open', statusSince: at('09:10') },
    'is opened by an assignment to an agent')
  t.strictSame(statusOf(assign('09:10', null, 'team')), { ...none, status: 'new', statusSince: at('09:00') },
    'is not opened by an assignment to a team alone')
  t.equal(fold([created('09:00', { agentId: 'ada' })]).status, 'open', 'is open when created assigned')
  t.strictSame(statusOf(reply('09:10', 'r1')), { ...none, status: 'open', statusSince: at('09:10') },
    'is opened by a public message of an agent')
  t.equal(statusOf(reply('09:10', 'r1', bot)).status, 'new', 'is not opened by a machine')
  t.equal(statusOf(reply('09:10', 'r1', ada, { setsStatus: true })).status, 'new',
    'is left alone by a message whose command sets a status')
  t.strictSame(statusOf(status('09:10', 'pending'), inbound('09:20', 'm1')),
    { ...none, status: 'open', statusSince: at('09:20'), waitingSince: at('09:20') }, 'pending is opened by a customer')
  t.equal(statusOf(status('09:10', 'pending'), inbound('09:20', 'm1', { qualifies: false })).status, 'pending',
    'pending is not opened by an automatic message')
  t.strictSame(statusOf(status('09:10', 'resolved'), inbound('09:20', 'm1')),
    { status: 'open', statusSince: at('09:20'), reopenCount: 1, resolvedAt: null, waitingSince: at('09:20') },
    'resolved is reopened by a customer')
  t.equal(statusOf(status('09:10', 'closed'), inbound('09:20', 'm1')).status, 'closed', 'closed stays closed')
  t.strictSame(statusOf(inbound('09:05', 'm1'), status('09:10', 'resolved')),
    { ...none, status: 'resolved', statusSince: at('09:10'), resolvedAt: at('09:10') }, 'resolved ends the wait')
  t.equal(statusOf(status('09:10', 'closed'), status('09:11', 'resolved')).resolvedAt, at('09:10'),
    'moving between closed and resolved is no other resolution')
})

t.test('a message delivered after a resolve which it precedes', async (t) => {
  const facts = (live: boolean): Fact[] => [
    created('09:00'), status('10:00', 'resolved'), inbound('09:50', 'm1', { recordedAt: at('10:20'), live })
  ]
  const { status: to, statusSince, waitingSince, lastInboundAt } = fold(facts(true))
  t.strictSame({ to, statusSince, waitingSince, lastInboundAt },
    { to: 'open', statusSince: at('10:20'), waitingSince: at('10:20'), lastInboundAt: at('09:50') },
    'reopens when it was recorded, and is waited for from there')
  t.match(fold(facts(false)), { status: 'resolved', waitingSince: null }, 'but does not when it was imported')
  const early = fold([created('09:00'), status('09:30', 'resolved'), facts(true)[2]!])
  t.match(early, { status: 'open', statusSince: at('09:50'), waitingSince: at('09:50') },
    'one that only came after the resolve reopens at its own instant')
})

t.test('the creation', async (t) => {
  const facts = [created('10:00', { status: 'resolved' }), reply('09:00', 'r1')]
  t.match(fold(facts), { createdAt: at('09:00'), resolvedAt: at('09:00'), firstResolvedAt: at('09:00') },
    'is the earliest fact, and what is imported as resolved was resolved then')
  t.match(fold([created('10:00', { status: 'pending' }), inbound('10:00', 'm1')]),
    { status: 'pending', waitingSince: at('10:00') }, 'keeps its status when a message comes at the same instant')
  t.throws(() => fold([inbound('10:00', 'm1')]), /creation/)
})

t.test('a reply whose delivery failed', async (t) => {
  const facts = [created('09:00'), inbound('09:00', 'm1'), reply('10:00', 'r1'), status('10:00', 'resolved')]
  t.match(fold(facts), { waitingSince: null, firstReplyAt: at('10:00'), resolvedAt: at('10:00') })
  t.match(fold([...facts, failed('11:00', 'r1')]), {
    status: 'open', statusSince: at('11:00'), waitingSince: at('09:00'), firstReplyAt: null, messagesOut: 1,
    firstOutboundAt: null, reopenCount: 1, resolvedAt: null, firstResolvedAt: at('10:00')
  }, 'was never sent: the wait goes on from its start, and the conversation is open again')
  t.match(fold([...facts.slice(0, 3), reply('10:30', 'r2'), failed('11:00', 'r1')]),
    { waitingSince: null, firstReplyAt: at('10:30') }, 'another reply answers instead')
  t.match(fold([...facts, failed('11:00', 'r1'), status('12:00', 'resolved')]),
    { status: 'resolved', waitingSince: null }, 'a later resolve ends the wait as ever')
  const before = [created('09:00'), inbound('09:00', 'm1'), status('09:30', 'resolved'), reply('10:00', 'r1')]
  t.match(fold([...before, failed('11:00', 'r1')]), { status: 'resolved', waitingSince: null },
    'a resolve before it stands')
})

t.test('a message that does not count for service', async (t) => {
  const facts = [created('09:00'), inbound('09:00', 'm1'), reply('09:10', 'r1'), status('09:10', 'resolved'),
    inbound('09:30', 'thanks')]
  t.match(fold([...facts, counting('09:40', 'thanks', false)]),
    { status: 'open', statusSince: at('09:30'), waitingSince: null, messagesIn: 2 },
    'is not waited for; its status stays')
  t.match(fold([...facts, counting('09:40', 'thanks', false), counting('09:50', 'thanks', true)]),
    { waitingSince: at('09:30') }, 'until the word is taken back')
})

t.test('snooze', async (t) => {
  const state = fold([created('09:00'), snooze('09:10', '12:00')])
  t.ok(isSnoozed(state, at('11:59:59.999')))
  t.notOk(isSnoozed(state, at('12:00')), 'ends at its time')
  t.equal(fold([created('09:00'), snooze('09:10', '12:00'), status('09:20', 'resolved')]).snoozedUntil, at('12:00'),
    'is not ended by a status')
  t.equal(fold([created('09:00'), snooze('09:10', '12:00'), inbound('09:20', 'm1')]).snoozedUntil, null,
    'is ended by a customer')
})

t.test('merge, spam and delete', async (t) => {
  const facts = [created('09:00'), inbound('09:00', 'm1')]
  t.match(fold([...facts, merged('10:00')]), { waitingSince: null, mergedIntoId: 'other', mergedAt: at('10:00') })
  t.match(fold([...facts, spam('10:00')]), { waitingSince: null, spamAt: at('10:00') })
  t.match(fold([...facts, spam('10:00'), spam('11:00', false)]), { waitingSince: at('09:00'), spamAt: null })
  t.match(fold([...facts, deleted('10:00'), inbound('10:30', 'm2')]), { waitingSince: null, deletedAt: at('10:00') })
  t.match(fold([created('09:00'), inbound('09:30', 'm1'), absorbed('10:00', '08:00')]), { waitingSince: at('08:00') })
  t.match(fold([created('09:00'), status('09:30', 'resolved'), absorbed('10:00', '08:00')]),
    { status: 'open', waitingSince: at('08:00'), reopenCount: 1 }, 'a resolved one opens for a wait that was open')
  t.match(fold([created('09:00'), status('09:30', 'resolved'), absorbed('10:00', null)]),
    { status: 'resolved', waitingSince: null })
})

t.test('inputs and counts', async (t) => {
  const state = fold([
    created('09:00', { tagIds: ['a'], attributes: { plan: 'pro', seats: 3 } }),
    tag('09:10', ['b'], ['a']), attributes('09:10', { tier: 'gold', attributes: { plan: null, region: 'eu' } }),
    inbound('09:20', 'm1'), inbound('09:21', 'auto', { qualifies: false, autoGenerated: true }),
    reply('09:22', 'ack', bot, { autoGenerated: true }), reply('09:30', 'r1', bot),
    note('09:31', 'n1'), note('09:32', 'n2'), reply('09:40', 'n2', ben, { wasNote: true })
  ])
  t.match(state, {
    tagIds: ['b'], tier: 'gold', messagesIn: 1, messagesOut: 2, notes: 1,
    firstReplyAt: at('09:40'), firstInboundMessageId: 'm1', lastInboundMessageId: 'auto',
    firstOutboundMessageId: 'ack', lastOutboundMessageId: 'n2', lastMessageId: 'n2', lastMessageAt: at('09:40')
  })
  t.strictSame(state.attributes, { seats: 3, region: 'eu' })
  t.strictSame(JSON.parse(JSON.stringify(state)), state, 'the state is plain JSON')
})

t.test('where a message belongs', async (t) => {
  const resolved = fold([created('09:00'), status('10:00', 'resolved')])
  t.equal(acceptsMessage(resolved, at('+400 10:00'), null), 'here', 'a window without end')
  t.equal(acceptsMessage(resolved, at('+2 09:59:59.999'), 2), 'here')
  t.equal(acceptsMessage(resolved, at('+2 10:00'), 2), 'new')
  t.equal(acceptsMessage(fold([created('09:00'), status('10:00', 'closed')]), at('09:30'), null), 'new',
    'closed takes nothing, whenever it was sent')
  t.equal(acceptsMessage(fold([created('09:00')]), at('+400 10:00'), 2), 'here')
})
