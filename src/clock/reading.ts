import type { Terms } from './selection.js'
import type { PauseReason } from './standard.js'
import type { Ending } from './story.js'

/** What a clock needs of a compiled calendar. Instants and spans in ms, intervals half-open. */
export interface BusinessCalendar {
  businessMs (from: number, to: number): number
  /** The earliest instant with so much open time since `at`; null when there is none. */
  addBusinessMs (at: number, span: number): number | null
  firstOpenAtOrAfter (at: number): number | null
  pieces (from: number, to: number): Array<{
    from: number, to: number, open: boolean, version: number, reason: string, name: string | null
  }>
}

/** The calendars that targets name, by id. */
export interface Calendars { get (id: string): BusinessCalendar | undefined }

export type ClockState = 'running' | 'atRisk' | 'paused' | 'overdue' | 'met' | 'breached' | 'cancelled'

export const clockEventTypes = [
  'clock.started', 'clock.atRisk', 'clock.paused', 'clock.resumed', 'clock.targetChanged', 'clock.breached',
  'clock.fulfilled', 'clock.cancelled'
] as const
export type ClockEventType = (typeof clockEventTypes)[number]

/** Something that happened to a clock, at its own instant, whenever it was noticed. */
export interface ClockEvent {
  type: ClockEventType
  occurredAt: number
  /** As it stood then; null while paused or when there is no such instant. */
  dueAt: number | null
  /** Of an end. */
  endedBy: Ending['by'] | null
  state: ClockState
  versionId: string
  targetSeconds: number
}

/** A span in which a clock's state and the reason for it stay the same; `counts` when its time is used up in it. */
export interface Stretch {
  from: number
  to: number
  state: ClockState
  reason: string
  counts: boolean
  terms: Terms
}

/** A clock, measured. Null for an instant is: there is none. */
export interface Reading {
  terms: Terms
  state: ClockState
  dueAt: number | null
  consumedMs: number
  /** What is left to consume; 0 once it fell due. */
  remainingMs: number
  ending: Ending | null
  /** In the phase at hand, from when on it is at risk until it is due. */
  riskAt: number | null
  /** When the state next changes by time alone; the end of a snooze is not among it. */
  nextChangeAt: number | null
  pausedBy: PauseReason | null
  events: ClockEvent[]
  stretches: Stretch[]
}

function calendarOf ({ target }: Terms, calendars: Calendars): BusinessCalendar | null {
  if (target.basis === 'calendar') return null
  const calendar = target.calendarId === null ? undefined : calendars.get(target.calendarId)
  if (!calendar) throw new RangeError(`There is no calendar ${target.calendarId}`)
  return calendar
}

/** Time counted in `[from, to)` by the terms' basis. */
export const countedMs = (terms: Terms, calendars: Calendars, from: number, to: number): number => to <= from
  ? 0
  : calendarOf(terms, calendars)?.businessMs(from, to) ?? to - from

/** The earliest instant at which so much has counted since `at`; Infinity when that never comes. */
export function whenCounted (terms: Terms, calendars: Calendars, at: number, ms: number): number {
  const calendar = calendarOf(terms, calendars)
  return calendar ? calendar.addBusinessMs(at, Math.max(ms, 0)) ?? Infinity : at + Math.max(ms, 0)
}

/** `at`, or the next opening when that is in closed time or on its edge; Infinity when it never opens. */
export function whenOpen (terms: Terms, calendars: Calendars, at: number): number {
  const calendar = calendarOf(terms, calendars)
  return calendar && Number.isFinite(at) ? calendar.firstOpenAtOrAfter(at) ?? Infinity : at
}

/** What must have counted for a clock to be at risk; Infinity when it never is. The tolerance is for 0.8. */
export function warningMs ({ target: { warnAt }, ms }: Terms): number {
  if (!warnAt) return Infinity
  return Math.max(0, 'share' in warnAt ? Math.ceil(ms * warnAt.share - 1e-6) : ms - warnAt.secondsBefore * 1000)
}

export interface Part {
  from: number, to: number, open: boolean, calendarVersion: number | null, exception: string | null
}

/** The uniform parts of `[from, to)`, whether they count, and the version and the exception that say so. */
export function partsOf (terms: Terms, calendars: Calendars, from: number, to: number): Part[] {
  const calendar = calendarOf(terms, calendars)
  if (!calendar) return [{ from, to, open: true, calendarVersion: null, exception: null }]
  return calendar.pieces(from, to).map(({ from, to, open, version, name }) =>
    ({ from, to, open, calendarVersion: version, exception: name }))
}

