import { LRUCache } from 'lru-cache'
import { v7, validate as isId } from 'uuid'
import { allow, checkVersion, instantOf, reading, systemContext, transact, type Context, type Services } from '../../context.js'
import type { Page } from '../../db/page.js'
import { isTransient, Overtaken } from '../../db/refusals.js'
import { ApiError, conflict, notFound, unauthenticated } from '../../errors.js'
import { deliveryReported } from '../conversations/delivering.service.js'
import { receiveMessage, type Received } from '../conversations/receiving.service.js'
import { findForHook, type ChannelRow } from './channel.store.js'
import * as channels from './channel.store.js'
import { hookSecretOf, verifyHookSecret, type GivenSecrets } from './inbound/secret.js'
import { ofContract, parse, type Parsed } from './inbound/parse.js'
import { UnreadablePayload, type InboundMessage } from './inbound/inbound.shapes.js'
import type { InboundReceipt, ReceiptQuery } from './receipt.shapes.js'
import type { ReceiptRow } from './receipt.store.js'
import * as store from './receipt.store.js'

/** A message in the generic contract, pushed by whoever holds a key with inbound:write. */
export async function pushMessage (ctx: Context, channelRef: string, message: InboundMessage): Promise<Received> {
  const { workspaceId } = allow(ctx, 'inbound:write')
  const parsed = ofContract(message)
  return transact(ctx, ctx => withChannel(ctx, workspaceId, channelRef, channel => receiveMessage(ctx, channel, parsed)))
}

const seen = new LRUCache<string, ChannelRow>({ max: 1000 })

/** Works with the channel as it was when it was last seen, and asks for its version in the same round trip: had it changed, all is done anew. */
async function withChannel<T> (ctx: Context, workspaceId: string, ref: string, work: (channel: ChannelRow) => Promise<T>): Promise<T> {
  const key = `${workspaceId} ${ref}`
  const known = seen.get(key)
  if (!known) {
    const channel = await channels.find(ctx.db, workspaceId, ref)
    if (!channel) throw notFound('Channel')
    seen.set(key, channel)
    return work(channel)
  }
  const [now, worked] = await Promise.allSettled([channels.stampOf(ctx.db, workspaceId, ref), work(known)])
  if (now.status === 'rejected') throw now.reason
  if (now.value?.id !== known.id || now.value.version !== known.version) {
    seen.delete(key)
    throw new Overtaken(conflict('The channel is being changed again and again. Try again shortly.'))
  }
  if (worked.status === 'rejected') throw worked.reason
  return worked.value
}

export interface HookCall { contentType: string, headers: Record<string, string>, payload: Buffer, secrets: GivenSecrets }

/** What a provider posts: its secret checked, the payload stored as it came, then worked on. */
export async function takeHook (services: Services, requestId: string, channelId: string, call: HookCall): Promise<InboundReceipt> {
  const found = isId(channelId) ? await reading(findForHook(services.database.read, channelId)) : undefined
  const expected = found?.channel.hookSecretHash?.toString('hex') ?? ''
  if (!verifyHookSecret(expected, hookSecretOf(call.secrets)) || !found) {
    throw unauthenticated('This hook does not exist, has no secret yet, or the secret is not right.')
  }
  const ctx = hookContext(services, found.workspaceId, requestId)
  const id = v7()
  await transact(ctx, async ctx => {
    const now = new Date(instantOf(ctx)).toISOString()
    return store.insert(ctx.db, {
      workspaceId: found.workspaceId, id, channelId, state: 'received', contentType: call.contentType, headers: call.headers,
      payload: call.payload, receivedAt: now, createdAt: now, updatedAt: now
    })
  })
  return processReceipt(ctx, id)
}

const hookContext = (services: Services, workspaceId: string, requestId: string): Context =>
  systemContext(services, workspaceId, ['inbound:write', 'channels:read'], requestId)

/** Works on a receipt: what cannot be read or taken stays, with its reason; what may pass on its own is thrown. */
async function processReceipt (ctx: Context, id: string): Promise<InboundReceipt> {
  const { workspaceId } = ctx.caller!
  try {
    return await transact(ctx, async ctx => {
      const receipt = await store.hold(ctx.db, workspaceId, id)
      if (!receipt) throw notFound('Receipt')
      if (receipt.state === 'processed') return (await store.find(ctx.db, workspaceId, id))!
      return settle(ctx, receipt, await take(ctx, receipt))
    })
  } catch (error) {
    const reason = reasonOf(ctx, error)
    if (reason === null) throw error
    return transact(ctx, async ctx => {
      const receipt = (await store.hold(ctx.db, workspaceId, id))!
      return store.update(ctx.db, workspaceId, id, { state: 'failed', reason, attempts: receipt.attempts + 1 })
    })
  }
}

/**
 * Why a payload could not be processed; null for what has nothing to do with it and passes. A mistake of ours is told too,
 * or the same payload would be tried in vain for ever.
 */
function reasonOf (ctx: Context, error: unknown): string | null {
  if (error instanceof UnreadablePayload) return error.message.slice(0, 2000)
  if (error instanceof ApiError) return error.code === 'unavailable' ? null : error.detail.slice(0, 2000)
  if (isTransient(error)) return null
  ctx.services.log.error({ err: error, requestId: ctx.requestId }, 'a receipt could not be processed')
  return `Something went wrong on our side. The log has it under the request id ${ctx.requestId}.`
}

type Outcome = { received: Received } | { ignored: string } | { reported: { id: string, conversationId: string } }

async function take (ctx: Context, receipt: ReceiptRow): Promise<Outcome> {
  const channel = await channels.find(ctx.db, receipt.workspaceId, receipt.channelId)
  const parsed: Parsed = await parse(channel!.provider, receipt)
  if ('ignored' in parsed) return parsed
  if ('message' in parsed) return { received: await receiveMessage(ctx, channel!, parsed.message) }
  const { providerMessageId, state, reason } = parsed.delivery
  const message = await deliveryReported(ctx, receipt.channelId, providerMessageId, { state, reason })
  return message ? { reported: message } : { ignored: `No reply of this channel is known to the provider as ${providerMessageId}.` }
}

function settle (ctx: Context, receipt: ReceiptRow, outcome: Outcome): Promise<InboundReceipt> {
  const done = { attempts: receipt.attempts + 1, processedAt: new Date(instantOf(ctx)).toISOString() }
  const change = 'ignored' in outcome
    ? { ...done, state: 'ignored', reason: outcome.ignored }
    : 'reported' in outcome
      ? { ...done, state: 'processed', reason: null, messageId: outcome.reported.id, conversationId: outcome.reported.conversationId }
      : { ...done, state: 'processed', reason: null, externalId: outcome.received.message.externalId, messageId: outcome.received.message.id, conversationId: outcome.received.conversationId }
  return store.update(ctx.db, receipt.workspaceId, receipt.id, change)
}

export async function getReceipt (ctx: Context, id: string): Promise<InboundReceipt> {
  const { workspaceId } = allow(ctx, 'channels:read')
  const receipt = await reading(store.find(ctx.db, workspaceId, id))
  if (!receipt) throw notFound('Receipt')
  return receipt
}

export async function listReceipts (ctx: Context, query: ReceiptQuery): Promise<Page<InboundReceipt>> {
  const { workspaceId } = allow(ctx, 'channels:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** The payload as it came. */
export async function getReceiptPayload (ctx: Context, id: string): Promise<{ payload: Buffer, contentType: string }> {
  const { workspaceId } = allow(ctx, 'channels:read')
  const found = await reading(store.findPayload(ctx.db, workspaceId, id))
  if (!found) throw notFound('Receipt')
  return found
}

/** Works once more on a receipt that failed or was ignored. */
export async function retryReceipt (ctx: Context, id: string): Promise<InboundReceipt> {
  const { workspaceId } = allow(ctx, 'channels:write')
  const receipt = await reading(store.find(ctx.db, workspaceId, id))
  if (!receipt) throw notFound('Receipt')
  checkVersion(ctx, receipt.version)
  if (receipt.state === 'processed') throw conflict('This receipt was processed already.')
  return processReceipt(hookContext(ctx.services, workspaceId, ctx.requestId), id)
}

const strandedAfterMs = 60_000

/** Takes up receipts whose process died before it worked on them. For the worker. */
export async function takeUpStranded (services: Services, now: number): Promise<number> {
  const before = new Date(now - strandedAfterMs).toISOString()
  const ctx = systemContext(services, '', [])
  const stranded = await transact(ctx, async ctx => store.findStranded(ctx.db, before, 100))
  let done = 0
  let failure: unknown
  for (const { workspace_id: workspaceId, id } of stranded) {
    try {
      const receipt = await processReceipt(hookContext(services, workspaceId, v7()), id)
      if (receipt.state !== 'received') done++
    } catch (error) {
      services.log.warn({ err: error, receipt: id }, 'a stranded receipt could not be worked on')
      failure = error
    }
  }
  if (failure && done === 0) throw failure
  return done
}
