import type { ConversationRow } from './conversation.row.js'
import type { Conversation } from './conversation.shapes.js'

/** A row as the API shows it. */
export function shapeOf (row: ConversationRow): Conversation {
  const {
    workspaceId, attributeWords, subjectGiven, wakeAt, clocksCheckAt, fold, spamAt, mergedAt, deletedAt, resolvedByKind, resolvedById, ...shown
  } = row
  return { ...shown, resolvedBy: resolvedByKind === null ? null : { kind: resolvedByKind, id: resolvedById } } as Conversation
}
