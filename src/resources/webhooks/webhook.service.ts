import { allow, checkVersion, instantOf, instantText, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { conflict, invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { feedPosition } from '../events/event.service.js'
import * as deliveries from './delivery.store.js'
import { newSecret } from './signature.js'
import type {
  CreateWebhook, SearchWebhookDeliveries, SearchWebhooks, UpdateWebhook, Webhook, WebhookDelivery, WebhookWithSecret
} from './webhook.shapes.js'
import * as store from './webhook.store.js'

const maxWebhooks = 50
/** How long the secret before the last rotation still signs. */
export const rotationMs = 24 * 3_600_000

export async function getWebhook (ctx: Context, ref: string): Promise<Webhook> {
  const { workspaceId } = allow(ctx, 'webhooks:read')
  const webhook = await reading(store.find(ctx.db, workspaceId, ref))
  if (!webhook) throw notFound('Webhook')
  return webhook
}

export async function listWebhooks (ctx: Context, query: SearchWebhooks): Promise<Page<Webhook>> {
  const { workspaceId } = allow(ctx, 'webhooks:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** It is sent what happens from now on; its secret is shown this once. */
export async function createWebhook (ctx: Context, input: CreateWebhook): Promise<WebhookWithSecret> {
  const { workspaceId } = allow(ctx, 'webhooks:write')
  checkUrl(ctx, input.url)
  return transact(ctx, async ctx => {
    if (await store.count(ctx.db, workspaceId) >= maxWebhooks) throw conflict(`A workspace has ${maxWebhooks} webhooks at most.`)
    const secret = newSecret()
    const webhook = await store.insert(ctx.db, workspaceId, { ...input, secret, position: await feedPosition(ctx, 'latest') })
    record(ctx, 'webhook.created', webhook)
    return { ...webhook, secret }
  })
}

export async function updateWebhook (ctx: Context, ref: string, changes: UpdateWebhook): Promise<Webhook> {
  const { workspaceId } = allow(ctx, 'webhooks:write')
  if (changes.url) checkUrl(ctx, changes.url)
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    return save(ctx, workspaceId, before, changes, 'webhook.updated')
  })
}

/** Its deliveries go with it. */
export async function deleteWebhook (ctx: Context, ref: string): Promise<void> {
  const { workspaceId } = allow(ctx, 'webhooks:write')
  await transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    await store.remove(ctx.db, workspaceId, before.id)
    record(ctx, 'webhook.deleted', before)
  })
}

/** The secret before signs too for another 24 hours; the new one is shown this once. */
export async function rotateWebhookSecret (ctx: Context, ref: string): Promise<WebhookWithSecret> {
  const { workspaceId } = allow(ctx, 'webhooks:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    const secret = newSecret()
    const webhook = await store.rotate(ctx.db, workspaceId, before.id, secret, new Date(instantOf(ctx) + rotationMs).toISOString())
    record(ctx, 'webhook.secretRotated', webhook)
    return { ...webhook, secret }
  })
}

/** Events wait for it from then on. */
export async function disableWebhook (ctx: Context, ref: string, because: 'asked' | 'failed' = 'asked'): Promise<Webhook> {
  const { workspaceId } = allow(ctx, 'webhooks:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    if (before.disabledAt) return before
    await deliveries.takeTurns(ctx.db, workspaceId, before.id)
    return save(ctx, workspaceId, before, { disabledAt: instantText(ctx), disabledBecause: because }, 'webhook.disabled')
  })
}

/** What waited is sent now, in its order. */
export async function enableWebhook (ctx: Context, ref: string): Promise<Webhook> {
  const { workspaceId } = allow(ctx, 'webhooks:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    if (before.disabledAt) await deliveries.giveTurns(ctx.db, workspaceId, before.id, null, instantText(ctx))
    return save(ctx, workspaceId, before, { disabledAt: null, disabledBecause: null }, 'webhook.enabled')
  })
}

/** Sends the events behind a cursor of the feed again. */
export async function replayWebhook (ctx: Context, ref: string, after: string): Promise<Webhook> {
  const { workspaceId } = allow(ctx, 'webhooks:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    await store.moveTo(ctx.db, workspaceId, before.id, await feedPosition(ctx, after))
    record(ctx, 'webhook.replayed', before, { changes: { after } })
    return before
  })
}

export async function getWebhookDelivery (ctx: Context, id: string): Promise<WebhookDelivery> {
  const { workspaceId } = allow(ctx, 'webhooks:read')
  const delivery = await reading(deliveries.find(ctx.db, workspaceId, id))
  if (!delivery) throw notFound('WebhookDelivery')
  return delivery
}

export async function listWebhookDeliveries (ctx: Context, query: SearchWebhookDeliveries): Promise<Page<WebhookDelivery>> {
  const { workspaceId } = allow(ctx, 'webhooks:read')
  return reading(deliveries.list(ctx.db, workspaceId, query))
}

/** Tries a delivery again at once, whatever came of it; only one that waits for its turn keeps waiting. */
export async function redeliverWebhook (ctx: Context, id: string): Promise<WebhookDelivery> {
  const { workspaceId } = allow(ctx, 'webhooks:write')
  return transact(ctx, async ctx => {
    const { webhookId } = await getDelivery(ctx, workspaceId, id)
    const webhook = await store.hold(ctx.db, workspaceId, webhookId)
    const delivery = await getDelivery(ctx, workspaceId, id)
    if (!webhook || webhook.disabledAt) throw conflict('The webhook is disabled. Enable it first.')
    if (delivery.state === 'pending' && !delivery.nextAttemptAt) {
      throw conflict('Another event about the same subject is before it; it is delivered after that one.')
    }
    await deliveries.restart(ctx.db, workspaceId, id, instantText(ctx))
    return getDelivery(ctx, workspaceId, id)
  })
}

async function getDelivery (ctx: Context, workspaceId: string, id: string): Promise<WebhookDelivery> {
  const delivery = await deliveries.find(ctx.db, workspaceId, id)
  if (!delivery) throw notFound('WebhookDelivery')
  return delivery
}

function checkUrl (ctx: Context, url: string): void {
  if (url.startsWith('http:') && !ctx.services.config.ALLOW_PRIVATE_ADDRESSES) throw invalid('url', 'must begin with https://')
}

async function held (ctx: Context, workspaceId: string, ref: string): Promise<Webhook> {
  const webhook = await store.hold(ctx.db, workspaceId, ref)
  if (!webhook) throw notFound('Webhook')
  checkVersion(ctx, webhook.version)
  return webhook
}

async function save (ctx: Context, workspaceId: string, before: Webhook, wanted: Partial<Webhook>, type: string): Promise<Webhook> {
  const differences = changed(before, wanted)
  if (!differences) return before
  const webhook = await store.update(ctx.db, workspaceId, before.id, wanted)
  record(ctx, type, webhook, { changes: differences })
  return webhook
}
