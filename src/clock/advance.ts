import type { Actor, Fact, Status } from './facts.js'
import { isDone, mayArriveLate } from './steps.js'
import type { FactOf, Plan, Step } from './steps.js'
import type { ConversationState } from './state.js'
import { isAgentsMessage, qualifies, waitAfter } from './waits.js'
import type { OpenWait } from './waits.js'

/** A conversation on the way through its steps. */
export interface Walk { state: ConversationState, wait: OpenWait | null }

type Changes = Partial<ConversationState>

/** The walk after the first step of a plan, its creation. */
export function begin (plan: Plan): Walk {
  const { createdAt, created } = plan
  const { id, occurredAt, sequence, status } = created
  const { channelId, channelKind, priority, agentId, teamId, tagIds } = created
  const { contactId, companyId, tier, language, attributes } = created
  // Written out, since objects that begin with a spread are made ten times more slowly.
  const state: ConversationState = {
    channelId, channelKind, priority, agentId, teamId, tagIds, contactId, companyId, tier, language, attributes,
    createdAt, status: agentId === null ? 'new' : 'open', statusReason: null, ownStatus: null, statusSince: createdAt,
    snoozedUntil: null, snoozeReason: null, waitingSince: null,
    firstInboundAt: null, firstInboundMessageId: null, lastInboundAt: null, lastInboundMessageId: null,
    firstOutboundAt: null, firstOutboundMessageId: null, lastOutboundAt: null, lastOutboundMessageId: null,
    lastMessageAt: null, lastMessageId: null, messagesIn: 0, messagesOut: 0, notes: 0,
    firstReplyAt: null, firstResolvedAt: null, resolvedAt: null, resolvedBy: null, closedAt: null, reopenCount: 0,
    spamAt: null, mergedIntoId: null, mergedAt: null, deletedAt: null,
    last: { occurredAt, rank: 0, sequence, id },
    createdWithStatus: status !== null, arrivedUntil: null, delayedUntil: null
  }
  return { state, wait: null }
}

/** The walk after one more step; nothing is changed in place. */
export function advance (walk: Walk, step: Step): Walk {
  const before = walk.state
  const state = Object.assign({ ...before }, changesOf(before, step))
  const { wait } = waitAfter(walk.wait, step, 'human', resolves(before, state), isOutside(before))
  state.waitingSince = wait?.startedAt ?? null
  return { state, wait }
}

/** The step from one state to the other was an entry to resolved, or to closed from an unresolved status. */
export const resolves = (before: ConversationState, after: ConversationState): boolean =>
  !isDone(before.status) && isDone(after.status)

/** Spam, merged and deleted conversations are outside of everything that is counted. */
export const isOutside = (state: ConversationState): boolean =>
  state.spamAt !== null || state.mergedAt !== null || state.deletedAt !== null

function changesOf (state: ConversationState, step: Step): Changes {
  const { at, fact } = step
  switch (fact.kind) {
    case 'created': return step.part === 'status' ? moved(state, at, fact.status!, null, fact.actor) : {}
    case 'priority': return { priority: fact.priority }
    case 'tags': return { tagIds: retagged(state.tagIds, fact) }
    case 'attributes': return relabelled(state, fact)
    case 'assignment': return assigned(state, at, fact)
    case 'inbound': return received(state, step, fact)
    case 'reply': return replied(state, step, fact)
    case 'note': return { notes: state.notes + 1 }
    case 'deliveryFailed': return failed(state, step)
    case 'countsForService': return {}
    case 'status': return moved(state, at, fact.status, fact.reason, fact.actor, fact.ownStatus)
    case 'snooze': return { snoozedUntil: fact.until, snoozeReason: fact.reason }
    case 'merged': return { mergedIntoId: fact.intoId, mergedAt: at }
    case 'absorbed': return state.status === 'resolved' && fact.waitingSince !== null && !isOutside(state)
      ? moved(state, at, 'open', null, fact.actor)
      : {}
    case 'spam': return { spamAt: state.spamAt ?? at }
    case 'deleted': return { deletedAt: state.deletedAt ?? at }
  }
}

function moved (
  state: ConversationState, at: number, status: Status, reason: string | null, actor: Actor, ownStatus: string | null = null
): Changes {
  if (status === state.status) return { statusReason: reason, ownStatus }
  const closedAt = status === 'closed' ? at : null
  const changes: Changes = { status, statusReason: reason, ownStatus, statusSince: at, closedAt }
  if (isDone(status) && !isDone(state.status)) {
    return { ...changes, resolvedAt: at, resolvedBy: actor, firstResolvedAt: state.firstResolvedAt ?? at }
  }
  if (isDone(state.status) && !isDone(status)) {
    return { ...changes, resolvedAt: null, resolvedBy: null, reopenCount: state.reopenCount + 1 }
  }
  return changes
}

const retagged = (tagIds: string[], fact: FactOf<'tags'>): string[] =>
  [...new Set([...tagIds.filter((id) => !fact.remove.includes(id)), ...fact.add])]

function relabelled (state: ConversationState, fact: FactOf<'attributes'>): Changes {
  const { attributes, companyId, tier, language, contactId, channelId, channelKind } = fact
  const given = Object.entries({ companyId, tier, language, contactId, channelId, channelKind })
  const changes: Changes = Object.fromEntries(given.filter(([, value]) => value !== undefined))
  if (!attributes) return changes
  const merged = Object.entries({ ...state.attributes, ...attributes })
  return { ...changes, attributes: Object.fromEntries(merged.filter(([, value]) => value !== null)) }
}

function assigned (state: ConversationState, at: number, fact: FactOf<'assignment'>): Changes {
  const { agentId = state.agentId, teamId = state.teamId } = fact
  const pair = { agentId, teamId }
  const gives = fact.agentId !== undefined && fact.agentId !== null
  const opens = gives && !fact.setsStatus && state.status === 'new'
  return opens ? { ...moved(state, at, 'open', null, fact.actor), ...pair } : pair
}

function received (state: ConversationState, step: Step, fact: FactOf<'inbound'>): Changes {
  const woken = fact.qualifies && fact.countsForService ? wake(state, step.at, fact.actor) : {}
  if (step.part === 'arrival') return Object.assign(woken, { delayedUntil: latest(state.delayedUntil, step.at) })
  return Object.assign(woken, {
    messagesIn: state.messagesIn + (fact.qualifies ? 1 : 0),
    firstInboundAt: state.firstInboundAt ?? step.at,
    firstInboundMessageId: state.firstInboundMessageId ?? fact.messageId,
    lastInboundAt: step.at, lastInboundMessageId: fact.messageId,
    lastMessageAt: step.at, lastMessageId: fact.messageId,
    arrivedUntil: mayArriveLate(fact) ? latest(state.arrivedUntil, fact.recordedAt) : state.arrivedUntil
  })
}

const latest = (known: number | null, at: number): number => known === null ? at : Math.max(known, at)

/** A customer's message ends a snooze and opens what waited for the customer, for others, or was resolved. */
function wake (state: ConversationState, at: number, actor: Actor): Changes {
  const awake: Changes = { snoozedUntil: null, snoozeReason: null }
  if (state.status !== 'pending' && state.status !== 'onHold' && state.status !== 'resolved') return awake
  return Object.assign(awake, moved(state, at, 'open', null, actor))
}

function replied (state: ConversationState, step: Step, fact: FactOf<'reply'>): Changes {
  const counted = !fact.autoGenerated && (fact.actor.kind === 'agent' || fact.actor.kind === 'machine')
  const counts: Changes = {
    messagesOut: state.messagesOut + (counted ? 1 : 0),
    notes: state.notes - (fact.wasNote ? 1 : 0)
  }
  if (step.retractedAt !== null) return counts
  const opens = isAgentsMessage(step) && !fact.setsStatus && state.status === 'new'
  return {
    ...(opens ? moved(state, step.at, 'open', null, fact.actor) : {}),
    ...counts,
    firstReplyAt: state.firstReplyAt ?? (qualifies(step, 'human') ? step.at : null),
    firstOutboundAt: state.firstOutboundAt ?? step.at,
    firstOutboundMessageId: state.firstOutboundMessageId ?? fact.messageId,
    lastOutboundAt: step.at, lastOutboundMessageId: fact.messageId,
    lastMessageAt: step.at, lastMessageId: fact.messageId
  }
}

/** A conversation resolved with or after a reply that was never delivered goes back to open (definitions, 1.14). */
function failed (state: ConversationState, step: Step): Changes {
  const reply = step.failed
  const wasAnswer = reply?.toCustomer && !reply.autoGenerated && isAuthor(reply)
  if (!wasAnswer || state.status !== 'resolved' || state.resolvedAt === null) return {}
  return state.resolvedAt >= reply.occurredAt ? moved(state, step.at, 'open', null, step.fact.actor) : {}
}

const isAuthor = (reply: Fact): boolean => reply.actor.kind === 'agent' || reply.actor.kind === 'machine'
