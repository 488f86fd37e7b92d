import fc from 'fast-check'
import t from 'tap'
import { compileCalendar } from '../../src/clock/business-time.js'
import type { Fact } from '../../src/clock/facts.js'
import type { Standard, StandardVersion } from '../../src/clock/standard.js'
import { isDone } from '../../src/clock/steps.js'
import { tracesOf } from '../../src/metrics/families.js'
import { reachOf } from '../../src/metrics/reach.js'
import { subjectOf } from '../../src/metrics/subject.js'
import { monday, timeline } from '../clock/arbitrary.js'
import { businessTarget, standard, target, version } from '../clock/promises.js'
import { ada, assign, at, ben, created, inbound, reply, status, tag } from '../clock/timeline.js'
import { cellsOf, figureAt, tableOf, totalOf, type Asked } from './sampling.js'

t.setTimeout(120_000)

const hourMs = 3_600_000
const office = compileCalendar([{ effectiveFrom: 0, timeZone: 'UTC', weekly: Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map(day => [day, [{ from: '09:00', to: '17:00' }]])), exceptions: [], holidays: [] }])
const calendars = new Map([['office', office]])
const promising = (...standards: Standard[]) => ({ promises: { standards, calendars } })
const care = standard([version('care', 1, [target('firstReply', 1), target('nextReply', 1)])])
const later = at('+2 00:00')
const asked = (more: Partial<Asked> = {}): Asked => ({ now: later, beside: promising(care), ...more })
const hours = (figures: { statistics: { sum: number | null } | null }) => (figures.statistics!.sum ?? NaN) / 3600

/** Met after half an hour; two hours late; waits still; resolved in time without a reply. */
const met = [created('09:00', { agentId: 'ben', teamId: 't1' }), inbound('09:00', 'm'), reply('09:30', 'r', ada), assign('09:40', 'ben', 't2'), status('10:30', 'resolved')]
const late = [created('10:00', { agentId: 'ben' }), inbound('10:00', 'm'), assign('11:30', 'cy'), reply('13:00', 'r', ada)]
const waits = [created('12:00', { agentId: 'ben' }), inbound('12:00', 'm'), assign('+1 12:00', 'cy')]
const silent = [created('14:00'), inbound('14:00', 'm'), status('14:10', 'resolved', { actor: ben })]
const all = [met, late, waits, silent]

t.test('attainment: met of met, breached and overdue, where they were due', async t => {
  const { value, samples, counted } = totalOf('attainment', all, asked())
  t.same([value, samples, counted], [1 / 3, 3, 1], 'what a resolution met without a reply is in neither')
  const more = totalOf('attainment', all, asked({ measuring: { includeWithoutReply: true } }))
  t.same([more.samples, more.counted], [4, 2])
  const window = { from: at('10:00'), to: at('11:00') }
  t.equal(totalOf('attainment', all, asked({ window })).samples, 1, 'the first was due at 10:00')
  t.equal(totalOf('attainment', all, asked({ window: { from: at('10:00') + 1, to: at('11:00') + 1 } })).samples, 1, 'and the second at 11:00')
  t.same(totalOf('attainment', [waits], asked({ now: at('13:00') })).samples, 0, 'running to the last millisecond')
  t.same(totalOf('attainment', [waits], asked({ now: at('13:00') + 1 })).value, 0)
  t.equal(totalOf('attainment', all, asked({ beside: {} })).samples, 0, 'nothing promised')
  t.equal(totalOf('attainment', [[...met, status('11:00', 'open'), { ...status('11:00', 'open'), kind: 'spam', spam: true } as Fact]], asked()).samples, 0, 'spam is out')
})

t.test('attainment by who ended it, else by the assignee when it was due; by the values of its end', async t => {
  const byAgent = cellsOf('attainment', all, asked({ groupBy: ['agent'] }))
  t.same(Object.entries(byAgent).map(([agent, { samples, counted }]) => [agent, samples, counted]).toSorted(), [['ada', 2, 1], ['ben', 1, 0]])
  t.same(Object.keys(cellsOf('attainment', [met], asked({ groupBy: ['team'] }))), ['t1'], 'a later change never moves it')
  t.same(Object.keys(cellsOf('attainment', [met], asked({ groupBy: ['standard', 'priority'] }))), ['care,normal'])
  t.equal(totalOf('attainment', all, asked({ filter: { standard: { eq: 'other' } } })).samples, 0)
})

t.test('a conversation is kept to when all of its clocks in the bucket are, with the values at the latest', async t => {
  const twice = [...late, tag('13:30', ['vip']), inbound('14:00', 'm2'), reply('14:30', 'r2'), tag('16:00', ['after'])]
  const buckets = [{ from: at('09:00'), to: at('12:00') }, { from: at('12:00'), to: at('18:00') }]
  const window = { from: at('09:00'), to: at('18:00') }
  const table = tableOf('conversationAttainment', [twice, met], asked({ window, buckets, groupBy: ['tag'] }))
  const [total] = table.totals
  const told = (row = total!, bucket: number | null = null) => { const { samples, counted } = figureAt(table, row, bucket); return [samples, counted] }
  t.same([told(total, 0), told(total, 1), told()], [[2, 1], [1, 1], [2, 1]], 'one sample per conversation in the whole window, too')
  const cells = Object.fromEntries([...table.rows[0]!.values()].map(row => [row.key.join(), [told(row, 0), told(row, 1), told(row)]]))
  t.same(cells, { '': [[2, 1], [0, 0], [1, 1]], vip: [[0, 0], [1, 1], [1, 0]] })
  const filtered = tableOf('conversationAttainment', [twice, met], asked({ window, buckets, filter: { tag: { eq: 'vip' } } }))
  t.same(figureAt(filtered, filtered.totals[0]!).samples, 1, 'the filter sees what groups show')
  t.same(Object.keys(cellsOf('conversationAttainment', [late], asked({ groupBy: ['agent'] }))), ['ben'], 'the assignee when it was due')
})

t.test('overrun: from the due instant to the end, in the clock\'s own calendar', async t => {
  t.equal(hours(totalOf('breachOverrun', all, asked())), 2)
  t.same(Object.keys(cellsOf('breachOverrun', all, asked({ groupBy: ['agent'] }))), ['ada'])
  const byStart = tableOf('breachOverrun', all, asked({ measuring: { bucketBy: 'start' }, groupBy: ['agent'] }))
  const figures = Object.fromEntries([...byStart.rows[0]!.values()].map(row => [row.key.join(), figureAt(byStart, row)]))
  t.same(Object.entries(figures).map(([agent, figure]) => [agent, hours(figure), figure.provisional]), [['ada', 2, false], ['cy', 35, true]], 'what is overdue runs to now, and is the assignee\'s')
  const business = standard([version('care', 1, [businessTarget('firstReply', 2)])])
  const overnight = [created('15:30'), inbound('15:30', 'm'), reply('+1 10:00', 'r')]
  const own = { beside: promising(business), measuring: { calendar: compileCalendar([{ effectiveFrom: 0, timeZone: 'UTC', weekly: {}, exceptions: [], holidays: [] }]), calendarOf: (id: string) => calendars.get(id) } }
  t.equal(hours(totalOf('breachOverrun', [overnight], asked(own))), 0.5, 'due at 09:30, though the query\'s calendar is never open')
  t.equal(hours(totalOf('breachOverrun', [overnight], asked({ beside: promising(business) }))), 0.5, 'calendar time')
  t.equal(hours(totalOf('breachOverrun', [late], asked({ measuring: own.measuring }))), 0, 'without a calendar of its own by the query\'s')
})

t.test('live: at risk, overdue, and who has how much to do', async t => {
  const warned = standard([version('care', 1, [target('firstReply', 1, { warnAt: { share: 0.5 } })])])
  const at1240 = asked({ now: at('12:40'), beside: promising(warned), groupBy: ['agent'] })
  t.same(Object.entries(cellsOf('atRisk', all, at1240)).map(([agent, { value }]) => [agent, value]), [['ben', 1]])
  t.same(Object.entries(cellsOf('overdueNow', all, at1240)).map(([agent, { value, provisional }]) => [agent, value, provisional]), [['cy', 1, false]])
  t.same(cellsOf('workload', [met, late, waits], { now: at('12:40'), groupBy: ['agent'], beside: { complexity: 2.5 } }).cy!.statistics!.sum, 2.5)
  const both = totalOf('workload', [late, waits, silent], { now: later })
  t.same([both.statistics!.count, both.statistics!.sum, both.provisional], [2, 2, false], 'unset is 1; what is resolved is no work')
})

t.test('a clock that ended is due at most its target after that', async t => {
  const standards = [standard([version('care', 1, [target('firstReply', 5), businessTarget('firstResolution', 16), target('periodicUpdate', 3), target('ownership', 20), businessTarget('totalResolution', 9)])])]
  t.equal(reachOf(standards, calendars, at('+7 10:00')), at('+3 10:00'), 'two working days before Monday at ten')
  t.equal(reachOf([], calendars, 1000), 1000)
  let checked = 0
  fc.assert(fc.property(timeline({ minutes: 3000, facts: 25 }), facts => {
    const subject = subjectOf('c', facts, later, promising(...standards))!
    if (!isDone(subject.life.state.status)) return
    const last = Math.max(...facts.map(fact => fact.recordedAt))
    for (const { end } of tracesOf(subject, 'promise')) {
      checked++
      if (last < reachOf(standards, calendars, end!)) throw new Error(`due at ${end}, and the last fact is of ${last}`)
    }
  }), { numRuns: 1000, seed: 20261122 })
  t.ok(checked > 300)
})

/** A version of the promise to answer within so many minutes, from half a minute after a minute on: nothing else happens at that instant. */
const published = (number: number, minute: number, within: number, apply: 'keep' | 'reapply'): StandardVersion => ({
  ...version('care', number, [target('firstReply', within / 60), target('nextReply', within / 60)], { apply }), publishedAt: monday + minute * 60_000 + 30_000
})

interface NaiveClock { dueAt: number, endedAt: number | null, met: boolean, silent: boolean }

/** Waits and their promises by one pass that knows nothing of clocks; for histories without what changes the past. */
function naive (facts: readonly Fact[], versions: readonly StandardVersion[], now: number): NaiveClock[] {
  const rank: Record<string, number> = { created: 0, inbound: 2, reply: 3, note: 3, status: 5, snooze: 5 }
  const ordered = facts.filter(fact => fact.occurredAt <= now).toSorted((a, b) => a.occurredAt - b.occurredAt || (rank[a.kind] ?? 1) - (rank[b.kind] ?? 1) || a.sequence - b.sequence || (a.id < b.id ? -1 : 1))
  const waits: Array<{ from: number, to: number | null, silent: boolean }> = []
  let [state, waiting] = ['new', false]
  for (const fact of ordered) {
    if (fact.kind === 'created' && fact.agentId) state = 'open'
    if (fact.kind === 'assignment' && fact.agentId && !fact.setsStatus && state === 'new') state = 'open'
    const end = (silent: boolean) => { if (waiting) Object.assign(waits.at(-1)!, { to: fact.occurredAt, silent }); waiting = false }
    if (fact.kind === 'status') {
      if (fact.status === 'resolved' && state !== 'resolved') end(true)
      state = fact.status
    }
    if (fact.kind === 'inbound' && fact.qualifies && fact.countsForService) {
      if (['pending', 'onHold', 'resolved'].includes(state)) state = 'open'
      if (!waiting) waits.push({ from: fact.occurredAt, to: null, silent: false })
      waiting = true
    }
    if (fact.kind === 'reply' && fact.actor.kind === 'agent' && !fact.autoGenerated) {
      if (!fact.setsStatus && state === 'new') state = 'open'
      if (fact.toCustomer) end(false)
    }
  }
  return waits.flatMap(({ from, to, silent }) => {
    const known = versions.filter(({ publishedAt }) => publishedAt <= now)
    const isOpenAt = (at: number) => at > from && (to === null || at < to)
    const first = known.findLast(({ publishedAt }) => publishedAt <= from) ?? known.find(({ publishedAt }) => isOpenAt(publishedAt))
    if (!first) return []
    const span = ({ targets: [given] }: StandardVersion) => given!.seconds.normal! * 1000
    let dueAt = Math.max(first.publishedAt, from + span(first))
    for (const next of known) {
      const at = next.publishedAt
      if (next.apply === 'reapply' && next !== first && isOpenAt(at) && at > first.publishedAt && dueAt >= at) dueAt = Math.max(at, from + span(next))
    }
    if (to === null && dueAt >= now) return []
    return [{ dueAt, endedAt: to, met: to !== null && to <= dueAt, silent }]
  })
}

const changing = fc.tuple(fc.nat(150), fc.nat(150), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }), fc.constantFrom('keep' as const, 'reapply' as const))
  .map(([first, more, one, other, apply]) => [published(1, first - 60, one, 'keep'), published(2, first + more, other, apply)])

t.test('random histories, and a promise that changes midway: the same as a naive pass', async t => {
  const history = timeline({ minutes: 300, facts: 25, plain: true })
  const buckets = Array.from({ length: 12 }, (_, hour) => ({ from: monday + hour * hourMs, to: monday + (hour + 1) * hourMs }))
  const window = { from: monday, to: monday + 12 * hourMs }
  fc.assert(fc.property(fc.array(history, { minLength: 1, maxLength: 4 }), changing, fc.nat(400), (histories, versions, minute) => {
    const now = monday + minute * 60_000
    const given = { now, window, buckets, beside: promising({ id: 'care', archivedAt: null, versions }) }
    const expected = histories.map(facts => naive(facts, versions, now))
    const counted = (name: string, more: Partial<Asked> = {}) => {
      const table = tableOf(name, histories, { ...given, ...more })
      return [...buckets.keys(), null].map(bucket => { const { samples, counted, statistics } = figureAt(table, table.totals[0]!, bucket); return [samples, counted, statistics?.sum ?? 0] })
    }
    const within = (instant: number | null, bucket: number | null) => {
      const { from, to } = bucket === null ? window : buckets[bucket]!
      return instant !== null && instant >= from && instant < to
    }
    const naively = (tell: (bucket: number | null) => number[]) => [...buckets.keys(), null].map(tell)
    const same = (name: string, found: unknown, wanted: unknown) => {
      if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${name}: ${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`)
    }
    for (const all of [false, true]) {
      const lists = expected.map(clocks => clocks.filter(({ met, silent }) => all || !(met && silent)))
      const measuring = { includeWithoutReply: all }
      same('attainment', counted('attainment', { measuring }), naively(bucket => {
        const due = lists.flat().filter(({ dueAt }) => within(dueAt, bucket))
        return [due.length, due.filter(({ met }) => met).length, 0]
      }))
      same('conversationAttainment', counted('conversationAttainment', { measuring }), naively(bucket => {
        const due = lists.map(clocks => clocks.filter(({ dueAt }) => within(dueAt, bucket))).filter(({ length }) => length)
        return [due.length, due.filter(clocks => clocks.every(({ met }) => met)).length, 0]
      }))
    }
    same('breachOverrun', counted('breachOverrun').map(([samples, , sum]) => [samples, sum]), naively(bucket => {
      const overrun = expected.flat().filter(({ endedAt, met }) => !met && within(endedAt, bucket))
      return [overrun.length, overrun.reduce((sum, { endedAt, dueAt }) => sum + endedAt! - dueAt, 0) / 1000]
    }))
    same('overdueNow', totalOf('overdueNow', histories, { now, beside: given.beside }).value, expected.flat().filter(({ endedAt }) => endedAt === null).length)
  }), { numRuns: 1000, seed: 20261122 })
  t.pass('1,000 runs')
})
