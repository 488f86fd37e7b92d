import type { Actor, Fact, Status } from './facts.js'
import { isDone, mayArriveLate } from './steps.js'
import type { FactOf, Plan, Step } from './steps.js'
import type { ConversationState } from './state.js'
import { isAgentsMessage, qualifies, waitAfter } from './waits.js'
import type { OpenWait } from './waits.js'

/** A conversation on the way through its steps. */
export interface Walk { state: ConversationState, wait: OpenWait | null }

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
export function advance ({ state, wait }: Walk, step: Step): Walk {
  const walk = { state: { ...state }, wait }
  advanceInPlace(walk, step)
  return walk
}

/** The same, changing a walk that nobody else holds. */
export function advanceInPlace (walk: Walk, step: Step): void {
  const { state } = walk
  const [wasDone, wasOutside] = [isDone(state.status), isOutside(state)]
  change(state, step)
  walk.wait = waitAfter(walk.wait, step, 'human', !wasDone && isDone(state.status), wasOutside).wait
  state.waitingSince = walk.wait?.startedAt ?? null
}

/** The step from one state to the other was an entry to resolved, or to closed from an unresolved status. */
export const resolves = (before: Pick<ConversationState, 'status'>, after: Pick<ConversationState, 'status'>): boolean =>
  !isDone(before.status) && isDone(after.status)

/** Spam, merged and deleted conversations are outside of everything that is counted. */
export const isOutside = (state: Pick<ConversationState, 'spamAt' | 'mergedAt' | 'deletedAt'>): boolean =>
  state.spamAt !== null || state.mergedAt !== null || state.deletedAt !== null

function change (state: ConversationState, step: Step): void {
  const { at, fact } = step
  switch (fact.kind) {
    case 'created': return step.part === 'status' ? move(state, at, fact.status!, null, fact.actor) : undefined
    case 'priority': return void (state.priority = fact.priority)
    case 'tags': return void (state.tagIds = retagged(state.tagIds, fact))
    case 'attributes': return relabel(state, fact)
    case 'assignment': return assign(state, at, fact)
    case 'inbound': return receive(state, step, fact)
    case 'reply': return reply(state, step, fact)
    case 'note': return void (state.notes += 1)
    case 'deliveryFailed': return fail(state, step)
    case 'countsForService': return
    case 'status': return move(state, at, fact.status, fact.reason, fact.actor, fact.ownStatus)
    case 'snooze': return snooze(state, fact.until, fact.reason)
    case 'merged': return merge(state, at, fact.intoId)
    case 'absorbed': return absorb(state, at, fact)
    case 'spam': return void (state.spamAt ??= at)
    case 'deleted': return void (state.deletedAt ??= at)
  }
}

function move (
  state: ConversationState, at: number, status: Status, reason: string | null, actor: Actor, ownStatus: string | null = null
): void {
  const was = state.status
  state.statusReason = reason
  state.ownStatus = ownStatus
  if (status === was) return
  state.status = status
  state.statusSince = at
  state.closedAt = status === 'closed' ? at : null
  if (isDone(status) && !isDone(was)) {
    state.resolvedAt = at
    state.resolvedBy = actor
    state.firstResolvedAt ??= at
  } else if (isDone(was) && !isDone(status)) {
    state.resolvedAt = null
    state.resolvedBy = null
    state.reopenCount += 1
  }
}

function snooze (state: ConversationState, until: number | null, reason: string | null): void {
  state.snoozedUntil = until
  state.snoozeReason = reason
}

function merge (state: ConversationState, at: number, intoId: string): void {
  state.mergedIntoId = intoId
  state.mergedAt = at
}

function absorb (state: ConversationState, at: number, fact: FactOf<'absorbed'>): void {
  const stillWaits = state.status === 'resolved' && fact.waitingSince !== null && !isOutside(state)
  if (stillWaits) move(state, at, 'open', null, fact.actor)
}

const retagged = (tagIds: string[], fact: FactOf<'tags'>): string[] =>
  [...new Set([...tagIds.filter((id) => !fact.remove.includes(id)), ...fact.add])]

function relabel (state: ConversationState, fact: FactOf<'attributes'>): void {
  const { attributes, companyId, tier, language, contactId, channelId, channelKind } = fact
  const given = Object.entries({ companyId, tier, language, contactId, channelId, channelKind })
  Object.assign(state, Object.fromEntries(given.filter(([, value]) => value !== undefined)))
  if (!attributes) return
  const merged = Object.entries({ ...state.attributes, ...attributes })
  state.attributes = Object.fromEntries(merged.filter(([, value]) => value !== null))
}

function assign (state: ConversationState, at: number, fact: FactOf<'assignment'>): void {
  const { agentId, teamId } = fact
  const gives = agentId !== undefined && agentId !== null
  if (gives && !fact.setsStatus && state.status === 'new') move(state, at, 'open', null, fact.actor)
  if (agentId !== undefined) state.agentId = agentId
  if (teamId !== undefined) state.teamId = teamId
}

function receive (state: ConversationState, step: Step, fact: FactOf<'inbound'>): void {
  if (fact.qualifies && fact.countsForService) wake(state, step.at, fact.actor)
  if (step.part === 'arrival') {
    state.delayedUntil = latest(state.delayedUntil, step.at)
    return
  }
  if (fact.qualifies) state.messagesIn += 1
  state.firstInboundAt ??= step.at
  state.firstInboundMessageId ??= fact.messageId
  state.lastInboundAt = state.lastMessageAt = step.at
  state.lastInboundMessageId = state.lastMessageId = fact.messageId
  if (mayArriveLate(fact)) state.arrivedUntil = latest(state.arrivedUntil, fact.recordedAt)
}

const latest = (known: number | null, at: number): number => known === null ? at : Math.max(known, at)

/** A customer's message ends a snooze and opens what waited for the customer, for others, or was resolved. */
function wake (state: ConversationState, at: number, actor: Actor): void {
  snooze(state, null, null)
  if (state.status === 'pending' || state.status === 'onHold' || state.status === 'resolved') move(state, at, 'open', null, actor)
}

function reply (state: ConversationState, step: Step, fact: FactOf<'reply'>): void {
  const counted = !fact.autoGenerated && (fact.actor.kind === 'agent' || fact.actor.kind === 'machine')
  if (counted) state.messagesOut += 1
  if (fact.wasNote) state.notes -= 1
  if (step.retractedAt !== null) return
  const opens = isAgentsMessage(step) && !fact.setsStatus && state.status === 'new'
  if (opens) move(state, step.at, 'open', null, fact.actor)
  if (qualifies(step, 'human')) state.firstReplyAt ??= step.at
  state.firstOutboundAt ??= step.at
  state.firstOutboundMessageId ??= fact.messageId
  state.lastOutboundAt = state.lastMessageAt = step.at
  state.lastOutboundMessageId = state.lastMessageId = fact.messageId
}

/** A conversation resolved with or after a reply that was never delivered goes back to open (definitions, 1.14). */
function fail (state: ConversationState, step: Step): void {
  const reply = step.failed
  const wasAnswer = reply?.toCustomer && !reply.autoGenerated && isAuthor(reply)
  if (!wasAnswer || state.status !== 'resolved' || state.resolvedAt === null) return
  if (state.resolvedAt >= reply.occurredAt) move(state, step.at, 'open', null, step.fact.actor)
}

const isAuthor = (reply: Fact): boolean => reply.actor.kind === 'agent' || reply.actor.kind === 'machine'
