import fc from 'fast-check'
import t from 'tap'
import { clocksOf } from '../../src/clock/clocks.js'
import { explain } from '../../src/clock/explain.js'
import type { Fact } from '../../src/clock/facts.js'
import type { StandardVersion } from '../../src/clock/standard.js'
import { arriving, monday, timeline } from './arbitrary.js'
import { MinuteWalk } from './minutes.js'
import type { SlowClock } from './minutes.js'
import { calendars, open, republished, standardsOf, versions } from './standards.js'

t.setTimeout(120_000)

const minute = 60_000

const comparable = (clocks: SlowClock[]) => clocks
  .map((clock) => JSON.stringify(clock, Object.keys(clock).toSorted())).toSorted()

const asSlow = (facts: Fact[], list: StandardVersion[], now: number): SlowClock[] =>
  clocksOf(facts, standardsOf(list), calendars, now).clocks.map((clock) => ({
    target: clock.target, startedAt: clock.startedAt, openedAt: clock.openedAt, dueAt: clock.dueAt,
    consumedMinutes: clock.consumedSeconds / 60, state: clock.state === 'atRisk' ? 'running' : clock.state,
    endedAt: clock.endedAt, endedBy: clock.endedBy
  }))

t.test('every clock is as a walk minute by minute finds it', async (t) => {
  let told = 0
  const states = new Map<string, number>()
  fc.assert(fc.property(timeline({ minutes: 120, facts: 14, plain: true }), versions, fc.integer({ min: 5, max: 150 }),
    (facts, list, length) => {
      const slow = new MinuteWalk(facts, list, length, open).result()
      told += slow.length
      for (const { state } of slow) states.set(state, (states.get(state) ?? 0) + 1)
      const [mine, theirs] = [comparable(asSlow(facts, list, monday + length * minute)), comparable(slow)]
      for (const [i, line] of mine.entries()) if (line !== theirs[i]) throw new Error(`${line}\nis not\n${theirs[i]}`)
      return mine.length === theirs.length
    }), { numRuns: 4500 })
  t.ok(told > 15_000, `${told} clocks compared`)
  for (const state of ['running', 'paused', 'overdue', 'met', 'breached', 'cancelled']) {
    t.ok((states.get(state) ?? 0) > 500, `${states.get(state)} of them ${state}`)
  }
})

t.test('segments tell the whole life without a gap and sum to what was consumed', async () => {
  const length = fc.integer({ min: 0, max: 150 })
  fc.assert(fc.property(timeline({ minutes: 120, facts: 14 }), republished, length, (facts, standards, length) => {
    const now = monday + length * minute + 37
    for (const { clock, segments } of explain(facts, standards, calendars, now)) {
      const sum = segments.reduce((seconds, { countedSeconds }) => seconds + countedSeconds, 0)
      if (sum !== clock.consumedSeconds) throw new Error(`${sum} is not ${clock.consumedSeconds}`)
      const until = clock.endedAt ?? now
      if (until > clock.startedAt && segments[0]?.from !== clock.startedAt) throw new Error('starts elsewhere')
      if (until > clock.startedAt && segments.at(-1)?.to !== until) throw new Error('ends elsewhere')
      if (segments.some(({ from }, i) => i > 0 && segments[i - 1]!.to !== from)) throw new Error('has a gap')
    }
  }), { numRuns: 2500 })
})

t.test('facts in any order of arrival give the same clocks', async () => {
  fc.assert(fc.property(arriving({ minutes: 120, facts: 12 }), republished, ({ facts, arrival }, standards) => {
    const now = monday + 150 * minute
    const one = clocksOf(facts, standards, calendars, now)
    const other = clocksOf(arrival, standards, calendars, now)
    return JSON.stringify(one) === JSON.stringify(other)
  }), { numRuns: 1500 })
})

t.test('events are in order, and their ends agree with the clock', async () => {
  fc.assert(fc.property(timeline({ minutes: 120, facts: 14 }), republished, (facts, standards) => {
    const now = monday + 150 * minute
    for (const clock of clocksOf(facts, standards, calendars, now).clocks) {
      const { events, state, dueAt, endedAt, openedAt, nextChangeAt } = clock
      const instants = events.map(({ occurredAt }) => occurredAt)
      if (instants.some((at, i) => i > 0 && at < instants[i - 1]!)) throw new Error('out of order')
      if (events[0]!.type !== 'clock.started' || events[0]!.occurredAt !== openedAt) throw new Error('no start')
      const breaches = events.filter(({ type }) => type === 'clock.breached')
      if (breaches.length > 1) throw new Error('breached twice')
      const late = state === 'breached' || state === 'overdue'
      if (late && breaches[0]?.occurredAt !== dueAt) throw new Error('breach elsewhere')
      if (!late && state !== 'cancelled' && breaches.length > 0) throw new Error('no breach')
      if (endedAt !== null && events.at(-1)!.occurredAt !== endedAt) throw new Error('end elsewhere')
      if (nextChangeAt !== null && (nextChangeAt <= now || endedAt !== null)) throw new Error('changes in the past')
    }
  }), { numRuns: 1500 })
})

t.test('the state changes by time alone where nextChangeAt says, and not before', async () => {
  fc.assert(fc.property(timeline({ minutes: 60, facts: 10 }), versions, (facts, list) => {
    const now = monday + 100 * minute
    const at = (instant: number) => clocksOf(facts, standardsOf(list), calendars, instant).clocks
    const clocks = at(now)
    const known = clocks.filter(({ nextChangeAt }) => nextChangeAt !== null)
    for (const { key, nextChangeAt, state } of known.slice(0, 2)) {
      const before = at(nextChangeAt! - 1).find((clock) => clock.key === key)!
      const after = at(nextChangeAt!).find((clock) => clock.key === key)!
      if (before.state !== state) throw new Error(`${key} was ${before.state} before ${nextChangeAt}`)
      if (after.state === state) throw new Error(`${key} is still ${state} at ${nextChangeAt}`)
    }
  }), { numRuns: 1000 })
})
