import { Course } from './course.js'
import type { Actor, Fact } from './facts.js'
import { inOrder } from './facts.js'
import { latestInstant } from './instants.js'
import { momentsOf } from './moments.js'
import { pacesOf } from './paces.js'
import type { Pace } from './paces.js'
import { read } from './reader.js'
import type { Calendars, ClockEvent, ClockState, Reading } from './reading.js'
import { choose, outlineOf } from './selection.js'
import { targetKinds } from './standard.js'
import type { StandardVersionSet, TargetKind } from './standard.js'
import type { EndedBy, Ending, Story } from './story.js'
import type { Standing } from './track.js'

/** One target running for one conversation (definitions, 3). Instants in ms, durations in whole seconds, floored. */
export interface Clock {
  /** Stays the same when the clock is computed again: its target and its ordinal. */
  key: string
  target: TargetKind
  /** Counts the clocks of one target in one conversation from 1, in the order in which they came to be. */
  ordinal: number
  standardId: string
  versionId: string
  version: number
  basis: 'calendar' | 'business'
  calendarId: string | null
  targetSeconds: number
  startedAt: number
  /** When it came to be: later than `startedAt` when its standard was chosen late, or a merge brought it. */
  openedAt: number
  /** Null while paused, and when the calendar never opens so long. */
  dueAt: number | null
  consumedSeconds: number
  remainingSeconds: number
  state: ClockState
  endedAt: number | null
  endedBy: EndedBy | null
  /** Of the fact that ended it; null while it has not, and when a change of standards did. */
  endedByActor: Actor | null
  /** Whose stretch an ownership clock measures; null of other targets. */
  assigneeId: string | null
  teamId: string | null
  /** The next instant after `now` at which time alone changes the state; null when none does. */
  nextChangeAt: number | null
  /** What its life implies, in order; each at its own instant. */
  events: ClockEvent[]
}

/** A clock with everything needed to explain it. */
export interface MeasuredClock { clock: Clock, reading: Reading, story: Story }

/**
 * The clocks of one conversation as they stand at `now`: later facts, publications and archivals do not exist yet.
 * Any order of the facts gives the same clocks. Throws a RangeError for a target whose calendar is missing. `kinds`: only
 * these targets', where it is known that no others are of interest.
 */
export function clocksOf (
  timeline: readonly Fact[], standards: StandardVersionSet, calendars: Calendars, now: number,
  kinds = outlineOf(standards).kinds
): { clocks: Clock[] } {
  const known = knownAt(timeline, now)
  return { clocks: measureAlong(known, pacesOf(known, now), { standards, calendars, now, kinds }).map(({ clock }) => clock) }
}

/** The same under each of several sets of standards, without events: the conversation's life is walked once for all. */
export function clocksUnder (
  timeline: readonly Fact[], sets: readonly StandardVersionSet[], calendars: Calendars, now: number
): Clock[][] {
  const known = knownAt(timeline, now)
  const paces = pacesOf(known, now)
  return sets.map((standards) => standards.length === 0
    ? []
    : measureAlong(known, paces, { standards, calendars, now, kinds: outlineOf(standards).kinds, figuresOnly: true }).map(({ clock }) => clock))
}

export function measure (
  timeline: readonly Fact[], standards: StandardVersionSet, calendars: Calendars, now: number
): MeasuredClock[] {
  const known = knownAt(timeline, now)
  return measureAlong(known, pacesOf(known, now), { standards, calendars, now, kinds: outlineOf(standards).kinds })
}

const knownAt = (timeline: readonly Fact[], now: number): Fact[] =>
  timeline.filter((fact) => fact.occurredAt <= now).toSorted(inOrder)

interface Asked {
  standards: StandardVersionSet
  calendars: Calendars
  now: number
  kinds: readonly TargetKind[]
  figuresOnly?: boolean
}

function measureAlong (known: readonly Fact[], paces: readonly Pace[], asked: Asked): MeasuredClock[] {
  const { calendars, now, figuresOnly } = asked
  const snoozedUntil = paces.at(-1)?.after.snoozedUntil ?? null
  const measured: MeasuredClock[] = []
  for (const stories of allStories(known, paces, asked)) {
    if (stories.length > 1) stories.sort(inOpeningOrder)
    for (let i = 0; i < stories.length; i++) {
      measured.push(clockOf(stories[i]!, i + 1, read(stories[i]!, calendars, now, figuresOnly), snoozedUntil))
    }
  }
  return measured
}

/** The stories of each target, those that were undone too; in the order of `targetKinds`. */
function allStories (known: readonly Fact[], paces: readonly Pace[], { standards, now, kinds }: Asked): Story[][] {
  const byKind = storiesOf(paces, standards, now, kinds)
  const undone = undoneStories(known, standards, byKind.flat(), kinds)
  if (undone.length === 0) return byKind
  const all = [...byKind.flat(), ...undone]
  return targetKinds.map((kind) => all.filter((story) => story.kind === kind))
}

/**
 * What becomes of a clock when nothing happens any more but time. It is so from whatever instant it is looked at, once all
 * facts have happened and `changedAt` has passed.
 */
export interface Fate {
  standardId: string
  calendarId: string | null
  startedAt: number
  state: 'met' | 'breached' | 'cancelled' | 'open'
  endedAt: number | null
  endedBy: EndedBy | null
  endedByActor: Actor | null
  /** Of one that has not ended, after which instant it is overdue; null where it never is. */
  dueAt: number | null
  /** Of one that has not ended, from when on it is at risk until it is due; null where it never is. */
  riskAt: number | null
  /** The last instant at which a fact or a change of standards made something else of it; the end of a snooze is none. */
  changedAt: number
}

/**
 * The fates of a conversation's clocks, as what is known at `now` has it: later facts, publications, archivals and ends of
 * snoozes do not exist yet. `now` may be Infinity.
 */
export function fatesOf (timeline: readonly Fact[], standards: StandardVersionSet, calendars: Calendars, now: number): Fate[] {
  if (standards.length === 0) return []
  const known = knownAt(timeline, now)
  const asked = { standards, calendars, now: Math.min(now, latestInstant), kinds: outlineOf(standards).kinds }
  return allStories(known, pacesOf(known, now), asked).flatMap((stories) => stories.map((story) => fateOf(story, read(story, calendars, Infinity, true))))
}

function fateOf (story: Story, { terms: { version, target }, ending, state, dueAt, riskAt }: Reading): Fate {
  const ended = state === 'met' || state === 'breached' || state === 'cancelled'
  return {
    standardId: version.standardId, calendarId: target.calendarId, startedAt: story.startedAt, state: ended ? state : 'open',
    endedAt: ending?.at ?? null, endedBy: ending?.by ?? null, endedByActor: ending?.actor ?? null,
    dueAt, riskAt: ended ? null : riskAt, changedAt: changedAt(story)
  }
}

function changedAt ({ openedAt, ending, phases }: Story): number {
  let last = Math.max(openedAt, ending?.at ?? openedAt)
  for (const [index, { from, terms, mode }] of phases.entries()) {
    const before = phases[index - 1]
    const wakes = before?.reason === 'snoozed' && before.mode === 'paused' && mode === 'counting' && before.terms === terms
    if (!wakes) last = Math.max(last, from)
  }
  return last
}

const inOpeningOrder = (a: Story, b: Story): number => a.openedAt - b.openedAt || a.startedAt - b.startedAt ||
  (a.openers[0]! < b.openers[0]! ? -1 : 1)

/** The stories of each target, in the order of `targetKinds`. */
function storiesOf (
  paces: readonly Pace[], standards: StandardVersionSet, now: number, kinds: readonly TargetKind[]
): Story[][] {
  if (paces.length === 0) return []
  const log: Standing[] = []
  const courses = kinds.map((kind) => new Course(kind, standards, log))
  for (const moment of momentsOf(paces, standards, now)) {
    const chosen = moment.reselects ? choose(standards, moment.entered, moment.at) : null
    for (const course of courses) {
      course.enter(moment, chosen)
      course.pass(moment)
    }
    log.push({ at: moment.at, status: moment.after.status, snoozed: moment.snoozed })
    for (const course of courses) course.settle(moment)
  }
  return courses.map(({ stories }) => stories)
}

/** Targets of which a conversation has one clock at a time, whatever opened it. */
const single: ReadonlySet<TargetKind> = new Set([
  'firstReply', 'firstResolution', 'totalResolution', 'requesterWait', 'agentWork', 'assignment', 'ownership'
])

/**
 * Clocks that only a reply whose delivery failed, or a message that turned out not to count, had opened: cancelled at
 * the instant at which that was said. Each such fact is a world before it and a world after it.
 */
function undoneStories (
  known: readonly Fact[], standards: StandardVersionSet, stories: readonly Story[], kinds: readonly TargetKind[]
): Story[] {
  let undone: Story[] = []
  for (const [index, fact] of known.entries()) {
    if (fact.kind !== 'deliveryFailed' && fact.kind !== 'countsForService') continue
    const at = fact.occurredAt
    const before = storiesOf(pacesOf(known.slice(0, index), at), standards, at, kinds).flat()
    const lost = before.filter((story) => !story.ending?.cancelled && story.openedAt !== at && !hasCounterpart(story, stories))
    if (lost.length === 0) continue
    const after = storiesOf(pacesOf(known.slice(0, index + 1), at), standards, at, kinds).flat()
    const by = fact.kind === 'deliveryFailed' ? 'retracted' : 'notCounted'
    for (const story of lost) {
      if (hasCounterpart(story, after)) continue
      const ending = { at, by, cancelled: true, actor: fact.actor } as const
      undone = [...undone.filter((other) => !hasCounterpart(other, [story])), cancelledBy(story, ending)]
    }
  }
  return undone
}

const hasCounterpart = ({ kind, openers }: Story, among: readonly Story[]): boolean => among.some((other) =>
  other.kind === kind && (single.has(kind) || other.openers.some((opener) => openers.includes(opener))))

function cancelledBy (story: Story, cancelling: Ending): Story {
  const { ending, phases } = story
  const terms = phases.at(-1)!.terms
  const rest = ending ? [{ from: ending.at, terms, mode: 'ended' as const, reason: null, ending }] : []
  return { ...story, phases: [...phases, ...rest], ending: cancelling }
}

function clockOf (story: Story, ordinal: number, reading: Reading, snoozedUntil: number | null): MeasuredClock {
  const { terms: { version, target, ms }, ending, consumedMs, remainingMs, pausedBy, state } = reading
  const wakes = state === 'paused' && pausedBy === 'snoozed' ? snoozedUntil : null
  const next = Math.min(reading.nextChangeAt ?? Infinity, wakes ?? Infinity)
  const clock: Clock = {
    key: `${story.kind}/${ordinal}`, target: story.kind, ordinal,
    standardId: version.standardId, versionId: version.id, version: version.version,
    basis: target.basis, calendarId: target.calendarId, targetSeconds: ms / 1000,
    startedAt: story.startedAt, openedAt: story.openedAt, dueAt: reading.dueAt,
    consumedSeconds: Math.floor(consumedMs / 1000), remainingSeconds: Math.floor(remainingMs / 1000),
    state, endedAt: ending?.at ?? null, endedBy: ending?.by ?? null, endedByActor: ending?.actor ?? null,
    assigneeId: story.owner?.agentId ?? null, teamId: story.owner?.teamId ?? null,
    nextChangeAt: Number.isFinite(next) ? next : null, events: reading.events
  }
  return { clock, reading, story }
}
