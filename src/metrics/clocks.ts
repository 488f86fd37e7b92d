import { fatesOf } from '../clock/clocks.js'
import type { Fate } from '../clock/clocks.js'
import { stateAt } from './subject.js'
import type { Subject, Values } from './subject.js'
import { agentOf, valuesAt, valuesNow } from './traces.js'
import type { Trace } from './traces.js'

/** Flags of a clock: it was met; a resolution without a reply ended it; it goes on, and is overdue once it was due. */
export const isMet = 1
export const hasNoReply = 2
export const goesOn = 4

const flagsOf = ({ state, endedBy }: Fate): number =>
  (state === 'met' ? isMet : 0) | (endedBy === 'resolvedWithoutReply' ? hasNoReply : 0) | (state === 'open' ? goesOn : 0)

const known = new WeakMap<Subject, readonly Fate[]>()

/** As they are from the subject's now on, if nothing happens any more. */
function fatesIn (subject: Subject): readonly Fate[] {
  const before = known.get(subject)
  if (before) return before
  const { facts, now, beside: { promises } } = subject
  const fates = promises ? fatesOf(facts, promises.standards, promises.calendars, now) : []
  known.set(subject, fates)
  return fates
}

/** The last instant at which facts or standards changed one of its clocks: from then on only time does. */
export const clocksChangedAt = (subject: Subject): number => fatesIn(subject).reduce((last, { changedAt }) => Math.max(last, changedAt), -Infinity)

type Due = Fate & { dueAt: number }

const decidedIn = (subject: Subject): Due[] => fatesIn(subject).filter((clock): clock is Due => clock.state !== 'cancelled' && clock.dueAt !== null)

const of = (clock: Fate, values: Values): Values => ({ ...values, standard: clock.standardId })

/** Where it ended, else where it falls due. */
const valuesOfEnd = (subject: Subject, clock: Due): Values => clock.endedAt === null
  ? valuesOfDue(subject, clock)
  : of(clock, valuesAt(subject, clock.endedAt, agentOf(clock.endedByActor)))

const valuesOfDue = (subject: Subject, clock: Due): Values => of(clock, valuesAt(subject, clock.dueAt, stateAt(subject, clock.dueAt).agentId))

/** Clocks at the instant at which they are due, which may be yet to come: those that were kept or broken, and those that will be overdue. */
export const promises = (subject: Subject): Trace[] => decidedIn(subject).map((clock) =>
  ({ start: clock.dueAt, end: clock.dueAt, values: valuesOfEnd(subject, clock), flags: flagsOf(clock) }))

/** The same with the values of that instant. */
export const promisesDue = (subject: Subject): Trace[] => decidedIn(subject).map((clock) =>
  ({ start: clock.dueAt, end: clock.dueAt, values: valuesOfDue(subject, clock), flags: flagsOf(clock) }))

/** What went on after it was due, or will; the key is the calendar of a business clock. */
export const overruns = (subject: Subject): Trace[] => decidedIn(subject).filter(({ state }) => state !== 'met').map((clock) => ({
  start: clock.dueAt, end: clock.endedAt, key: clock.calendarId,
  values: clock.endedAt === null ? of(clock, valuesNow(subject)) : valuesOfEnd(subject, clock)
}))

/** Those that have not ended: until when they are not overdue, and as value from when on at risk; what never is either is left out. */
export const clocksNow = (subject: Subject): Trace[] => fatesIn(subject).filter(({ state, dueAt, riskAt }) => state === 'open' && (dueAt ?? riskAt) !== null)
  .map((clock) => ({ start: clock.startedAt, end: null, values: of(clock, valuesNow(subject)), until: clock.dueAt, value: clock.riskAt ?? Infinity }))
