import { createHash } from 'node:crypto'
import { v7 } from 'uuid'
import type { Fact, Priority } from '../../clock/facts.js'
import { acceptsMessage } from '../../clock/state.js'
import { allow, instantOf, transact, type Context } from '../../context.js'
import { conflict } from '../../errors.js'
import { record } from '../../events/record.js'
import { checkAttributes } from '../attributes/attribute.service.js'
import type { ParsedInbound } from '../channels/inbound/inbound.shapes.js'
import { promisesOf } from '../clocks/promises.js'
import { findOrCreateByIdentity, type FoundContact } from '../contacts/contact.service.js'
import { written } from '../messages/message.content.js'
import { messageShape, type MessageRow } from '../messages/message.row.js'
import type { Message } from '../messages/message.shapes.js'
import { messageByExternalId, writeMessage } from '../messages/message.service.js'
import { factAt, momentOf, shareMaking, write, writeNew, type Held, type Moment } from './change.js'
import { stateOf, type ConversationRow } from './conversation.row.js'
import * as store from './conversation.store.js'
import { failBounced } from './delivering.service.js'

/** What receiving needs to know of a channel. */
export interface ReceivingChannel {
  id: string
  kind: string
  state: string
  reopenWindowDays: number | null
  unthreaded: 'new' | 'latest'
  defaultTeamId: string | null
  defaultPriority: string
}

export interface Received { message: Message, conversationId: string, contactId: string | null, duplicate: boolean }

/**
 * A message that a channel pushed in: its contact found or made, its conversation found, reopened or made, the message
 * written once however often it comes, in whatever order. Needs inbound:write.
 */
export async function receiveMessage (ctx: Context, channel: ReceivingChannel, parsed: ParsedInbound): Promise<Received> {
  const { workspaceId } = allow(ctx, 'inbound:write')
  if (channel.state === 'retired') throw conflict('This channel is retired and takes no messages.')
  return transact(ctx, async ctx => {
    const keys = threadKeys(parsed)
    const [, , earlier, threads, contact] = await Promise.all([
      shareMaking(ctx),
      store.holdSender(ctx.db, workspaceId, channel.id, senderOf(parsed)),
      messageByExternalId(ctx, channel.id, parsed.externalId),
      store.findByThread(ctx.db, workspaceId, channel.id, keys),
      findOrCreateByIdentity(ctx, identitiesOf(channel, parsed), { name: parsed.from.name }),
      promisesOf(ctx)
    ])
    if (earlier) {
      ctx.replayed.yes = true
      return { message: earlier, conversationId: earlier.conversationId, contactId: earlier.contactId, duplicate: true }
    }
    const attributes = await checkAttributes(ctx, 'conversation', parsed.attributes)
    const place = await placeOf(ctx, channel, threads, contact, parsed)
    return receive(ctx, channel, { ...parsed, attributes: attributes as ParsedInbound['attributes'] }, contact, place, keys)
  })
}

/** Every word of the message's by which its thread may be found, now or by a later message. */
function threadKeys (parsed: ParsedInbound): string[] {
  const mails = [parsed.externalId, parsed.messageId, parsed.inReplyTo, ...parsed.references.slice(-30), parsed.references[0]]
  return [...new Set([
    ...(parsed.externalThreadId ? [`thread:${parsed.externalThreadId}`] : []),
    ...mails.filter(id => id !== null && id !== undefined).map(id => `message:${id}`)
  ])]
}

const senderOf = ({ from }: ParsedInbound): string =>
  [from.externalId, from.email?.toLowerCase(), from.phone, from.handle].find(Boolean) ?? ''

function identitiesOf (channel: ReceivingChannel, { from }: ParsedInbound) {
  return [
    ...(from.externalId ? [{ kind: 'externalId' as const, value: from.externalId }] : []),
    ...(from.email ? [{ kind: 'email' as const, value: from.email }] : []),
    ...(from.phone ? [{ kind: 'phone' as const, value: from.phone }] : []),
    ...(from.handle ? [{ kind: 'handle' as const, value: from.handle, provider: channel.kind }] : [])
  ]
}

interface Place { held: Held | null, previousId: string | null }

/** Where it belongs: its thread, else by the channel's rule; a closed one is gone on from in a new conversation. */
async function placeOf (ctx: Context, channel: ReceivingChannel, threads: ConversationRow[], contact: FoundContact, parsed: ParsedInbound): Promise<Place> {
  const found = threads.length || parsed.externalThreadId !== null || channel.unthreaded === 'new'
    ? threads
    : await store.latestOfContact(ctx.db, ctx.caller!.workspaceId, channel.id, contact.id)
  const candidates = await Promise.all(found.map(async row => row.mergedIntoId
    ? await store.hold(ctx.db, row.workspaceId, row.mergedIntoId) ?? row
    : row))
  const held = candidates.filter(row => row.disposition !== 'deleted').map(row => ({ row, state: stateOf(row) }))
  const open = held.find(({ state }) => acceptsMessage(state, parsed.occurredAt ? Date.parse(parsed.occurredAt) : instantOf(ctx), channel.reopenWindowDays) === 'here')
  return { held: open ?? null, previousId: open ? null : held[0]?.row.id ?? null }
}

/**
 * The id of a received message says when it was sent and is the same however often and in whatever order it comes, so
 * that messages of one instant have one order.
 */
function stableId (workspaceId: string, channelId: string, externalId: string, at: number): string {
  return v7({ msecs: at, random: createHash('sha256').update(`${workspaceId}\n${channelId}\n${externalId}`).digest().subarray(0, 16) })
}

async function receive (ctx: Context, channel: ReceivingChannel, parsed: ParsedInbound, contact: FoundContact, place: Place, keys: string[]): Promise<Received> {
  const workspaceId = ctx.caller!.workspaceId
  const now = instantOf(ctx)
  const isHistory = parsed.occurredAt !== undefined
  const at = isHistory ? momentOf(ctx, { occurredAt: parsed.occurredAt }).at : Math.min(parsed.sentAt ? Date.parse(parsed.sentAt) : now, now)
  const moment: Moment = { at, sequence: 0, actor: { kind: 'customer', id: contact.id }, given: isHistory }
  const id = stableId(workspaceId, channel.id, parsed.externalId, at)
  const conversationId = place.held?.row.id ?? v7()
  const { files, ...content } = written({ ...parsed, text: parsed.text })
  const row = inboundRow(ctx, { id, conversationId, channelId: channel.id, at, contact, parsed, content })
  const spam = row.spam
  const fact = factAt(ctx, moment, {
    kind: 'inbound', messageId: id, qualifies: !row.autoGenerated && !spam, countsForService: true, live: !isHistory, autoGenerated: row.autoGenerated !== null
  }, id)
  const writes = () => [
    ...writeMessage(ctx, row, files),
    store.keepThreads(ctx.db, workspaceId, channel.id, keys, conversationId)
  ]
  if (place.held) await addTo(ctx, place.held, moment, fact, parsed, writes)
  else await startWith(ctx, channel, contact, moment, fact, parsed, { conversationId, previousId: place.previousId, spam }, writes)
  const message = messageShape(row)
  record(ctx, 'message.received', message, { conversationId, occurredAt: row.occurredAt, actor: moment.actor })
  if (parsed.bounce?.permanent) await failBounced(ctx, channel.id, parsed.bounce)
  return { message, conversationId, contactId: contact.id, duplicate: false }
}

async function addTo (ctx: Context, held: Held, moment: Moment, fact: Fact, parsed: ParsedInbound, writes: () => Array<Promise<unknown>>): Promise<void> {
  const { row, state } = held
  const first = state.firstInboundAt === null || fact.occurredAt < state.firstInboundAt ||
    (fact.occurredAt === state.firstInboundAt && fact.id < state.firstInboundMessageId!)
  const facts = [fact, ...attributeFacts(ctx, moment, parsed)]
  const renamed = first && !row.subjectGiven && parsed.subject && parsed.subject !== row.subject
  await write(ctx, held, { facts, writes, values: renamed ? { subject: parsed.subject } : undefined })
}

const attributeFacts = (ctx: Context, moment: Moment, { attributes }: ParsedInbound): Fact[] =>
  Object.keys(attributes).length ? [factAt(ctx, moment, { kind: 'attributes', attributes })] : []

async function startWith (ctx: Context, channel: ReceivingChannel, contact: FoundContact, moment: Moment, fact: Fact, parsed: ParsedInbound,
  { conversationId, previousId, spam }: { conversationId: string, previousId: string | null, spam: boolean }, writes: () => Array<Promise<unknown>>): Promise<void> {
  const created = factAt(ctx, moment, {
    kind: 'created',
    status: null,
    channelId: channel.id,
    channelKind: channel.kind,
    priority: channel.defaultPriority as Priority,
    agentId: null,
    teamId: channel.defaultTeamId,
    tagIds: [],
    contactId: contact.id,
    companyId: contact.companyId,
    tier: contact.tier,
    language: contact.language,
    attributes: { ...contact.companyAttributes, ...contact.attributes }
  })
  const facts = [created, fact, ...attributeFacts(ctx, moment, parsed), ...(spam ? [factAt(ctx, moment, { kind: 'spam', spam: true })] : [])]
  await writeNew(ctx, facts, {
    id: conversationId, externalId: null, subject: parsed.subject, subjectGiven: false, complexity: null, previousConversationId: previousId
  }, writes)
}

interface InboundParts { id: string, conversationId: string, channelId: string, at: number, contact: FoundContact, parsed: ParsedInbound, content: Omit<ReturnType<typeof written>, 'files'> }

function inboundRow (ctx: Context, { id, conversationId, channelId, at, contact, parsed, content }: InboundParts): MessageRow {
  const now = new Date(instantOf(ctx)).toISOString()
  return {
    workspaceId: ctx.caller!.workspaceId,
    id,
    conversationId,
    channelId,
    externalId: parsed.externalId,
    version: 1,
    createdAt: now,
    updatedAt: now,
    kind: 'inbound',
    occurredAt: new Date(at).toISOString(),
    sequence: 0,
    authorKind: 'customer',
    authorId: contact.id,
    authorName: parsed.from.name,
    contactId: contact.id,
    subject: parsed.subject,
    ...content,
    fullText: parsed.fullText !== content.text && parsed.fullText ? parsed.fullText : null,
    html: parsed.fullHtml ?? content.html,
    inReplyTo: parsed.inReplyTo,
    recipients: [...parsed.to.map(each => ({ kind: 'to' as const, ...each })), ...parsed.cc.map(each => ({ kind: 'cc' as const, ...each }))]
      .filter(each => each.email).map(({ kind, name, email }) => ({ kind, name, address: email! })),
    autoGenerated: parsed.autoGenerated?.kind ?? null,
    autoGeneratedReason: parsed.autoGenerated?.reason ?? null,
    spam: parsed.spamVerdict?.verdict === 'spam' || contact.blockedAt !== null,
    countsForService: true,
    notCountedReason: null,
    publishedAt: null,
    deliveryState: null,
    deliveryReason: null,
    deliveryChangedAt: null,
    providerMessageId: parsed.messageId
  }
}
