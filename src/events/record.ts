import { v7 } from 'uuid'
import type { Actor } from '../clock/facts.js'
import type { Context } from '../context.js'

export interface EventDetails {
  /** When it happened, RFC 3339; the instant of the transaction unless a caller with history:write gave one. */
  occurredAt?: string
  conversationId?: string
  /** The actor, where it is not the caller (imported facts, the server's own consequences). */
  actor?: Actor
  /** What changed: field → its value before and after. */
  changes?: Record<string, unknown>
  /** The id of the earlier event that this one undoes. */
  corrects?: string
}

/**
 * Records one event, to be written in the same commit as the change. `type` is `noun.verbed`; `resource` is the public
 * shape after the change, and says by its id what the event is about. Gives the event's id.
 */
export function record (ctx: Context, type: string, resource: { id: string }, details: EventDetails = {}): string {
  const { caller, transaction } = ctx
  if (!transaction || !caller) throw new Error(`record(${type}) outside a transaction`)
  const recordedAt = new Date(transaction.at).toISOString()
  const actor = details.actor ?? caller.actor
  const id = v7()
  transaction.events.push({
    workspaceId: caller.workspaceId,
    id,
    type,
    occurredAt: details.occurredAt ?? recordedAt,
    recordedAt,
    actorKind: actor.kind,
    actorId: actor.id,
    subjectType: type.slice(0, type.indexOf('.')),
    subjectId: resource.id,
    conversationId: details.conversationId ?? null,
    resource,
    changes: details.changes ?? null,
    corrects: details.corrects ?? null,
    requestId: ctx.requestId
  })
  return id
}
