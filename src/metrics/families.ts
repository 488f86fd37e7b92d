import { clocksNow, overruns, promises, promisesDue } from './clocks.js'
import { assigning, creation, owned, unresolved, work } from './flow.js'
import { episodes, messagesIn, messagesOut } from './messages.js'
import { reopenings, resolutions } from './resolutions.js'
import type { Subject } from './subject.js'
import type { Trace } from './traces.js'

/** Families that published standards and calendars have a part in. */
const promiseFamilies = ['promise', 'promiseDue', 'overrun', 'clock'] as const

/** What is computed once of a conversation and serves several metrics. What is kept knows them by their places: add at the end. */
export const familyNames = [
  'creation', 'messageIn', 'messageOut', 'episode', 'resolution', 'reopening', 'assignment', 'owned', 'unresolved', 'work', ...promiseFamilies
] as const
const promised: ReadonlySet<string> = new Set(promiseFamilies)
export const isPromised = (family: FamilyName): boolean => promised.has(family)
export type FamilyName = (typeof familyNames)[number]

const tracing: Record<FamilyName, (subject: Subject) => Trace[]> = {
  creation, messageIn: messagesIn, messageOut: messagesOut, episode: episodes, resolution: resolutions, reopening: reopenings,
  assignment: assigning, owned, unresolved, promise: promises, promiseDue: promisesDue, overrun: overruns, clock: clocksNow, work
}

/** A merged conversation's messages stay messages; everything else of it is the target's. Spam and what is deleted is out (definitions, 4). */
const staysOf = ({ life: { outside } }: Subject, family: FamilyName): boolean =>
  !outside || (outside.as === 'merged' && (family === 'messageIn' || family === 'messageOut'))

/** The traces of a conversation in one family, in no order; what was left out of everything has none. */
export const tracesOf = (subject: Subject, family: FamilyName): Trace[] =>
  staysOf(subject, family) ? tracing[family](subject) : []
