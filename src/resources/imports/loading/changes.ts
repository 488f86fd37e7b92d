import type { FactPayload } from '../../../clock/facts.js'
import type { Context } from '../../../context.js'
import { createHash } from 'node:crypto'
import type { ChangeLine } from '../line.shapes.js'
import { addFact, named, refuse, type Building } from './building.js'

/** A change without an id of its own is known by all that it says. */
const nameOf = (line: ChangeLine): string => `${line.type} ${line.externalId ?? createHash('sha256').update(JSON.stringify(line)).digest('base64url')}`

/** Adds a change; false when it is there. */
export function addChange (ctx: Context, building: Building, line: ChangeLine): boolean {
  const added = addFact(ctx, building, line, nameOf(line), payloadOf(building, line), { kind: 'system', id: null })
  if (added && line.type === 'delivery') changeMessage(building, line.message, { deliveryState: 'failed' })
  if (added && line.type === 'counting') changeMessage(building, line.message, { countsForService: line.counts })
  return added
}

function payloadOf (building: Building, line: ChangeLine): FactPayload {
  const { references } = building
  switch (line.type) {
    case 'status': return { kind: 'status', status: line.status, reason: line.reason ?? null }
    case 'priority': return { kind: 'priority', priority: line.priority }
    case 'assignment': return assignment(building, line)
    case 'tagging': return { kind: 'tags', add: tagIds(building, line.add, 'add'), remove: tagIds(building, line.remove, 'remove') }
    case 'update': return {
      kind: 'attributes',
      ...(line.attributes && { attributes: building.check(line.attributes) }),
      ...(line.contact !== undefined && { contactId: references.contacts.get(line.contact)?.id ?? refuse('contact', 'names no contact of this workspace, nor of these lines') }),
      ...(line.company !== undefined && { companyId: named(references.companies, line.company, 'company', 'company') }),
      ...(line.tier !== undefined && { tier: line.tier }),
      ...(line.language !== undefined && { language: line.language })
    }
    case 'snooze':
      if (line.until <= line.occurredAt) refuse('until', 'must be later than occurredAt')
      return { kind: 'snooze', until: Date.parse(line.until), reason: line.reason ?? null }
    case 'spam': return { kind: 'spam', spam: line.spam }
    case 'delivery': return { kind: 'deliveryFailed', messageId: messageOf(building, line.message, 'reply') }
    case 'counting': return { kind: 'countsForService', messageId: messageOf(building, line.message, 'inbound'), counts: line.counts }
    case 'delete': return { kind: 'deleted' }
  }
}

function assignment ({ references: { agents, teams } }: Building, { assignee, team }: Extract<ChangeLine, { type: 'assignment' }>): FactPayload {
  if (assignee === undefined && team === undefined) refuse('assignee', 'or team is required')
  return {
    kind: 'assignment',
    ...(assignee !== undefined && { agentId: named(agents, assignee, 'assignee', 'agent') }),
    ...(team !== undefined && { teamId: named(teams, team, 'team', 'team') })
  }
}

const tagIds = ({ references }: Building, tags: readonly string[], path: string): string[] =>
  tags.map((tag, at) => named(references.tags, tag, `${path}.${at}`, 'tag')!)

function messageOf ({ draft, channelId, claimed }: Building, externalId: string, kind: 'reply' | 'inbound'): string {
  const message = draft.messages.find(each => each.externalId === externalId) ?? claimed.get(`${channelId} ${externalId}`)
  if (!message || message.conversationId !== draft.row.id) refuse('message', 'names no message of this conversation')
  if (message.kind !== kind) refuse('message', `names a message of the kind ${message.kind}; this is about a ${kind}`)
  return message.id
}

function changeMessage ({ draft, channelId, claimed }: Building, externalId: string, change: { deliveryState?: 'failed', countsForService?: boolean }): void {
  const fresh = draft.messages.find(each => each.externalId === externalId)
  if (fresh) Object.assign(fresh, change)
  else draft.messageChanges.push({ id: claimed.get(`${channelId} ${externalId}`)!.id, ...change })
}
