import { clocksUnder } from '../clock/clocks.js'
import type { Clock } from '../clock/clocks.js'
import { stateAt } from './subject.js'
import type { Subject, Values } from './subject.js'
import { agentOf, valuesAt, valuesNow } from './traces.js'
import type { Trace } from './traces.js'

/** Flags of a clock: it was met; a resolution without a reply ended it; it is at risk; it is overdue. */
export const isMet = 1
export const hasNoReply = 2
export const isAtRisk = 4
export const isOverdue = 8

const flagsOf = ({ state, endedBy }: Clock): number => (state === 'met' ? isMet : 0) | (endedBy === 'resolvedWithoutReply' ? hasNoReply : 0) |
  (state === 'atRisk' ? isAtRisk : 0) | (state === 'overdue' ? isOverdue : 0)

const known = new WeakMap<Subject, readonly Clock[]>()

/** By the one function that makes all clocks, as they stand at the subject's now. */
function clocksIn (subject: Subject): readonly Clock[] {
  const before = known.get(subject)
  if (before) return before
  const { facts, now, beside: { promises } } = subject
  const clocks = promises ? clocksUnder(facts, [promises.standards], promises.calendars, now)[0]! : []
  known.set(subject, clocks)
  return clocks
}

type Due = Clock & { dueAt: number }

const decided = new Set<Clock['state']>(['met', 'breached', 'overdue'])
const decidedIn = (subject: Subject): Due[] => clocksIn(subject).filter((clock): clock is Due => decided.has(clock.state) && clock.dueAt !== null)

const of = (clock: Clock, values: Values): Values => ({ ...values, standard: clock.standardId })

/** Where it ended, else where it fell due. */
const valuesOfEnd = (subject: Subject, clock: Due): Values => clock.endedAt === null
  ? valuesOfDue(subject, clock)
  : of(clock, valuesAt(subject, clock.endedAt, agentOf(clock.endedByActor)))

const valuesOfDue = (subject: Subject, clock: Due): Values => of(clock, valuesAt(subject, clock.dueAt, stateAt(subject, clock.dueAt).agentId))

/** Clocks that were kept or broken, at the instant at which they were due, which may be yet to come. */
export const promises = (subject: Subject): Trace[] => decidedIn(subject).map((clock) =>
  ({ start: clock.dueAt, end: clock.dueAt, values: valuesOfEnd(subject, clock), flags: flagsOf(clock) }))

/** The same with the values of that instant. */
export const promisesDue = (subject: Subject): Trace[] => decidedIn(subject).map((clock) =>
  ({ start: clock.dueAt, end: clock.dueAt, values: valuesOfDue(subject, clock), flags: flagsOf(clock) }))

/** What went on after it was due; the key is the calendar of a business clock. */
export const overruns = (subject: Subject): Trace[] => decidedIn(subject).filter(({ state }) => state !== 'met').map((clock) => ({
  start: clock.dueAt, end: clock.endedAt, key: clock.calendarId,
  values: clock.endedAt === null ? of(clock, valuesNow(subject)) : valuesOfEnd(subject, clock)
}))

/** Those that have not ended, as they stand. */
export const clocksNow = (subject: Subject): Trace[] => clocksIn(subject).filter(({ endedAt }) => endedAt === null)
  .map((clock) => ({ start: clock.startedAt, end: null, values: of(clock, valuesNow(subject)), flags: flagsOf(clock) }))
