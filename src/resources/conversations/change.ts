import { v7 } from 'uuid'
import type { Actor, Fact, FactPayload } from '../../clock/facts.js'
import { apply, canApply, fold, type ConversationState } from '../../clock/state.js'
import { inOrder } from '../../clock/facts.js'
import { isDone } from '../../clock/steps.js'
import { touchedBy } from '../../clock/touched.js'
import { checkVersion, instantOf, sendAlong, type Context } from '../../context.js'
import { ApiError, conflict, forbidden, invalid, notFound } from '../../errors.js'
import type { PendingEvent } from '../../events/event.store.js'
import { record } from '../../events/record.js'
import type { Stored } from '../clocks/clock.row.js'
import { clockWrites, keepClocks, type Keeping } from '../clocks/keeping.js'
import { hasPromised, promisesOf } from '../clocks/promises.js'
import { shareMaking as sharePromises } from '../promises.js'
import { rowOf, stateOf, type ConversationRow } from './conversation.row.js'
import { shapeOf } from './conversation.shape.js'
import type { Conversation } from './conversation.shapes.js'
import type { History } from './verb.shapes.js'
import { eventsOf } from './events.js'
import { insertFacts, readBehind, readFacts } from './fact.store.js'
import * as store from './conversation.store.js'

/** When, in which order and by whom something happened, as the caller may say it. */
export interface Moment { at: number, sequence: number, actor: Actor, given: boolean }

/** The moment of a write: now and the caller, or with history:write what was given. */
export function momentOf (ctx: Context, history: History): Moment {
  const { occurredAt, sequence, actor } = history
  const given = occurredAt !== undefined || sequence !== undefined || actor !== undefined
  if (given && !ctx.caller!.scopes.has('history:write')) {
    throw forbidden('occurredAt, sequence and actor need the scope history:write, which the caller does not have.')
  }
  const now = instantOf(ctx)
  const at = occurredAt === undefined ? now : Date.parse(occurredAt)
  if (at > now) throw invalid('occurredAt', 'is in the future')
  return { at, sequence: sequence ?? 0, actor: actor ?? ctx.caller!.actor, given }
}

/** A fact of this command, at its moment. */
export const factAt = (ctx: Context, moment: Moment, payload: FactPayload, id: string = v7()): Fact =>
  ({ id, occurredAt: moment.at, recordedAt: instantOf(ctx), sequence: moment.sequence, actor: moment.actor, ...payload })

export interface Held {
  row: ConversationRow
  state: ConversationState
  /** Its facts and stored clocks, where the workspace has promises to compute. */
  facts?: Fact[] | null
  clocks?: Stored[] | null
  /** Whether promises have changed, and the change is still being applied; undefined where nobody has looked. */
  pending?: boolean
}

/**
 * The conversation, locked; refuses a stale If-Match and what is no longer there. What its clocks are computed from is read
 * behind the lock in the same round trip, where the workspace is known to have promised something and what is `coming` may
 * change a clock.
 */
export async function hold (ctx: Context, ref: string, coming?: 'inbound' | 'note'): Promise<Held> {
  const { workspaceId, contactId } = ctx.caller!
  const isLikely = coming !== 'note' && hasPromised(workspaceId) && !ref.startsWith('external:')
  const locked = store.hold(ctx.db, workspaceId, ref)
  const behind = isLikely ? readBehind(ctx.db, workspaceId, ref, coming === 'inbound') : undefined
  const [row, read] = await Promise.all([locked, behind, coming === 'note' ? null : promisesOf(ctx, behind?.then(({ revision }) => revision))])
  if (!row || (contactId && row.contactId !== contactId) || row.disposition === 'deleted') throw notFound('Conversation')
  checkVersion(ctx, row.version)
  return { row, state: stateOf(row), ...(row.id === ref && { facts: read?.facts, clocks: read?.clocks, pending: read?.pending }) }
}

/** What a verb decided: facts, and values of the row that no fact decides. */
export interface Decision {
  facts: Fact[]
  values?: Partial<Pick<ConversationRow, 'subject' | 'subjectGiven' | 'complexity' | 'wakeAt'>>
  /** What else is written in the same round trip. */
  writes?: () => Array<Promise<unknown>>
}

const factsOf = async (ctx: Context, held: Held): Promise<Fact[]> => held.facts ??= await readFacts(ctx.db, held.row.workspaceId, held.row.id)

/** The state after more facts: the short way when they come last, else a fold over all of them. */
async function stateAfter (ctx: Context, held: Held, facts: Fact[]): Promise<ConversationState> {
  let next = held.state
  for (const fact of facts.toSorted(inOrder)) {
    if (!canApply(next, fact)) return fold([...await factsOf(ctx, held), ...facts])
    next = apply(next, fact)
  }
  return next
}

/** Takes what is recorded from here on out of the transaction's events again, so that causes come before their effects. */
function clockEventsAside ({ transaction }: Context): () => PendingEvent[] {
  const from = transaction!.events.length
  return () => transaction!.events.splice(from)
}

/**
 * The clocks after more facts; null where nothing is promised, or no clock changes. While a change of promises is being applied,
 * all of them are computed, and not only those that the facts touch.
 */
async function keepingOf (ctx: Context, held: Held, after: ConversationState, facts: readonly Fact[]): Promise<Keeping | null> {
  const one = facts.length === 1 ? facts[0]! : null
  if (one?.kind === 'note' && canApply(held.state, one)) return null
  const promises = await promisesOf(ctx)
  if (!promises) return null
  const kinds = one ? touchedBy(held.state, after, one, promises.standards) : undefined
  if (kinds?.length === 0 && !held.pending) return null
  const { workspaceId, id } = held.row
  if (!held.facts || !held.clocks) {
    const { facts, clocks, pending } = await readBehind(ctx.db, workspaceId, id, false)
    Object.assign(held, { facts, clocks, pending })
  }
  return keepClocks(ctx, id, [...held.facts!, ...facts], promises, held.clocks!, held.pending ? undefined : kinds)
}

/** Writes a decision: facts, row, events, and whatever depends on a conversation's facts. Answers the new shape. */
export async function write (ctx: Context, held: Held, { facts, values, writes }: Decision): Promise<Conversation> {
  if (!facts.length && !values) return shapeOf(held.row)
  const state = await stateAfter(ctx, held, facts)
  const row: ConversationRow = {
    ...held.row,
    ...rowOf(state),
    ...values,
    version: held.row.version + 1,
    updatedAt: new Date(instantOf(ctx)).toISOString()
  }
  if (state.snoozedUntil === null) row.wakeAt = null
  const after = clockEventsAside(ctx)
  const clocks = facts.length ? await keepingOf(ctx, held, state, facts) : null
  Object.assign(row, clocks?.kept)
  const clockEvents = after()
  sendAlong(ctx, [
    ...writes?.() ?? [],
    insertFacts(ctx.db, row.workspaceId, row.id, facts),
    // One that reopens may do so while promises change that were not for it.
    store.update(ctx.db, row, isDone(held.state.status) && !isDone(state.status)),
    ...(clocks ? clockWrites(ctx, clocks) : [])
  ])
  const shape = shapeOf(row)
  for (const { type, details } of eventsOf(held.state, state, facts, changedValues(held.row, values))) {
    record(ctx, type, shape, { ...details, conversationId: row.id })
  }
  ctx.transaction!.events.push(...clockEvents)
  return shape
}

function changedValues (before: ConversationRow, values: Decision['values'] = {}): Record<string, unknown> {
  const { subjectGiven, wakeAt, ...shown } = values
  return Object.fromEntries(Object.entries(shown)
    .filter(([name, to]) => before[name as 'subject'] !== to)
    .map(([name, to]) => [name, { from: before[name as 'subject'], to }]))
}

const sharing = new WeakMap<object, Promise<unknown>>()

/** No promise changes until the commit; asked for once a transaction, early, it costs no round trip. */
export function shareMaking (ctx: Context): Promise<unknown> {
  const key = ctx.transaction!
  const shared = sharing.get(key) ?? sharePromises(ctx.db, ctx.caller!.workspaceId)
  sharing.set(key, shared)
  return shared
}

/** Writes a conversation that did not exist; its first fact is its creation. */
export async function writeNew (ctx: Context, facts: Fact[], values: Pick<ConversationRow, 'id' | 'externalId' | 'subject' | 'subjectGiven' | 'complexity' | 'previousConversationId'>,
  writes: () => Array<Promise<unknown>> = () => []): Promise<Conversation> {
  const state = fold(facts)
  const now = new Date(instantOf(ctx)).toISOString()
  const row: ConversationRow = {
    workspaceId: ctx.caller!.workspaceId, version: 1, updatedAt: now, recordedAt: now, wakeAt: null, clocksCheckAt: null, nextDueAt: null, atRisk: false, ...values, ...rowOf(state)
  }
  const [, promises] = await Promise.all([shareMaking(ctx), promisesOf(ctx)])
  const after = clockEventsAside(ctx)
  const clocks = promises && keepClocks(ctx, row.id, facts, promises, [])
  Object.assign(row, clocks?.kept)
  const clockEvents = after()
  sendAlong(ctx, [
    store.insert(ctx.db, row),
    insertFacts(ctx.db, row.workspaceId, row.id, facts),
    ...writes(),
    ...(clocks ? clockWrites(ctx, clocks) : [])
  ])
  const shape = shapeOf(row)
  record(ctx, 'conversation.created', shape, {
    conversationId: row.id, occurredAt: row.createdAt, actor: facts.find(fact => fact.kind === 'created')!.actor
  })
  ctx.transaction!.events.push(...clockEvents)
  return shape
}

/** Tags that may be put on conversations, or taken off them (then archived ones too); names the first that may not. */
export async function checkTags (ctx: Context, ids: readonly string[] | undefined, path: string, archivedToo = false): Promise<void> {
  if (!ids?.length) return
  const usable = await store.usableTags(ctx.db, ctx.caller!.workspaceId, ids, archivedToo)
  const wrong = ids.findIndex(id => !usable.has(id))
  if (wrong >= 0) {
    throw new ApiError('notFound', archivedToo ? 'Tag not found in this workspace.' : 'Tag not found in this workspace, or archived.', [{ path: `${path}.${wrong}`, message: 'names no tag in use' }])
  }
}

/** Spam takes no work: it is marked as such until somebody takes that back. */
export function refuseInactive ({ row }: Held): void {
  if (row.disposition === 'spam') throw conflict('This conversation is marked as spam. Take that back first.')
}
