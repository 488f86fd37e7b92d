import { rank } from './facts.js'
import type { Actor, ConversationInputs, Fact, Status } from './facts.js'
import { isDone, planOf } from './steps.js'
import type { Plan } from './steps.js'
import { advance, advanceInPlace, begin } from './advance.js'

/** Where a fact stands among the facts of its conversation (definitions, 1.5). */
export interface OrderKey { occurredAt: number, rank: number, sequence: number, id: string }

/** Everything that a conversation is now, as its facts made it. Instants are milliseconds since the epoch. */
export interface ConversationState extends ConversationInputs {
  /** The earliest `occurredAt` among the facts. */
  createdAt: number
  status: Status
  statusReason: string | null
  /** The workspace's own name for the status, where whoever set it used one. */
  ownStatus: string | null
  statusSince: number
  /** The overlay that no qualifying inbound has ended yet; whether it still holds, `isSnoozed` says. */
  snoozedUntil: number | null
  snoozeReason: string | null
  /** The start of the open wait episode, judged by people's replies; null when nobody waits. */
  waitingSince: number | null
  /** All messages from outside, automatic ones too. */
  firstInboundAt: number | null
  firstInboundMessageId: string | null
  lastInboundAt: number | null
  lastInboundMessageId: string | null
  /** Public messages to the outside whose delivery has not failed, acknowledgements too. */
  firstOutboundAt: number | null
  firstOutboundMessageId: string | null
  lastOutboundAt: number | null
  lastOutboundMessageId: string | null
  /** The later of the last inbound and the last outbound. */
  lastMessageAt: number | null
  lastMessageId: string | null
  /** Customers' messages neither automatic nor spam, whether or not they count for service. */
  messagesIn: number
  /** Public messages of agents and machines, no acknowledgements; failed ones stay counted. */
  messagesOut: number
  notes: number
  /** The first qualifying reply of an agent. */
  firstReplyAt: number | null
  firstResolvedAt: number | null
  /** The resolution in force. */
  resolvedAt: number | null
  resolvedBy: Actor | null
  closedAt: number | null
  reopenCount: number
  spamAt: number | null
  mergedIntoId: string | null
  mergedAt: number | null
  deletedAt: number | null
  /** The last fact folded. */
  last: OrderKey
  /** The creating command set a status, which comes after everything else of that instant. */
  createdWithStatus: boolean
  /** The latest arrival of a message that a channel delivered after it was sent. */
  arrivedUntil: number | null
  /** The latest arrival that counted by its `recordedAt`, because a resolve had come between. */
  delayedUntil: number | null
}

/** The state after all of the facts, which may come in any order. Throws without the fact of the creation. */
export function fold (facts: readonly Fact[]): ConversationState {
  return stateOf(planOf(facts))
}

function stateOf (plan: Plan): ConversationState {
  const walk = begin(plan)
  for (let i = 1; i < plan.steps.length; i++) advanceInPlace(walk, plan.steps[i]!)
  walk.state.last = keyOf(plan.last)
  return walk.state
}

/**
 * The state after one more fact. Only for a fact that `canApply` accepts, or the `created` of a conversation that has
 * no state yet; throws on any other.
 */
export function apply (state: ConversationState | null, fact: Fact): ConversationState {
  if (state === null) return fold([fact])
  if (!canApply(state, fact)) throw new Error(`A ${fact.kind} fact that changes the past must be folded with all`)
  const counts = fact.kind === 'inbound' && fact.qualifies && fact.countsForService
  const step = { at: fact.occurredAt, part: 'whole', fact, counts, retractedAt: null, failed: null } as const
  const since = state.waitingSince
  const wait = since === null ? null : { startedAt: since, openedAt: since, openers: [], shields: [] }
  return { ...advance({ state, wait }, step).state, last: keyOf(fact) }
}

/** Whether `apply` gives what a fold of all facts would: the fact comes last, and changes nothing before it. */
export function canApply (state: ConversationState, fact: Fact): boolean {
  if (fact.kind === 'created' || changesThePast(fact)) return false
  if (!comesAfter(keyOf(fact), state.last)) return false
  if (state.createdWithStatus && fact.occurredAt === state.createdAt) return false
  if (state.delayedUntil !== null && fact.occurredAt <= state.delayedUntil) return false
  const resolves = fact.kind === 'status' && isDone(fact.status)
  return !(resolves && state.arrivedUntil !== null && fact.occurredAt < state.arrivedUntil)
}

const changesThePast = (fact: Fact): boolean => fact.kind === 'deliveryFailed' || fact.kind === 'countsForService' ||
  (fact.kind === 'spam' && !fact.spam)

const keyOf = (fact: Fact): OrderKey =>
  ({ occurredAt: fact.occurredAt, rank: rank(fact.kind), sequence: fact.sequence, id: fact.id })

const comesAfter = (key: OrderKey, last: OrderKey): boolean =>
  (key.occurredAt - last.occurredAt || key.rank - last.rank || key.sequence - last.sequence ||
    (key.id > last.id ? 1 : -1)) > 0

/** Snoozed at an instant: its time has not come yet. */
export const isSnoozed = (state: Pick<ConversationState, 'snoozedUntil'>, now: number): boolean =>
  state.snoozedUntil !== null && now < state.snoozedUntil

/**
 * Where a message delivered at the instant `at` belongs: `new` means a new conversation linked to this one. The reopen
 * window ends N × 86,400 s after the resolution in force, that instant excluded; null is unlimited.
 */
export function acceptsMessage (state: ConversationState, at: number, reopenWindowDays: number | null): 'here' | 'new' {
  if (state.status === 'closed' || state.deletedAt !== null) return 'new'
  if (state.status !== 'resolved' || state.resolvedAt === null || reopenWindowDays === null) return 'here'
  return at < state.resolvedAt + reopenWindowDays * 86_400_000 ? 'here' : 'new'
}

