import type { CompiledCalendar } from '../clock/business-time.js'
import type { BusinessCalendar } from '../clock/reading.js'
import { statuses } from '../clock/facts.js'
import type { Status } from '../clock/facts.js'
import type { Columns } from './columns.js'
import type { FamilyName } from './families.js'
import { goesOn, hasNoReply, isMet } from './clocks.js'
import { isFirst, isHuman, isProactive } from './flow.js'
import { isAnswered, isFirstEpisode, isFirstOfCycle } from './messages.js'
import { isFirstResolution } from './resolutions.js'

/** What a query says of how to measure. */
export interface Measuring {
  /** Null: calendar time. */
  calendar: CompiledCalendar | null
  bucketBy: 'start' | 'end'
  withinMs: number
  now: number
  /** The contact that one is now, after merges. */
  survivorOf: (contactId: string) => string
  /** Whether clocks that a resolution without a reply met count as met. */
  includeWithoutReply?: boolean
  /** A calendar that a clock keeps to. */
  calendarOf?: (id: string) => BusinessCalendar | undefined
}

/** How a metric makes its samples: of one family, each trace one sample or none. */
export interface Measure {
  family: FamilyName
  /** The columns that are looked at, besides the conversation, the end and, of what lasts, the start. */
  reads?: ReadonlyArray<'flags' | 'value' | 'until' | 'key' | 'spans' | 'start'>
  /** Which traces; all when left out. */
  takes?: (traces: Columns, at: number, measuring: Measuring) => boolean
  /** It has a start of its own: the trace's. Else it starts at its end. */
  lasts?: true
  /** Milliseconds of a duration, in the basis of the query; a plain number of what is a number; 1 when left out. */
  value?: (traces: Columns, at: number, end: number, measuring: Measuring) => number
  /** Of a rate: whether it is in the numerator. */
  counted?: (traces: Columns, at: number, measuring: Measuring) => boolean
  /** It may still change by time alone; what goes on always may. */
  provisional?: (traces: Columns, at: number, measuring: Measuring) => boolean
  /** What is counted once, where that is not the sample itself. */
  key?: 'conversation' | 'contact'
  /** Whether what goes on counts too, to now: never when left out. */
  goesOn?: 'byStart' | 'live'
  /** One sample per conversation and bucket: the latest trace, counted if all are. */
  perConversation?: true
  /** What a sample is depends on other conversations: on new ones of its contact, or on the median of its like. */
  against?: 'returns' | 'median'
}

/** Time in the basis of the query. */
export const measured = ({ calendar }: Measuring, from: number, to: number): number =>
  calendar ? calendar.businessMs(from, to) : to - from

const elapsed: Measure['value'] = ({ start }, at, end, measuring) => measured(measuring, start[at]!, end)

/** Time in some statuses until the end. */
function timeIn ({ spans: { first, status, from } }: Columns, at: number, end: number, wanted: number, measuring: Measuring): number {
  const last = first[at + 1]!
  let sum = 0
  for (let span = first[at]!; span < last; span++) {
    if ((wanted >> status[span]!) & 1) sum += measured(measuring, from[span]!, span + 1 < last ? from[span + 1]! : end)
  }
  return sum
}

const bitsOf = (some: readonly Status[]): number => some.reduce((bits, status) => bits | 1 << statuses.indexOf(status), 0)
const has = (flags: number): Measure['takes'] => (traces, at) => (traces.flags[at]! & flags) === flags
const inForce: Measure['takes'] = ({ until }, at) => until[at] === Infinity

export const created: Measure = { family: 'creation' }
export const humanShare: Measure = { family: 'creation', reads: ['flags'], counted: has(isHuman) }
export const proactiveShare: Measure = { family: 'creation', reads: ['flags'], counted: has(isProactive) }

export const messagesIn: Measure = { family: 'messageIn' }
export const messagesOut: Measure = { family: 'messageOut' }

export const replyTime: Measure = { family: 'episode', reads: ['flags'], takes: has(isAnswered), lasts: true, value: elapsed }
export const firstReplyTime: Measure = { ...replyTime, takes: has(isAnswered | isFirstEpisode) }
export const nextReplyTime: Measure = { ...replyTime, takes: ({ flags }, at) => (flags[at]! & (isAnswered | isFirstEpisode)) === isAnswered }
export const cycleFirstReplyTime: Measure = { ...replyTime, takes: has(isAnswered | isFirstOfCycle) }
export const unansweredEpisodes: Measure = { family: 'episode', reads: ['flags'], lasts: true, takes: ({ flags }, at) => (flags[at]! & isAnswered) === 0 }
export const currentWait: Measure = { family: 'episode', lasts: true, value: elapsed, goesOn: 'live' }

/** From the creation to the resolution in force; by start also what goes on, to now. */
const timeInStatus = (...some: Status[]): Measure => {
  const wanted = bitsOf(some)
  return {
    family: 'resolution', reads: ['until', 'spans'], takes: inForce, lasts: true, goesOn: 'byStart',
    value: (traces, at, end, measuring) => timeIn(traces, at, end, wanted, measuring)
  }
}
export const requesterWaitTime = timeInStatus('new', 'open', 'onHold')
export const agentWorkTime = timeInStatus('new', 'open')
export const pendingTime = timeInStatus('pending')
export const onHoldTime = timeInStatus('onHold')

const done = bitsOf(['resolved', 'closed'])
export const firstResolutionTime: Measure = { family: 'resolution', reads: ['flags'], takes: has(isFirstResolution), lasts: true, value: elapsed }
export const fullResolutionTime: Measure = { family: 'resolution', reads: ['until'], takes: inForce, lasts: true, value: elapsed }
export const activeResolutionTime: Measure = {
  family: 'resolution', reads: ['until', 'spans'], takes: inForce, lasts: true,
  value: (traces, at, end, measuring) => measured(measuring, traces.start[at]!, end) - timeIn(traces, at, end, done, measuring)
}
export const resolutions: Measure = { family: 'resolution' }
export const conversationsResolved: Measure = { family: 'resolution', key: 'conversation' }
export const customersServed: Measure = { family: 'resolution', reads: ['key'], key: 'contact' }
export const reopenRate: Measure = {
  family: 'resolution', reads: ['until'],
  counted: ({ end, until }, at, { withinMs }) => until[at]! < end[at]! + withinMs,
  provisional: ({ end }, at, { withinMs, now }) => end[at]! + withinMs > now
}
export const repliesToResolution: Measure = { family: 'resolution', reads: ['value'], value: ({ value }, at) => value[at]! }
export const oneTouchRate: Measure = { ...repliesToResolution, counted: ({ value }, at) => value[at] === 1 }
export const selfServeRate: Measure = { ...repliesToResolution, reads: ['value', 'flags'], takes: has(isFirstResolution), counted: ({ value }, at) => value[at] === 0 }
export const reopens: Measure = { family: 'reopening' }

export const timeToAssignment: Measure = { family: 'assignment', reads: ['flags'], takes: has(isFirst), lasts: true, value: elapsed }
export const assignments: Measure = { family: 'assignment' }
export const ownedTime: Measure = { family: 'owned', lasts: true, value: elapsed, goesOn: 'byStart' }

/** Its samples are made per instant, of the stretches that hold it; their values are ages since the creation. */
export const backlog: Measure = { family: 'unresolved', reads: ['start', 'value'], value: ({ value }, at, instant, measuring) => measured(measuring, value[at]!, instant) }

/** What goes on counts once it is overdue; what was met by a resolution without a reply, only where that is asked for. */
const due: Measure['takes'] = ({ flags, end }, at, { includeWithoutReply, now }) => flags[at]! & goesOn
  ? end[at]! < now
  : includeWithoutReply === true || (flags[at]! & (isMet | hasNoReply)) !== (isMet | hasNoReply)
export const attainment: Measure = { family: 'promise', reads: ['flags'], takes: due, counted: has(isMet) }
export const conversationAttainment: Measure = { family: 'promiseDue', reads: ['flags'], takes: due, counted: has(isMet), perConversation: true }
export const breachOverrun: Measure = {
  family: 'overrun', reads: ['key'], lasts: true, goesOn: 'byStart', takes: ({ open, start }, at, { now }) => !open || start[at]! < now,
  value: ({ start, key }, at, end, measuring) => {
    const own = measuring.calendar && key.dictionary[key.codes[at]!]
    return own ? measuring.calendarOf!(own)!.businessMs(start[at]!, end) : measured(measuring, start[at]!, end)
  }
}
export const overdueNow: Measure = { family: 'clock', reads: ['until'], takes: ({ until }, at, { now }) => until[at]! < now, goesOn: 'live' }
export const atRisk: Measure = { family: 'clock', reads: ['value', 'until'], takes: ({ value, until }, at, { now }) => value[at]! <= now && until[at]! >= now, goesOn: 'live' }
export const workload: Measure = { family: 'work', reads: ['value'], value: ({ value }, at) => value[at]!, goesOn: 'live' }

/** Counted until a new conversation of the contact takes it away. */
export const firstContactResolutionRate: Measure = {
  family: 'resolution', reads: ['value', 'until', 'key'], against: 'returns', provisional: reopenRate.provisional!,
  counted: (traces, at, measuring) => traces.value[at] === 1 && !reopenRate.counted!(traces, at, measuring)
}
export const expectedTimeRatio: Measure = { ...fullResolutionTime, against: 'median' }
