import type { Actor } from './facts.js'
import { isSnoozed } from './state.js'
import type { ConversationState } from './state.js'
import { changesOf } from './selection.js'
import type { StandardVersionSet } from './standard.js'
import { stepRank } from './steps.js'
import type { Stride } from './life.js'

/**
 * An instant at which something about a conversation's clocks may change. What changes its inputs comes first, then
 * the standard is chosen, then everything else of that instant follows (definitions, 1.5).
 */
export interface Moment {
  at: number
  /** Null at the creation. */
  before: ConversationState | null
  /** After the changes of inputs. */
  entered: ConversationState
  /** Messages, statuses and the rest, in order. */
  strides: Stride[]
  after: ConversationState
  /** Inputs or standards changed. */
  reselects: boolean
  snoozed: boolean
  /** Of the last change of inputs. */
  actor: Actor | null
}

/** The moments of a life up to an instant, in order. */
export function momentsOf (strides: readonly Stride[], standards: StandardVersionSet, now: number): Moment[] {
  const published = new Set(changesOf(standards))
  const byInstant = new Map<number, Stride[]>()
  for (const stride of strides) {
    const of = byInstant.get(stride.step.at)
    if (of) of.push(stride)
    else byInstant.set(stride.step.at, [stride])
    const until = stride.after.state.snoozedUntil
    if (until !== null && until <= now && until > stride.step.at && !byInstant.has(until)) byInstant.set(until, [])
  }
  const createdAt = strides[0]!.step.at
  for (const at of published) {
    if (at > createdAt && at <= now && !byInstant.has(at)) byInstant.set(at, [])
  }
  const moments: Moment[] = []
  for (const at of [...byInstant.keys()].toSorted((a, b) => a - b)) {
    moments.push(momentOf(at, byInstant.get(at)!, moments.at(-1)?.after ?? null, published.has(at)))
  }
  return moments
}

function momentOf (at: number, strides: Stride[], before: ConversationState | null, published: boolean): Moment {
  const early = strides.filter(({ step }) => stepRank(step) <= 1)
  const entered = early.at(-1)?.after.state ?? before!
  const after = strides.at(-1)?.after.state ?? before!
  return {
    at, before, entered, after,
    strides: strides.slice(early.length),
    reselects: published || early.length > 0,
    snoozed: isSnoozed(after, at),
    actor: early.at(-1)?.step.fact.actor ?? null
  }
}
