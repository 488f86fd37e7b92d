import { attributeWords } from '../../db/attributes.js'
import type { ConversationState } from '../../clock/state.js'
import type { ActorKind, Priority, Status } from '../../clock/facts.js'
import type { conversations } from './conversation.table.js'

export type ConversationRow = typeof conversations.$inferSelect

/** A conversation as the JSON that the API answers, in the bytes that the database sent, and what of it is needed beside. */
export interface Raw { id: string, version: number, json: Buffer }
export interface RawPage {
  /** The rows as they stand in a list: with commas between. */
  json: Buffer
  rows: () => Raw[]
  page: { hasMore: boolean, endCursor: string | null, total?: number }
  cursorOf: (row: Raw) => string
  count: () => Promise<number>
}

/** The part of the row that the fold decides. */
export type FoldedRow = Omit<ConversationRow, 'workspaceId' | 'id' | 'externalId' | 'version' | 'updatedAt' | 'recordedAt' |
  'subject' | 'subjectGiven' | 'complexity' | 'wakeAt' | 'clocksCheckAt' | 'nextDueAt' | 'atRisk' | 'previousConversationId'>

const text = (at: number | null): string | null => at === null ? null : new Date(at).toISOString()
const ms = (at: string | null): number | null => at === null ? null : Date.parse(at)

function dispositionOf (state: ConversationState): string {
  if (state.deletedAt !== null) return 'deleted'
  if (state.mergedAt !== null) return 'merged'
  return state.spamAt !== null ? 'spam' : 'active'
}

/** A conversation's state as its row keeps it. */
export function rowOf (state: ConversationState): FoldedRow {
  return {
    createdAt: text(state.createdAt)!,
    channelId: state.channelId,
    channelKind: state.channelKind,
    contactId: state.contactId,
    companyId: state.companyId,
    tier: state.tier,
    language: state.language,
    attributes: state.attributes,
    attributeWords: attributeWords(state.attributes),
    tagIds: state.tagIds,
    priority: state.priority,
    assigneeId: state.agentId,
    teamId: state.teamId,
    status: state.status,
    statusReason: state.statusReason,
    ownStatus: state.ownStatus,
    statusSince: text(state.statusSince)!,
    snoozedUntil: text(state.snoozedUntil),
    snoozeReason: state.snoozeReason,
    waitingSince: text(state.waitingSince),
    firstInboundAt: text(state.firstInboundAt),
    firstInboundMessageId: state.firstInboundMessageId,
    lastInboundAt: text(state.lastInboundAt),
    lastInboundMessageId: state.lastInboundMessageId,
    firstOutboundAt: text(state.firstOutboundAt),
    firstOutboundMessageId: state.firstOutboundMessageId,
    lastOutboundAt: text(state.lastOutboundAt),
    lastOutboundMessageId: state.lastOutboundMessageId,
    lastMessageAt: text(state.lastMessageAt),
    lastMessageId: state.lastMessageId,
    lastActivityAt: text(state.lastMessageAt ?? state.createdAt)!,
    messagesIn: state.messagesIn,
    messagesOut: state.messagesOut,
    notes: state.notes,
    firstReplyAt: text(state.firstReplyAt),
    firstResolvedAt: text(state.firstResolvedAt),
    resolvedAt: text(state.resolvedAt),
    resolvedByKind: state.resolvedBy?.kind ?? null,
    resolvedById: state.resolvedBy?.id ?? null,
    closedAt: text(state.closedAt),
    reopenCount: state.reopenCount,
    disposition: dispositionOf(state),
    spamAt: text(state.spamAt),
    mergedIntoId: state.mergedIntoId,
    mergedAt: text(state.mergedAt),
    deletedAt: text(state.deletedAt),
    fold: {
      last: state.last,
      createdWithStatus: state.createdWithStatus,
      arrivedUntil: state.arrivedUntil,
      delayedUntil: state.delayedUntil
    }
  }
}

/** The state that a row keeps: the inverse of `rowOf`. */
export function stateOf (row: ConversationRow): ConversationState {
  return {
    createdAt: ms(row.createdAt)!,
    channelId: row.channelId,
    channelKind: row.channelKind,
    contactId: row.contactId,
    companyId: row.companyId,
    tier: row.tier,
    language: row.language,
    attributes: row.attributes,
    tagIds: row.tagIds,
    priority: row.priority as Priority,
    agentId: row.assigneeId,
    teamId: row.teamId,
    status: row.status as Status,
    statusReason: row.statusReason,
    ownStatus: row.ownStatus,
    statusSince: ms(row.statusSince)!,
    snoozedUntil: ms(row.snoozedUntil),
    snoozeReason: row.snoozeReason,
    waitingSince: ms(row.waitingSince),
    firstInboundAt: ms(row.firstInboundAt),
    firstInboundMessageId: row.firstInboundMessageId,
    lastInboundAt: ms(row.lastInboundAt),
    lastInboundMessageId: row.lastInboundMessageId,
    firstOutboundAt: ms(row.firstOutboundAt),
    firstOutboundMessageId: row.firstOutboundMessageId,
    lastOutboundAt: ms(row.lastOutboundAt),
    lastOutboundMessageId: row.lastOutboundMessageId,
    lastMessageAt: ms(row.lastMessageAt),
    lastMessageId: row.lastMessageId,
    messagesIn: row.messagesIn,
    messagesOut: row.messagesOut,
    notes: row.notes,
    firstReplyAt: ms(row.firstReplyAt),
    firstResolvedAt: ms(row.firstResolvedAt),
    resolvedAt: ms(row.resolvedAt),
    resolvedBy: row.resolvedByKind === null ? null : { kind: row.resolvedByKind as ActorKind, id: row.resolvedById },
    closedAt: ms(row.closedAt),
    reopenCount: row.reopenCount,
    spamAt: ms(row.spamAt),
    mergedIntoId: row.mergedIntoId,
    mergedAt: ms(row.mergedAt),
    deletedAt: ms(row.deletedAt),
    ...row.fold as Pick<ConversationState, 'last' | 'createdWithStatus' | 'arrivedUntil' | 'delayedUntil'>
  }
}
