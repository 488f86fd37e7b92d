import type { Fact } from './facts.js'
import type { StandardVersionSet } from './standard.js'
import { canApply } from './state.js'
import type { ConversationState } from './state.js'

/**
 * Whether one more fact leaves every clock as it is: a note, or a message of a customer who waits already. Where it says
 * so, clocks need not be computed; where it does not, they may still come out the same.
 */
export function isQuiet (state: ConversationState, fact: Fact, standards: StandardVersionSet): boolean {
  if (fact.kind === 'note') return canApply(state, fact)
  if (fact.kind !== 'inbound' || !waits(state) || !canApply(state, fact)) return false
  return !fact.qualifies || !fact.countsForService || !listensToMachines(standards)
}

/** A wait that goes on whatever the customer writes, in a status that this does not change. */
const waits = ({ waitingSince, status, snoozedUntil }: ConversationState): boolean =>
  waitingSince !== null && snoozedUntil === null && (status === 'new' || status === 'open')

/** The wait of the state is judged by people's replies: where a machine's count, it may have ended. */
const listensToMachines = (standards: StandardVersionSet): boolean => standards.some(({ versions }) =>
  versions.some(({ targets }) => targets.some(({ replyBy }) => replyBy === 'humanOrMachine')))
