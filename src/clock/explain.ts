import { measure } from './clocks.js'
import type { Clock } from './clocks.js'
import type { Fact } from './facts.js'
import { countedMs, partsOf } from './reading.js'
import type { Calendars, ClockState, Reading } from './reading.js'
import type { Condition, StandardVersionSet } from './standard.js'

/** A span of a clock's life in which nothing that is named here changes. */
export interface Segment {
  from: number
  to: number
  state: ClockState
  /** `counting`, `closed` (outside opening hours), or what it stands still for: a status, `snoozed`. */
  reason: string
  /** Position of the calendar's version; null on the calendar basis. */
  calendarVersion: number | null
  /** Name of the exception or holiday that makes the hours. */
  exception: string | null
  /** What the clock had consumed at its end, floored, less the same at its start. */
  countedSeconds: number
}

export interface Explanation {
  clock: Clock
  /** From the start to the end, or to now; their `countedSeconds` sum to the clock's `consumedSeconds`. */
  segments: Segment[]
  /** What chose the standard: its condition, or that it is the default. */
  rule: { standardId: string, versionId: string, version: number, condition: Condition | null, default: boolean }
  sentence: string
}

/** Why each clock of a conversation is as it is at `now`. Takes and throws what `clocksOf` does. */
export function explain (
  timeline: readonly Fact[], standards: StandardVersionSet, calendars: Calendars, now: number
): Explanation[] {
  return measure(timeline, standards, calendars, now).map(({ clock, reading }) => {
    const { version } = reading.terms
    const { standardId, id: versionId, condition } = version
    return {
      clock, segments: segmentsOf(reading, calendars),
      rule: { standardId, versionId, version: version.version, condition, default: version.default },
      sentence: sentenceOf(clock)
    }
  })
}

function segmentsOf ({ stretches }: Reading, calendars: Calendars): Segment[] {
  const segments: Segment[] = []
  let counted = 0
  for (const { from: start, to: end, terms, state, reason, counts } of stretches) {
    for (const { from, to, open, calendarVersion, exception } of partsOf(terms, calendars, start, end)) {
      const before = Math.floor(counted / 1000)
      if (counts) counted += countedMs(terms, calendars, from, to)
      const countedSeconds = Math.floor(counted / 1000) - before
      const why = counts && !open ? 'closed' : reason
      const segment = { from, to, state, reason: why, calendarVersion, exception, countedSeconds }
      const last = segments.at(-1)
      if (last && goesOn(last, segment)) {
        last.to = to
        last.countedSeconds += countedSeconds
      } else segments.push(segment)
    }
  }
  return segments
}

const goesOn = (a: Segment, b: Segment): boolean => a.to === b.from && a.state === b.state && a.reason === b.reason &&
  a.calendarVersion === b.calendarVersion && a.exception === b.exception

const names: Record<Clock['target'], string> = {
  firstReply: 'first reply', nextReply: 'next reply', periodicUpdate: 'periodic update', pausableUpdate: 'update',
  firstResolution: 'first resolution', totalResolution: 'resolution', requesterWait: "requester's wait",
  agentWork: "agents' work", assignment: 'assignment', ownership: 'ownership'
}

/** One sentence for a person: what is promised, what of it is used up, and how it stands. */
function sentenceOf (clock: Clock): string {
  const { target, basis, targetSeconds, consumedSeconds, startedAt } = clock
  const time = basis === 'business' ? ' of business time' : ''
  return `The ${names[target]} is promised within ${spoken(targetSeconds)}${time} from ${iso(startedAt)}: ` +
    `${spoken(consumedSeconds)} ${consumedSeconds === 1 ? 'is' : 'are'} used up, and ${standingOf(clock)}.`
}

function standingOf ({ state, dueAt, endedAt, endedBy, remainingSeconds }: Clock): string {
  const due = dueAt === null ? 'no due time' : `due at ${iso(dueAt)}`
  const end = endedAt === null ? '' : `it ended at ${iso(endedAt)} (${endedBy})`
  switch (state) {
    case 'met': return `${end}, in time, ${due}`
    case 'breached': return `${end}, late, ${due}`
    case 'cancelled': return `it was cancelled at ${iso(endedAt!)} (${endedBy})`
    case 'overdue': return `it is overdue, ${due}`
    case 'paused': return `it is paused with ${spoken(remainingSeconds)} left`
    case 'atRisk': return `it is at risk, ${due}`
    case 'running': return `it is running, ${due}`
  }
}

const iso = (at: number): string => new Date(at).toISOString()

/** 5,400 is "1 h 30 min"; zero is "0 s". */
function spoken (seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const parts = [[hours, 'h'], [minutes, 'min'], [seconds % 60, 's']] as const
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ') || '0 s'
}
