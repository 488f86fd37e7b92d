import { systemContext, transact, type Context, type Services } from '../../context.js'
import { safeFetch } from '../../http/outgoing.js'
import { eventsUpTo, feedHorizon, getEvent } from '../events/event.service.js'
import type { Event } from '../events/event.shapes.js'
import * as deliveries from './delivery.store.js'
import type { Claimed } from './delivery.store.js'
import { signature } from './signature.js'
import { disableWebhook } from './webhook.service.js'
import type { Webhook, WebhookAttempt } from './webhook.shapes.js'
import * as store from './webhook.store.js'

const second = 1_000
const hour = 3_600 * second
/** Waits between attempts, 27.7 hours in all; each is up to a tenth longer or shorter. */
export const waitsMs = [5 * second, 30 * second, 120 * second, 600 * second, 1_800 * second, hour, 2 * hour, 4 * hour, 8 * hour, 12 * hour]
const answerWithinMs = 10_000
/** Longer than an attempt can take. */
const leaseMs = 60_000
const maxAnswerBytes = 65_536
const maxKept = 4_096
const eventsAtOnce = 200
const webhooksAtOnce = 20
const deliveriesAtOnce = 50
/** The log holds what was over so long ago at the most. */
const keptMs = 30 * 24 * hour
const forgottenAtOnce = 1_000

const text = (instant: number): string => new Date(instant).toISOString()

/** Makes deliveries of the events that webhooks have not seen; gives for how many webhooks. */
export async function planDeliveries (services: Services, now: number): Promise<number> {
  const horizon = await feedHorizon(services)
  const { db, commit, rollback } = await services.database.begin()
  try {
    const behind = await store.holdBehind(db, horizon, webhooksAtOnce)
    for (const { workspaceId, id, types, position } of behind) {
      const events = await eventsUpTo(db, workspaceId, { after: position, upTo: horizon }, { types: types ?? undefined }, eventsAtOnce)
      if (events.length) {
        await deliveries.insert(db, workspaceId, id, events, text(now))
        await deliveries.giveTurns(db, workspaceId, id, [...new Set(events.map(({ subject }) => subject.id))], text(now))
      }
      await store.moveTo(db, workspaceId, id, events.length < eventsAtOnce ? horizon : events.at(-1)!.sequence)
    }
    await commit(() => [])
    return behind.length
  } catch (error) {
    await rollback(error)
    throw error
  }
}

/** Tries what is due, side by side; gives how many. */
export async function attemptDeliveries (services: Services, now: number): Promise<number> {
  const claimed = await deliveries.claim(services.database.read, text(now), text(now + leaseMs), deliveriesAtOnce)
  const results = await Promise.allSettled(claimed.map(delivery => attempt(services, delivery)))
  for (const result of results) {
    if (result.status === 'rejected') services.log.error({ err: result.reason }, 'a delivery could not be tried; it is again after its lease')
  }
  return claimed.length
}

async function attempt (services: Services, delivery: Claimed): Promise<void> {
  const ctx = systemContext(services, delivery.workspaceId, ['events:read', 'webhooks:write'])
  const [webhook, event] = await Promise.all([
    store.findToSend(services.database.read, delivery.workspaceId, delivery.webhookId), getEvent(ctx, delivery.eventId)
  ])
  if (!webhook || webhook.disabledAt) return
  const begun = services.now()
  const outcome = await send(services, webhook, event, begun)
  await transact(ctx, ctx => settle(ctx, delivery, { ...outcome, attemptedAt: text(begun), durationMs: Math.max(0, services.now() - begun) }))
}

type Outcome = Pick<WebhookAttempt, 'status' | 'response' | 'error'>

async function send (services: Services, webhook: Webhook & store.Inside, event: Event, now: number): Promise<Outcome> {
  const body = JSON.stringify({ type: event.type, timestamp: event.occurredAt, data: event })
  const timestamp = Math.floor(now / 1000)
  const rotating = webhook.previousSecret && webhook.previousSecretUntil && Date.parse(webhook.previousSecretUntil) > now
  const secrets = [webhook.secret, ...(rotating ? [webhook.previousSecret!] : [])]
  try {
    const answer = await safeFetch(services.config.ALLOW_PRIVATE_ADDRESSES)(webhook.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'SupportOps',
        'webhook-id': event.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signature(secrets, event.id, timestamp, body)
      },
      signal: AbortSignal.timeout(answerWithinMs)
    })
    return { status: answer.status, response: await beginningOf(answer), error: null }
  } catch (error) {
    return { status: null, response: null, error: reasonOf(error) }
  }
}

/** What of the body came within the bounds; one that breaks off changes nothing about the status. */
async function beginningOf (answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of answer.body ?? []) {
      chunks.push(chunk)
      if ((size += chunk.length) >= maxAnswerBytes) break
    }
  } catch { /* the beginning is all that is asked for */ }
  return Buffer.concat(chunks).toString('utf8').replaceAll('\0', '').slice(0, maxKept).replace(/[\uD800-\uDBFF]$/, '')
}

function reasonOf (error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return `No answer within ${answerWithinMs / 1000} s.`
  const { cause } = error
  return (cause instanceof Error ? cause.message || (cause as { code?: string }).code || error.message : error.message).slice(0, 500)
}

/** Notes an attempt, and what follows: done and the next one's turn, another attempt, or the end of the webhook. */
async function settle (ctx: Context, delivery: Claimed, attempt: Omit<WebhookAttempt, 'number'>): Promise<void> {
  const { workspaceId, webhookId, subjectId } = delivery
  const webhook = await store.hold(ctx.db, workspaceId, webhookId)
  if (!webhook) return
  const now = ctx.services.now()
  const delivered = attempt.status !== null && attempt.status >= 200 && attempt.status < 300
  const wait = waitsMs[delivery.attemptCount]
  const state = delivered ? 'delivered' : wait === undefined ? 'failed' : 'pending'
  const again = state === 'pending' && !webhook.disabledAt ? text(now + wait! * (0.9 + Math.random() / 5)) : null
  const noted = await deliveries.finish(ctx.db, delivery, attempt,
    { state, nextAttemptAt: again, finishedAt: state === 'pending' ? null : text(now) })
  if (!noted || state === 'pending') return
  if (state === 'failed') await disableWebhook({ ...ctx, ifVersion: null }, webhookId, 'failed')
  else if (!webhook.disabledAt) await deliveries.giveTurns(ctx.db, workspaceId, webhookId, [subjectId], text(now))
}

/** Takes what was over a month ago out of the log; gives how many deliveries. */
export const forgetDeliveries = async (services: Services, now: number): Promise<number> =>
  deliveries.forget(services.database.read, text(now - keptMs), forgottenAtOnce)
