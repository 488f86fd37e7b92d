import fc from 'fast-check'
import t from 'tap'
import type { Fact } from '../../src/clock/facts.js'
import { monday, timeline } from '../clock/arbitrary.js'
import { ada, at, attributes, ben, bot, created, inbound, merged, reply, spam, status, tag } from '../clock/timeline.js'
import { cellsOf, figureAt, tableOf, totalOf } from './sampling.js'

t.setTimeout(120_000)

const now = at('+30 00:00')
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const solved = (day: string, more: Partial<Extract<Fact, { kind: 'created' }>> = {}) => [created(`${day}09:00`, more), inbound(`${day}09:00`, 'm'), reply(`${day}09:30`, 'r', ada), status(`${day}10:00`, 'resolved', { actor: ben })]

t.test('settled by the first contact: one reply, not reopened, and nothing new of that contact', async t => {
  const rate = (histories: Fact[][], measuring = {}) => { const { samples, counted } = totalOf('firstContactResolutionRate', histories, { now, measuring }); return [samples, counted] }
  const other = (day: string, contactId = 'contact') => [created(day, { contactId })]
  t.same(rate([solved('')]), [1, 1])
  t.same(rate([solved(''), other('+3 09:00')]), [1, 0], 'a new conversation of the contact')
  t.same(rate([other('+3 09:00'), solved('')]), [1, 0], 'in whichever order they are read')
  t.same(rate([solved(''), other('+3 09:00', 'somebody')]), [1, 1])
  t.same(rate([solved(''), other('+3 09:00', 'somebody')], { survivorOf: () => 'one' }), [1, 0], 'merged contacts are one')
  t.same(rate([solved(''), other('09:59')]), [1, 1], 'an earlier one is not new')
  t.same(rate([solved(''), other('10:00')]), [1, 0], 'the window begins with the resolution')
  t.same([rate([solved(''), other('+7 09:59')]), rate([solved(''), other('+7 10:00')])], [[1, 0], [1, 1]], 'and ends before its end')
  t.same(rate([solved(''), [...other('+3 09:00'), spam('+3 09:01')]]), [1, 1], 'spam never was')
  t.same(rate([solved(''), [...other('+3 09:00'), merged('+3 09:01')]]), [1, 1])
  t.same(rate([[...solved(''), inbound('+1 09:00', 'm2')]]), [1, 0], 'reopened')
  t.same(rate([[...solved('').slice(0, 3), reply('09:40', 'r2'), status('10:00', 'resolved')]]), [1, 0], 'two replies')
  t.same(rate([[created('09:00'), inbound('09:00', 'm'), reply('09:10', 'b', bot), status('10:00', 'resolved')]]), [1, 0], 'none')
  t.same(rate([solved('', { contactId: null }), other('+1 09:00', null as never)]), [1, 1], 'nobody is not one and the same contact')
  t.ok(totalOf('firstContactResolutionRate', [solved('')], { now: at('+7 09:59') }).provisional)
  t.notOk(totalOf('firstContactResolutionRate', [solved('')], { now: at('+7 10:00') }).provisional)
  const window = { from: at('09:00'), to: at('+1 00:00') }
  t.equal(totalOf('firstContactResolutionRate', [solved(''), other('+3 09:00')], { now, window }).counted, 0, 'what is new may lie after the window')
})

t.test('against what is expected: each by the median of its like, a cell the mean of the ratios', async t => {
  const taking = (hours: number, more = {}, tags: string[] = []) => [created('00:00', { tagIds: tags, ...more }), status(at('00:00') + hours * hourMs, 'resolved', { actor: hours > 10 ? ben : ada })]
  const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 20].map(hours => taking(hours))
  t.equal(totalOf('expectedTimeRatio', ten.slice(0, 9), { now }).samples, 0, 'nine are too few')
  const { samples, value, statistics } = totalOf('expectedTimeRatio', ten, { now })
  t.same([samples, value, statistics!.avg], [10, null, (45 + 20) / 10 / 5.5])
  const byAgent = cellsOf('expectedTimeRatio', ten, { now, groupBy: ['agent'] })
  t.same([byAgent.ada!.statistics!.avg, byAgent.ben!.statistics!.avg], [[1, 2, 3, 4, 5, 6, 7, 8, 9].map(hours => hours / 5.5).reduce((sum, each) => sum + each) / 9, 20 / 5.5])
  t.equal(totalOf('expectedTimeRatio', ten, { now, filter: { agent: { eq: 'ben' } } }).statistics!.avg, 20 / 5.5, 'a filter leaves what is expected')
  const others = [taking(3, { priority: 'high' }), taking(3, { channelId: 'chat' }), taking(3, {}, ['a'])]
  t.equal(totalOf('expectedTimeRatio', [...ten, ...others], { now }).samples, 10, 'of another channel, priority or set of tags')
  const tagged = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(hours => taking(hours, {}, hours % 2 ? ['a', 'b'] : ['b', 'a']))
  t.equal(totalOf('expectedTimeRatio', tagged, { now }).samples, 10, 'a set has no order')
  t.equal(totalOf('expectedTimeRatio', tagged, { now, window: { from: 0, to: at('10:00') } }).samples, 0, 'the median is of the same window')
  t.equal(totalOf('expectedTimeRatio', Array.from({ length: 10 }, () => taking(0)), { now }).samples, 0, 'nothing is measured by 0')
  const buckets = [{ from: at('00:00'), to: at('05:00') }, { from: at('05:00'), to: at('+1 00:00') }]
  const table = tableOf('expectedTimeRatio', ten, { now, window: { from: at('00:00'), to: at('+1 00:00') }, buckets })
  t.same([0, 1].map(bucket => figureAt(table, table.totals[0]!, bucket).samples), [4, 6])
})

t.test('attributes: what a conversation had, unset and several values, filtered as they are shown', async t => {
  const of = (given: Record<string, unknown>) => [created('09:00', { attributes: given }), attributes('10:00', { attributes: { plan: 'later' } })]
  const all = [of({ plan: 'free', seats: 3 }), of({ plan: 'team', seats: 3, uses: ['a', 'b'] }), of({ seats: 12, paid: true }), of({ plan: 'free', uses: [] })]
  const by = (...groupBy: Array<`attribute:${string}`>) => Object.fromEntries(Object.entries(cellsOf('created', all, { now, groupBy })).map(([key, { value }]) => [key, value]))
  t.same(by('attribute:plan'), { free: 2, team: 1, '': 1 })
  t.same(by('attribute:plan', 'attribute:seats'), { 'free,3': 1, 'team,3': 1, ',12': 1, 'free,': 1 })
  t.same(by('attribute:uses'), { a: 1, b: 1, '': 3 }, 'once in the cell of each value')
  t.same(by('attribute:paid', 'attribute:toString'), { 'true,': 1, ',': 3 })
  const count = (...conditions: Array<{ key: string, eq?: string, in?: string[], isNull?: boolean, startsWith?: string }>) => totalOf('created', all, { now, filter: { attributes: conditions } }).value
  t.same([count({ key: 'plan', eq: 'free' }), count({ key: 'seats', eq: '3' }), count({ key: 'uses', in: ['b', 'c'] }), count({ key: 'plan', isNull: true })], [2, 2, 1, 1])
  t.same([count({ key: 'plan', startsWith: 't' }), count({ key: 'plan', eq: 'free' }, { key: 'seats', isNull: false })], [1, 1])
  t.equal(totalOf('created', all, { now, filter: { not: { attributes: [{ key: 'plan', eq: 'free' }] } } }).value, 2, 'the unset included')
  const backlog = cellsOf('backlog', all, { now, window: { from: at('00:00'), to: at('+1 00:00') }, groupBy: ['attribute:plan'] })
  t.same(Object.keys(backlog), ['later'], 'what it is then, not what it began with')
})

t.test('random histories: the same as a naive pass over all of them', async t => {
  const histories = fc.array(fc.record({ facts: timeline({ minutes: 600, facts: 8, plain: true }), contact: fc.constantFrom('x', 'y', 'z'), day: fc.nat(20), end: fc.option(fc.integer({ min: 600, max: 900 })) }), { minLength: 1, maxLength: 60, size: 'max' })
  let measured = 0
  fc.assert(fc.property(histories, fc.integer({ min: 1, max: 10 }), (given, withinDays) => {
    const all = given.map(({ facts, contact, day, end }) => [...facts.filter(({ kind }) => kind !== 'priority'), ...end === null ? [] : [status(monday + end * 60_000, 'resolved')]].map(fact => {
      const moved = { ...fact, occurredAt: fact.occurredAt + day * dayMs, recordedAt: fact.recordedAt + day * dayMs }
      return moved.kind === 'created' ? { ...moved, contactId: contact } : moved
    }))
    const [later, withinMs] = [monday + 60 * dayMs, withinDays * dayMs]
    const lives = all.map((facts, index) => ({ index, contact: given[index]!.contact, createdAt: facts[0]!.occurredAt, facts }))
    const of = (name: string, facts: Fact[]) => tableOf(name, [facts], { now: later, measuring: { withinMs } })
    let [counted, samples] = [0, 0]
    const ratios: number[] = []
    const sorts = new Map<string, number[]>()
    for (const { facts, index, contact, createdAt } of lives) {
      const own = of('reopenRate', facts)
      const replies = of('repliesToResolution', facts).samples[0]!.value
      // Both come in the order of the resolutions, of which only their instants are missing.
      const instants = tracesOfResolutions(facts, later)
      samples += instants.length
      for (const [at, end] of instants.entries()) {
        const reopened = (own.samples[0]!.flags[at]! & 1) === 1
        const isNew = lives.some(other => other.index !== index && other.contact === contact && other.createdAt >= end && other.createdAt < end + withinMs)
        if (replies[at] === 1 && !reopened && !isNew) counted++
      }
      const full = of('fullResolutionTime', facts)
      if (full.totals[0]!.at(null).length) {
        const sort = tagsAt(facts, createdAt + full.samples[0]!.value[0]!)
        sorts.set(sort, [...sorts.get(sort) ?? [], full.samples[0]!.value[0]!])
      }
    }
    for (const values of sorts.values()) {
      const sorted = values.toSorted((a, b) => a - b)
      const n = sorted.length
      const median = n % 2 ? sorted[(n - 1) / 2]! : (sorted[n / 2 - 1]! + sorted[n / 2]!) / 2
      if (n >= 10 && median > 0) ratios.push(...values.map(value => value / median))
    }
    measured += ratios.length
    const rate = totalOf('firstContactResolutionRate', all, { now: later, measuring: { withinMs } })
    if (rate.samples !== samples || rate.counted !== counted) throw new Error(`${rate.counted} of ${rate.samples} is not ${counted} of ${samples}`)
    const { statistics } = totalOf('expectedTimeRatio', all, { now: later })
    if (statistics!.count !== ratios.length || Math.abs((statistics!.sum ?? 0) - ratios.reduce((sum, each) => sum + each, 0)) > 1e-9) throw new Error('the ratios are others')
  }), { numRuns: 150, seed: 20261122 })
  t.ok(measured > 100, `${measured} ratios`)
})

const inTurn = (facts: readonly Fact[], until: number): Fact[] => facts.filter(({ occurredAt }) => occurredAt <= until)
  .toSorted((a, b) => a.occurredAt - b.occurredAt || Number(a.kind === 'status') - Number(b.kind === 'status') || a.sequence - b.sequence || (a.id < b.id ? -1 : 1))

/** Entries to resolved, in histories without what changes the past. */
function tracesOfResolutions (facts: readonly Fact[], until: number): number[] {
  const rank: Record<string, number> = { created: 0, inbound: 2, reply: 3, note: 3, status: 5, snooze: 5 }
  const ordered = inTurn(facts, until).toSorted((a, b) => a.occurredAt - b.occurredAt || (rank[a.kind] ?? 1) - (rank[b.kind] ?? 1) || a.sequence - b.sequence || (a.id < b.id ? -1 : 1))
  const found: number[] = []
  let isResolved = false
  for (const fact of ordered) {
    if (fact.kind === 'inbound' && fact.qualifies && fact.countsForService) isResolved = false
    if (fact.kind !== 'status') continue
    if (fact.status === 'resolved' && !isResolved) found.push(fact.occurredAt)
    isResolved = fact.status === 'resolved'
  }
  return found
}

function tagsAt (facts: readonly Fact[], instant: number): string {
  const tags = new Set<string>()
  for (const fact of inTurn(facts, instant)) {
    if (fact.kind !== 'tags') continue
    for (const each of fact.remove) tags.delete(each)
    for (const each of fact.add) tags.add(each)
  }
  return [...tags].toSorted().join()
}

t.test('a tag that comes with the resolution is in its set', async t => {
  const all = Array.from({ length: 10 }, (_, index) => [created('00:00'), tag(at('01:00') + index, ['x']), status(at('01:00') + index, 'resolved')])
  t.equal(totalOf('expectedTimeRatio', [...all.slice(1), [created('00:00'), status('01:00', 'resolved')]], { now }).samples, 0)
  t.equal(totalOf('expectedTimeRatio', all, { now }).samples, 10)
})
