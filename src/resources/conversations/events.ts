import type { Fact, FactKind } from '../../clock/facts.js'
import type { ConversationState } from '../../clock/state.js'
import type { EventDetails } from '../../events/record.js'

type Changes = Record<string, { from: unknown, to: unknown }>

/** The fields of the state that an event names when they change, as the API calls them. */
const fields: Array<[keyof ConversationState, string]> = [
  ['status', 'status'], ['statusReason', 'statusReason'], ['ownStatus', 'ownStatus'], ['agentId', 'assigneeId'], ['teamId', 'teamId'], ['priority', 'priority'],
  ['tagIds', 'tagIds'], ['attributes', 'attributes'], ['contactId', 'contactId'], ['companyId', 'companyId'], ['tier', 'tier'],
  ['language', 'language'], ['snoozedUntil', 'snoozedUntil'], ['mergedIntoId', 'mergedIntoId']
]
const instants = new Set<keyof ConversationState>(['snoozedUntil'])

const shown = (state: ConversationState, key: keyof ConversationState): unknown =>
  instants.has(key) && typeof state[key] === 'number' ? new Date(state[key]).toISOString() : state[key]

function differences (before: ConversationState, after: ConversationState): Changes {
  return Object.fromEntries(fields
    .filter(([key]) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map(([key, name]) => [name, { from: shown(before, key), to: shown(after, key) }]))
}

const pick = (changes: Changes, names: string[]): Changes | undefined => {
  const picked = Object.fromEntries(Object.entries(changes).filter(([name]) => names.includes(name)))
  return Object.keys(picked).length ? picked : undefined
}

/** What each kind of fact is called in the feed, and which fields are its own. Messages have events of their own. */
const named: Partial<Record<FactKind, { type: (fact: never) => string, owns: string[] }>> = {
  priority: { type: () => 'conversation.priorityChanged', owns: ['priority'] },
  tags: { type: (fact: Extract<Fact, { kind: 'tags' }>) => fact.add.length ? 'conversation.tagged' : 'conversation.untagged', owns: ['tagIds'] },
  attributes: { type: () => 'conversation.updated', owns: ['attributes', 'contactId', 'companyId', 'tier', 'language'] },
  assignment: { type: () => 'conversation.assigned', owns: ['assigneeId', 'teamId'] },
  status: { type: () => 'conversation.statusChanged', owns: ['status', 'statusReason', 'ownStatus'] },
  snooze: { type: () => 'conversation.snoozed', owns: ['snoozedUntil'] },
  merged: { type: () => 'conversation.merged', owns: ['mergedIntoId'] },
  absorbed: { type: () => 'conversation.absorbed', owns: [] },
  spam: { type: (fact: Extract<Fact, { kind: 'spam' }>) => fact.spam ? 'conversation.markedAsSpam' : 'conversation.spamTakenBack', owns: [] },
  deleted: { type: () => 'conversation.deleted', owns: [] }
}

const at = (fact: Fact): EventDetails => ({ occurredAt: new Date(fact.occurredAt).toISOString(), actor: fact.actor })

export interface ConversationEvent { type: string, details: EventDetails }

/** The events of one write: one for each fact, and one for a status that the facts changed by a rule. */
export function eventsOf (before: ConversationState, after: ConversationState, facts: readonly Fact[], values: Record<string, unknown>): ConversationEvent[] {
  const changes = differences(before, after)
  const events: ConversationEvent[] = []
  for (const fact of facts) {
    const name = named[fact.kind]
    if (!name) continue
    const own = pick(changes, name.owns)
    events.push({ type: name.type(fact as never), details: { ...at(fact), changes: { ...own, ...(fact.kind === 'attributes' && values) } } })
  }
  const [first] = facts
  if (changes.status && first && !facts.some(fact => fact.kind === 'status')) {
    events.push({ type: 'conversation.statusChanged', details: { ...at(first), actor: { kind: 'system', id: null }, changes: pick(changes, ['status', 'statusReason', 'ownStatus']) } })
  }
  if (!facts.some(fact => fact.kind === 'attributes') && Object.keys(values).length) {
    events.push({ type: 'conversation.updated', details: { ...(first && at(first)), changes: values } })
  }
  return events
}
