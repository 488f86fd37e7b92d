import { inOrder, type Fact } from '../../clock/facts.js'
import { apply, canApply, fold, type ConversationState } from '../../clock/state.js'
import { instantOf, instantText, sendAlong, type Context } from '../../context.js'
import { insertManyEvents } from '../../events/event.store.js'
import { record } from '../../events/record.js'
import { messageShape, type MessageRow } from '../messages/message.row.js'
import { changeMessages, writeMessages } from '../messages/loading.service.js'
import { promisesOf } from '../clocks/promises.js'
import { shareMaking, type Held } from './change.js'
import { rowOf, stateOf, type ConversationRow } from './conversation.row.js'
import { shapeOf } from './conversation.shape.js'
import type { Conversation } from './conversation.shapes.js'
import * as conversations from './conversation.store.js'
import { eventsOf } from './events.js'
import { readFactsOf } from './fact.store.js'
import * as store from './loading.store.js'

/* Whole histories, hundreds at a time, in the transaction of a verb that asked for permission. */

type NewRow = Pick<ConversationRow, 'id' | 'externalId' | 'subject' | 'subjectGiven' | 'complexity'>

/** One conversation with everything that is new about it. */
export interface Draft {
  /** As it is here; null while it is not. */
  held: (Held & { earlier: Fact[] }) | null
  /** What no fact decides. */
  row: NewRow
  /** New ones; of a new conversation its creation among them. */
  facts: Fact[]
  messages: MessageRow[]
  messageChanges: Array<{ id: string, deliveryState?: 'failed', countsForService?: boolean }>
  threads: store.Thread[]
}

/** The conversations with these external ids themselves, locked, with their facts; no promise changes until the commit. */
export async function holdWithFacts (ctx: Context, externalIds: readonly string[]): Promise<Map<string, Held & { earlier: Fact[] }>> {
  const { workspaceId } = ctx.caller!
  const [, found] = await Promise.all([shareMaking(ctx), store.holdByExternalIds(ctx.db, workspaceId, externalIds)])
  const facts = found.length ? await readFactsOf(ctx.db, workspaceId, found.map(({ id }) => id)) : new Map<string, Fact[]>()
  return new Map(found.map(row => [row.externalId!, { row, state: stateOf(row), earlier: facts.get(row.id) ?? [] }]))
}

/**
 * Writes histories: rows as a fold of their facts makes them, messages, and one event for each line of them. Nobody waits for
 * it but the commit, so that the database writes some while the next are being made. Gives when they are written, whether well
 * or not.
 */
export async function writeHistories (ctx: Context, drafts: readonly Draft[]): Promise<{ over: Promise<unknown> }> {
  const { workspaceId } = ctx.caller!
  // A worker computes their clocks, where anything is promised.
  const clocksAsked = await promisesOf(ctx) !== null
  const made: ConversationRow[] = []
  const changed: ConversationRow[] = []
  for (const draft of drafts.filter(({ facts }) => facts.length)) {
    if (draft.held) changed.push(goOn(ctx, draft, draft.held))
    else made.push(begin(ctx, draft))
  }
  const writes = [
    store.insertAll(ctx.db, made, clocksAsked),
    ...changed.map(row => conversations.update(ctx.db, row, clocksAsked)),
    store.insertAllFacts(ctx.db, workspaceId, drafts.flatMap(({ row, facts }) => facts.map(fact => ({ conversationId: row.id, fact })))),
    writeMessages(ctx.db, drafts.flatMap(({ messages }) => messages)),
    changeMessages(ctx.db, workspaceId, instantText(ctx), drafts.flatMap(({ messageChanges }) => messageChanges)),
    store.insertAllThreads(ctx.db, workspaceId, drafts.flatMap(({ threads }) => threads)),
    insertManyEvents(ctx.db, ctx.transaction!.events.splice(0))
  ]
  sendAlong(ctx, writes)
  return { over: Promise.allSettled(writes) }
}

const wakeAtOf = (ctx: Context, { snoozedUntil }: ConversationState): string | null =>
  snoozedUntil !== null && snoozedUntil > instantOf(ctx) ? new Date(snoozedUntil).toISOString() : null

function begin (ctx: Context, { row: fixed, facts, messages }: Draft): ConversationRow {
  const now = instantText(ctx)
  const created = facts.find(fact => fact.kind === 'created')!
  const { states, final } = statesAlong(created, facts)
  const row: ConversationRow = {
    workspaceId: ctx.caller!.workspaceId, version: 1, updatedAt: now, recordedAt: now, previousConversationId: null, ...fixed, ...rowOf(final),
    wakeAt: wakeAtOf(ctx, final), clocksCheckAt: null, nextDueAt: null, atRisk: false
  }
  const shape = shapeOf(row)
  record(ctx, 'conversation.created', shape, { conversationId: row.id, occurredAt: row.createdAt, actor: created.actor })
  const byId = new Map(messages.map(message => [message.id, message]))
  for (const { fact, before, after } of states) {
    tellMessage(ctx, byId.get(fact.id))
    tellFacts(ctx, shape, before, after, [fact])
  }
  return row
}

function goOn (ctx: Context, { facts, messages }: Draft, { row: before, state, earlier }: Held & { earlier: Fact[] }): ConversationRow {
  const after = fold([...earlier, ...facts])
  const row: ConversationRow = { ...before, ...rowOf(after), version: before.version + 1, updatedAt: instantText(ctx), wakeAt: wakeAtOf(ctx, after) }
  for (const message of messages) tellMessage(ctx, message)
  tellFacts(ctx, shapeOf(row), state, after, facts)
  return row
}

const messageEvents = { inbound: 'message.received', reply: 'message.sent', note: 'message.noted' } as const

function tellMessage (ctx: Context, row: MessageRow | undefined): void {
  if (!row) return
  record(ctx, messageEvents[row.kind], messageShape(row), {
    conversationId: row.conversationId, occurredAt: row.occurredAt, actor: { kind: row.authorKind as Fact['actor']['kind'], id: row.authorId }
  })
}

function tellFacts (ctx: Context, shape: Conversation, before: ConversationState, after: ConversationState, facts: readonly Fact[]): void {
  for (const { type, details } of eventsOf(before, after, facts, {})) record(ctx, type, shape, { ...details, conversationId: shape.id })
}

/** Most facts come one after the other; more than so many that do not are told of by their end alone. */
const maxRefolds = 200

interface Along { fact: Fact, before: ConversationState, after: ConversationState }

/** The state before and after each fact but the creation, in their order; and the last. */
function statesAlong (created: Fact, facts: readonly Fact[]): { states: Along[], final: ConversationState } {
  const others = facts.filter(fact => fact !== created).toSorted(inOrder)
  let state = fold([created])
  let refolds = 0
  const states = others.map((fact, at): Along => {
    const before = state
    if (canApply(state, fact)) state = apply(state, fact)
    else if (refolds++ < maxRefolds) state = fold([created, ...others.slice(0, at + 1)])
    return { fact, before, after: state }
  })
  return { states, final: refolds ? fold(facts) : state }
}
