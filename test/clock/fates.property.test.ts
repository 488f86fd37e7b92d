import fc from 'fast-check'
import t from 'tap'
import { compileCalendar } from '../../src/clock/business-time.js'
import { clocksOf, fatesOf } from '../../src/clock/clocks.js'
import type { Clock, Fate } from '../../src/clock/clocks.js'
import type { Calendars } from '../../src/clock/reading.js'
import { arriving, monday, timeline } from './arbitrary.js'
import { calendars, republished } from './standards.js'

t.setTimeout(120_000)
const minute = 60_000

const sorted = (lines: string[]): string => lines.toSorted().join('\n')
const ended = ({ standardId, calendarId, startedAt, dueAt, endedAt, endedBy, endedByActor }: Clock | Fate, state: string) =>
  JSON.stringify([standardId, calendarId, startedAt, dueAt, endedAt, endedBy, endedByActor, state])
const going = ({ standardId, calendarId, startedAt, dueAt }: Clock | Fate, state: string, due: boolean) =>
  JSON.stringify([standardId, calendarId, startedAt, due ? dueAt : null, state])

/** Each clock by what metrics tell of it: how it ended; or that it is overdue, and since when, or at risk. */
const seen = (clocks: readonly Clock[]): string => sorted(clocks.map(clock => clock.endedAt === null
  ? going(clock, clock.state === 'paused' ? 'running' : clock.state, clock.state === 'overdue')
  : ended(clock, clock.state)))
const looked = (fates: readonly Fate[], now: number): string => sorted(fates.map(fate => {
  if (fate.state !== 'open') return ended(fate, fate.state)
  const overdue = fate.dueAt !== null && fate.dueAt < now
  return going(fate, overdue ? 'overdue' : fate.riskAt !== null && fate.riskAt <= now ? 'atRisk' : 'running', overdue)
}))

const short = arriving({ minutes: 120, facts: 14 }).map(({ facts }) => facts)
const facts = fc.oneof(short, timeline({ minutes: 200, facts: 5 }), timeline({ minutes: 20, facts: 2, plain: true }))
const instant = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom(0, 0, 1, -1, 30_000)).map(([minutes, ms]) => monday + minutes * minute + ms)

function same (found: string, wanted: string): void {
  if (found !== wanted) throw new Error(`${found}\nis not\n${wanted}`)
}

t.test('what becomes of clocks, looked at from any instant after what changed them, is what they are then', async t => {
  const states = new Map<string, number>()
  fc.assert(fc.property(facts, republished, fc.array(instant, { minLength: 1, maxLength: 12 }), (facts, standards, instants) => {
    const fates = fatesOf(facts, standards, calendars, Infinity)
    const settled = Math.max(...facts.flatMap(({ occurredAt, recordedAt }) => [occurredAt, recordedAt]), ...fates.map(({ changedAt }) => changedAt))
    const edges = fates.flatMap(({ dueAt, riskAt }) => [dueAt, riskAt].flatMap(at => at === null ? [] : [at - 1, at, at + 1]))
    for (const now of [settled, ...instants, ...edges].filter(now => now >= settled)) {
      const { clocks } = clocksOf(facts, standards, calendars, now)
      same(looked(fates, now), seen(clocks))
      for (const { state } of clocks) states.set(state, (states.get(state) ?? 0) + 1)
    }
  }), { numRuns: 2500, seed: 20261122 })
  for (const state of ['running', 'atRisk', 'paused', 'overdue', 'met', 'breached', 'cancelled']) t.ok((states.get(state) ?? 0) > 500, `${states.get(state)} of them ${state}`)
})

t.test('as of an earlier instant, with what was known then', async t => {
  let settled = 0
  fc.assert(fc.property(facts, republished, instant, (facts, standards, now) => {
    const fates = fatesOf(facts, standards, calendars, now)
    same(looked(fates, now), seen(clocksOf(facts, standards, calendars, now).clocks))
    settled += fates.length
  }), { numRuns: 2500, seed: 20261122 })
  t.ok(settled > 10_000, `${settled} clocks`)
})

t.test('a snooze that ends after all time, and hours that never come, are no obstacle', async t => {
  const never = new Map([['hours', { ...calendars.get('hours')!, addBusinessMs: () => null, firstOpenAtOrAfter: () => null }]])
  const mondays = new Map([['hours', compileCalendar([{ effectiveFrom: 0, timeZone: 'UTC', weekly: { monday: [{ from: '00:00', to: '00:50' }] }, exceptions: [], holidays: [] }])]])
  fc.assert(fc.property(facts, republished, fc.constantFrom<Calendars>(never, mondays), (facts, standards, calendars) => {
    const snoozed = facts.map(fact => fact.kind === 'snooze' ? { ...fact, until: Date.UTC(2300, 0) } : fact)
    const now = monday + 1000 * minute
    same(looked(fatesOf(snoozed, standards, calendars, Infinity), now), seen(clocksOf(snoozed, standards, calendars, now).clocks))
  }), { numRuns: 500, seed: 20261122 })
  t.pass('500 runs')
})
