import type { Actor } from './facts.js'
import { isSnoozed } from './state.js'
import { outlineOf } from './selection.js'
import type { StandardVersionSet } from './standard.js'
import { stepRank } from './steps.js'
import type { Pace, View } from './paces.js'

/**
 * An instant at which something about a conversation's clocks may change. What changes its inputs comes first, then
 * the standard is chosen, then everything else of that instant follows (definitions, 1.5).
 */
export interface Moment {
  at: number
  /** Null at the creation. */
  before: View | null
  /** After the changes of inputs. */
  entered: View
  /** Messages, statuses and the rest, in order. */
  paces: Pace[]
  after: View
  /** Inputs or standards changed. */
  reselects: boolean
  snoozed: boolean
  /** Of the last change of inputs. */
  actor: Actor | null
}

/** The moments of a life up to an instant, in order. */
export function momentsOf (paces: readonly Pace[], standards: StandardVersionSet, now: number): Moment[] {
  const { changes } = outlineOf(standards)
  const quiet = quietInstants(paces, changes, now)
  const moments: Moment[] = []
  let before: View | null = null
  for (let at = 0, next = 0; at < paces.length || next < quiet.length;) {
    const instant = Math.min(paces[at]?.step.at ?? Infinity, quiet[next] ?? Infinity)
    if (quiet[next] === instant) next++
    const from = at
    while (paces[at]?.step.at === instant) at++
    const moment = momentOf(instant, paces.slice(from, at), before, changes.includes(instant))
    before = moment.after
    moments.push(moment)
  }
  return moments
}

/** Where something may change without a step: a snooze ends, or standards change. */
function quietInstants (paces: readonly Pace[], changes: readonly number[], now: number): number[] {
  const createdAt = paces[0]!.step.at
  const instants = new Set(changes.filter((at) => at > createdAt && at <= now))
  for (const { step, after } of paces) {
    const until = after.snoozedUntil
    if (until !== null && until <= now && until > step.at) instants.add(until)
  }
  return instants.size < 2 ? [...instants] : [...instants].toSorted((a, b) => a - b)
}

function momentOf (at: number, paces: Pace[], before: View | null, published: boolean): Moment {
  let early = 0
  while (early < paces.length && stepRank(paces[early]!.step) <= 1) early++
  const last = early === 0 ? null : paces[early - 1]!
  const after = paces.at(-1)?.after ?? before!
  return {
    at, before, after,
    entered: last?.after ?? before!,
    paces: early === 0 ? paces : paces.slice(early),
    reselects: published || early > 0,
    snoozed: isSnoozed(after, at),
    actor: last?.step.fact.actor ?? null
  }
}
