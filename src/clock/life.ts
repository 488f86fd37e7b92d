import { advance, begin, isOutside, resolves } from './advance.js'
import type { Walk } from './advance.js'
import { inputsOf } from './facts.js'
import type { Actor, ConversationInputs, Fact, Status } from './facts.js'
import type { ConversationState } from './state.js'
import { isDone, planOf } from './steps.js'
import type { Step } from './steps.js'

/** One step of a conversation's life, with what it was before (null before its creation) and after. */
export interface Stride { step: Step, before: Walk | null, after: Walk }

/** Half-open `[from, to)`; `to` is null for what goes on at `now`. */
interface Interval { from: number, to: number | null }
export interface StatusInterval extends Interval { status: Status, reason: string | null }
export interface SnoozeInterval extends Interval { until: number, reason: string | null }
export interface AssignmentInterval extends Interval { agentId: string | null, teamId: string | null }
export interface InputsInterval extends Interval { inputs: ConversationInputs }

/** An entry to resolved, or to closed from an unresolved status. `cycle` counts from 1. */
export interface Resolution {
  at: number, factId: string, actor: Actor, status: Status, cycle: number
  agentId: string | null, teamId: string | null
  /** When it was undone; null while it is in force. */
  reopenedAt: number | null
}

/** A move from resolved to an unresolved status. `resolution` is the index of the resolution that it undoes. */
export interface Reopening { at: number, factId: string, actor: Actor, resolution: number }

/** The life of a conversation as it stands at an instant; what happened within one instant leaves no interval. */
export interface Life {
  now: number
  createdAt: number
  state: ConversationState
  statuses: StatusInterval[]
  snoozes: SnoozeInterval[]
  assignments: AssignmentInterval[]
  inputs: InputsInterval[]
  resolutions: Resolution[]
  reopenings: Reopening[]
  /** The life cut at its reopenings; the first starts at the creation. */
  cycles: Interval[]
  /** When and as what it left everything that is counted; null when it did not. */
  outside: { at: number, as: 'merged' | 'spam' | 'deleted' } | null
}

/** The steps up to an instant, each with the state around it. Empty before the creation. */
export function stridesOf (facts: readonly Fact[], now: number): Stride[] {
  const known = facts.filter((fact) => fact.occurredAt <= now)
  if (!known.some((fact) => fact.kind === 'created')) return []
  const plan = planOf(known)
  let walk = begin(plan)
  const strides: Stride[] = [{ step: plan.steps[0]!, before: null, after: walk }]
  for (const step of plan.steps.slice(1)) {
    if (step.at > now) break
    const after = advance(walk, step)
    strides.push({ step, before: walk, after })
    walk = after
  }
  return strides
}

/** The conversation's life as it stands at `now`; later facts do not exist yet. Null before the creation. */
export function lifeOf (facts: readonly Fact[], now: number): Life | null {
  const strides = stridesOf(facts, now)
  return strides.length === 0 ? null : lifeAlong(strides, now)
}

export function lifeAlong (strides: readonly Stride[], now: number): Life {
  const state = strides.at(-1)!.after.state
  const createdAt = state.createdAt
  const { resolutions, reopenings } = endingsOf(strides)
  return {
    now, createdAt, state,
    statuses: intervalsOf(strides, ({ status, statusReason }) => ({ status, reason: statusReason })),
    snoozes: snoozesOf(strides, now),
    assignments: intervalsOf(strides, ({ agentId, teamId }) => ({ agentId, teamId })),
    inputs: intervalsOf(strides, inputsOf).map(({ from, to, ...inputs }) => ({ from, to, inputs })),
    resolutions, reopenings,
    cycles: [createdAt, ...reopenings.map((reopening) => reopening.at)]
      .map((from, index) => ({ from, to: reopenings[index]?.at ?? null })),
    outside: outsideOf(strides)
  }
}

/** The inputs at an instant, all facts of that instant included; null before the creation. */
export function inputsAt (life: Life, at: number): ConversationInputs | null {
  return life.inputs.findLast((interval) => interval.from <= at)?.inputs ?? null
}

/** The status at an instant, all facts of that instant included; null before the creation. */
export function statusAt (life: Life, at: number): Status | null {
  return life.statuses.findLast((interval) => interval.from <= at)?.status ?? null
}

/** Cuts a life wherever what `read` gives changes (by value), leaving out what lasted no time. */
function intervalsOf<T extends object> (
  strides: readonly Stride[], read: (state: ConversationState) => T
): Array<Interval & T> {
  const intervals: Array<Interval & T> = []
  for (const { step, before, after } of strides) {
    if (before && !changed(read(before.state), read(after.state))) continue
    const open = intervals.at(-1)
    if (open?.from === step.at) intervals.pop()
    else if (open) open.to = step.at
    const value = read(after.state)
    const previous = intervals.at(-1)
    if (previous && !changed({ ...value, from: 0, to: 0 }, { ...previous, from: 0, to: 0 })) previous.to = null
    else intervals.push({ from: step.at, to: null, ...value })
  }
  return intervals
}

const changed = (a: object, b: object): boolean => Object.entries(a).some(([key, value]) => {
  const other = (b as Record<string, unknown>)[key]
  return value !== other && JSON.stringify(value) !== JSON.stringify(other)
})

function snoozesOf (strides: readonly Stride[], now: number): SnoozeInterval[] {
  const given = intervalsOf(strides, ({ snoozedUntil, snoozeReason }) => ({ snoozedUntil, snoozeReason }))
  return given.flatMap(({ from, to, snoozedUntil: until, snoozeReason: reason }) => {
    if (until === null || until <= from) return []
    const end = Math.min(until, to ?? Infinity)
    return [{ from, to: end <= now ? end : null, until, reason }]
  })
}

function endingsOf (strides: readonly Stride[]): Pick<Life, 'resolutions' | 'reopenings'> {
  const resolutions: Resolution[] = []
  const reopenings: Reopening[] = []
  for (const { step: { at, fact: { id: factId, actor } }, before, after } of strides) {
    if (!before) continue
    const { status, agentId, teamId, reopenCount } = after.state
    const inForce = resolutions.at(-1)
    if (resolves(before.state, after.state)) {
      resolutions.push({ at, factId, actor, status, cycle: reopenCount + 1, agentId, teamId, reopenedAt: null })
    } else if (inForce && isDone(before.state.status) && !isDone(status)) {
      inForce.reopenedAt = at
      reopenings.push({ at, factId, actor, resolution: resolutions.length - 1 })
    }
  }
  return { resolutions, reopenings }
}

function outsideOf (strides: readonly Stride[]): Life['outside'] {
  for (const { step, before, after } of strides) {
    if (!isOutside(after.state) || (before && isOutside(before.state))) continue
    const kind = step.fact.kind
    if (kind === 'merged' || kind === 'spam' || kind === 'deleted') return { at: step.at, as: kind }
  }
  return null
}
