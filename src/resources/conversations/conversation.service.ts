import { NIL, v7 } from 'uuid'
import type { ConversationInputs, Fact } from '../../clock/facts.js'
import { allow, allowContact, instantOf, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { ApiError, conflict, forbidden, notFound } from '../../errors.js'
import { checkAttributes } from '../attributes/attribute.service.js'
import { clocksByConversation } from '../clocks/clock.service.js'
import { figuresByConversation } from '../figures/figure.service.js'
import type { Message, MessageQuery } from '../messages/message.shapes.js'
import { messagesOf } from '../messages/message.service.js'
import { upsert, type Upserted } from '../upsert.js'
import { requireAssignable } from './assignable.js'
import { checkTags, factAt, hold, momentOf, write, writeNew, type Held, type Moment } from './change.js'
import { everything } from './conversation.projection.js'
import type { Raw, RawPage } from './conversation.row.js'
import * as read from './conversation.reading.store.js'
import type { Conversation, ConversationQuery, CreateConversation, Expansion, UpdateConversation, UpsertConversation } from './conversation.shapes.js'
import * as store from './conversation.store.js'

/** What is selected of each conversation, for a contact or for somebody who also sees notes. */
export type Choosing = (expand: readonly Expansion[], forContact: boolean) => string

/** The conversation as JSON, for it goes out as it is; a merged one is answered for by the one that it went into. */
export async function getConversation (ctx: Context, ref: string, expand: readonly Expansion[] = [], choose: Choosing = everything): Promise<Raw> {
  const { workspaceId, contactId } = allowContact(ctx, 'conversations:read')
  const found = await reading(read.find(ctx.db, workspaceId, ref, { select: choose(expand, contactId !== null), contactId }))
  if (!found) throw notFound('Conversation')
  return isComputed(expand) ? (await withComputed(ctx, [found], expand))[0]! : found
}

const isComputed = (expand: readonly Expansion[]): boolean => expand.includes('clocks') || expand.includes('figures')

/** The same with what is computed, exact at this instant: their clocks, their figures. A contact sees none. */
async function withComputed (ctx: Context, found: Raw[], expand: readonly Expansion[]): Promise<Raw[]> {
  const [ids, isContact] = [found.map(({ id }) => id), ctx.caller!.contactId !== null]
  const clocks = expand.includes('clocks') && (isContact ? new Map<string, unknown>() : await clocksByConversation(ctx, ids))
  const figures = expand.includes('figures') && (isContact ? new Map<string, unknown>() : await figuresByConversation(ctx, ids))
  const more = (id: string): string => (clocks ? `,"clocks":${JSON.stringify(clocks.get(id) ?? [])}` : '') + (figures ? `,"figures":${JSON.stringify(figures.get(id) ?? null)}` : '')
  return found.map(row => ({ ...row, json: Buffer.concat([row.json.subarray(0, -1), Buffer.from(`${more(row.id)}}`)]) }))
}

export async function listConversations (ctx: Context, query: ConversationQuery, choose: Choosing = everything): Promise<RawPage> {
  const { workspaceId, contactId } = allowContact(ctx, 'conversations:read')
  const page = await reading(read.list(ctx.db, workspaceId, query, { select: choose(query.expand ?? [], contactId !== null), contactId, now: new Date(instantOf(ctx)).toISOString() }))
  const expand = query.expand ?? []
  if (!isComputed(expand)) return page
  const rows = await withComputed(ctx, page.rows(), expand)
  return { ...page, rows: () => rows, json: Buffer.from(rows.map(({ json }) => json).join(',')) }
}

/** The messages of a conversation; a contact sees no notes. */
export async function listMessages (ctx: Context, ref: string, query: MessageQuery): Promise<Page<Message>> {
  const { id } = await getConversation(ctx, ref)
  return messagesOf(ctx, id, query)
}

/** Those of the ids that exist, in no order. */
export async function conversationsById (ctx: Context, ids: readonly string[]): Promise<Conversation[]> {
  const { workspaceId } = allow(ctx, 'conversations:read')
  const { json } = await reading(read.list(ctx.db, workspaceId, { limit: 100, count: false, sort: 'createdAtDesc', filter: { id: { in: [...ids] }, disposition: { isNull: false } } }, { select: everything([], false), contactId: null, now: '' }))
  return JSON.parse(`[${json}]`) as Conversation[]
}

export async function createConversation (ctx: Context, input: CreateConversation): Promise<Conversation> {
  const { workspaceId, contactId } = allowContact(ctx, 'conversations:write')
  if (contactId) refuseForContacts(input)
  return transact(ctx, async ctx => {
    const moment = momentOf(ctx, input)
    const origin = await store.originOf(ctx.db, workspaceId, input.channelId, contactId ?? input.contactId ?? null,
      input.companyId === null ? NIL : input.companyId)
    requireOrigin(origin, input)
    await requireAssignable(ctx, input.assigneeId ?? null, input.teamId ?? null)
    await checkTags(ctx, input.tagIds, 'tagIds')
    const attributes = await checkAttributes(ctx, 'conversation', input.attributes)
    const created: Fact = factAt(ctx, moment, { kind: 'created', status: input.status ?? null, ...inputsOf({ ...input, attributes }, origin, contactId) })
    return writeNew(ctx, [created], {
      id: v7(),
      externalId: input.externalId ?? null,
      subject: input.subject ?? null,
      subjectGiven: input.subject !== undefined,
      complexity: input.complexity ?? null,
      previousConversationId: null
    })
  })
}

function refuseForContacts (input: CreateConversation): void {
  const allowed = new Set(['channelId', 'subject', 'externalId', 'language'])
  const wrong = Object.keys(input).find(field => !allowed.has(field))
  if (wrong) throw forbidden(`A contact's token may give channelId, subject, externalId and language; not ${wrong}.`)
}

function requireOrigin (origin: store.Origin, input: CreateConversation): void {
  if (!origin.channelKind) throw new ApiError('notFound', 'Channel not found in this workspace.', [{ path: 'channelId', message: 'names no channel of this workspace' }])
  if (origin.channelState === 'retired' && !input.occurredAt) throw conflict('This channel is retired.', [{ path: 'channelId', message: 'names a retired channel' }])
  if (input.contactId && !origin.contactId) throw new ApiError('notFound', 'Contact not found in this workspace.', [{ path: 'contactId', message: 'names no contact of this workspace' }])
}

/** What a conversation starts with: what was given, else what its contact, company and channel say. */
function inputsOf (input: CreateConversation, origin: store.Origin, contactId: string | null): ConversationInputs {
  return {
    channelId: input.channelId,
    channelKind: origin.channelKind!,
    priority: input.priority ?? origin.defaultPriority,
    agentId: input.assigneeId ?? null,
    teamId: input.teamId === undefined ? origin.defaultTeamId : input.teamId,
    tagIds: [...new Set(input.tagIds ?? [])],
    contactId: contactId ?? origin.contactId,
    companyId: input.companyId === undefined ? origin.companyId : input.companyId,
    tier: input.tier === undefined ? origin.tier : input.tier,
    language: input.language === undefined ? origin.language : input.language,
    attributes: { ...origin.attributes, ...withoutNulls(input.attributes) }
  }
}

const withoutNulls = (given: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))

export async function updateConversation (ctx: Context, ref: string, changes: UpdateConversation): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  return transact(ctx, async ctx => {
    const held = await hold(ctx, ref)
    return change(ctx, held, momentOf(ctx, changes), changes)
  })
}

async function change (ctx: Context, held: Held, moment: Moment, changes: UpdateConversation): Promise<Conversation> {
  const { row } = held
  const facts: Fact[] = []
  const always = moment.given
  if (changes.priority && (always || changes.priority !== row.priority)) facts.push(factAt(ctx, moment, { kind: 'priority', priority: changes.priority }))
  const inputs = changedInputs(row, { ...changes, attributes: await checkAttributes(ctx, 'conversation', changes.attributes) }, always)
  if (inputs) {
    if (changes.contactId) await requireContact(ctx, changes.contactId)
    facts.push(factAt(ctx, moment, { kind: 'attributes', ...inputs }))
  }
  const values = {
    ...(changes.subject !== undefined && changes.subject !== row.subject && { subject: changes.subject, subjectGiven: true }),
    ...(changes.complexity !== undefined && changes.complexity !== row.complexity && { complexity: changes.complexity })
  }
  return write(ctx, held, { facts, values: Object.keys(values).length ? values : undefined })
}

async function requireContact (ctx: Context, contactId: string): Promise<void> {
  const origin = await store.originOf(ctx.db, ctx.caller!.workspaceId, null, contactId)
  if (!origin.contactId) throw new ApiError('notFound', 'Contact not found in this workspace.', [{ path: 'contactId', message: 'names no contact of this workspace' }])
}

const inputNames = ['contactId', 'companyId', 'tier', 'language'] as const

function changedInputs (row: Held['row'], changes: UpdateConversation, always: boolean) {
  const given = inputNames.filter(name => changes[name] !== undefined && (always || changes[name] !== row[name]))
  const attributes = Object.entries(changes.attributes ?? {})
    .filter(([key, value]) => always || JSON.stringify(row.attributes[key] ?? null) !== JSON.stringify(value))
  if (!given.length && !attributes.length) return null
  return {
    ...Object.fromEntries(given.map(name => [name, changes[name]])),
    ...(attributes.length && { attributes: Object.fromEntries(attributes) })
  }
}

export async function upsertConversation (ctx: Context, ref: string, input: UpsertConversation): Promise<Upserted<Conversation>> {
  const { workspaceId } = allow(ctx, 'conversations:write')
  const { channelId, ...changes } = input
  return upsert(ctx, ref, {
    async find (ctx) {
      const row = await store.hold(ctx.db, workspaceId, ref)
      if (row && row.channelId !== channelId) throw conflict('A conversation cannot move to another channel.', [{ path: 'channelId', message: 'cannot be changed' }])
      return row as unknown as Conversation | undefined
    },
    create: (ctx, externalId) => createConversation(ctx, { ...input, externalId }),
    update: ctx => updateConversation(ctx, ref, changes)
  })
}
