import { z } from 'zod'
import { filters, givenFilter, givenIsSet, IdCondition, on, TextCondition, TimeCondition } from '../../db/filter.js'
import { at, choice, externalIdInput, flag, id, input, jsonParameter, listOf, pageBody, pageQuery, resourceFields, shape, text } from '../../shapes.js'
import { deliveryStates, disabledWords, webhooks } from './webhook.table.js'

export const DisabledBecause = choice('WebhookDisabledBecause', 'Why a webhook is disabled: somebody asked for it, or a delivery failed for good.', disabledWords)

const fields = {
  ...resourceFields,
  url: z.string().describe('Where events are sent to, by POST.'),
  description: z.string().nullable().describe('What it is for.'),
  types: z.array(z.string()).nullable().describe('The types of events that are sent; null: all.'),
  previousSecretUntil: at().nullable().describe('Until when events are signed with the secret before the last rotation, too.'),
  disabledAt: at().nullable().describe('Since when nothing is sent. Events wait, and are sent once it is enabled.'),
  disabledBecause: DisabledBecause.nullable().describe('Why it is disabled.')
}

export const Webhook = shape('Webhook', 'An address of yours that events are sent to, as Standard Webhooks says.', fields)
export type Webhook = z.output<typeof Webhook>

export const WebhookWithSecret = shape('WebhookWithSecret', 'A webhook with its secret, which is shown only this once.', {
  ...fields,
  secret: z.string().describe('Verifies `webhook-signature`: `whsec_` and Base64.')
})
export type WebhookWithSecret = z.output<typeof WebhookWithSecret>

const url = z.url({ protocol: /^https?$/, error: 'must be an address that begins with https://' }).max(2000)
  .refine(value => !/^https?:\/\/[^/]*@/.test(value), 'must not hold a user name or a password')
  .describe('Where events are sent to; https, and not a private address.')
const types = z.array(z.string().max(100).regex(/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/, 'must be noun.verbed, such as conversation.created')).min(1).max(100)
  .nullable().describe('The types of events to send, up to 100; null: all.')
const description = text(2000).nullable().describe('What it is for; up to 2,000 characters.')

export const CreateWebhook = input('CreateWebhook', 'A new webhook; it is sent what happens from now on.', {
  externalId: externalIdInput().optional(),
  url,
  description: description.optional(),
  types: types.optional()
})
export type CreateWebhook = z.output<typeof CreateWebhook>

export const UpdateWebhook = input('UpdateWebhook', 'Changes to a webhook: what is absent stays, null clears.', {
  url: url.optional(),
  description: description.optional(),
  types: types.optional()
})
export type UpdateWebhook = z.output<typeof UpdateWebhook>

export const ReplayWebhook = input('ReplayWebhook', 'Where to begin again.', {
  after: z.string().max(1000).describe('The `sequence` or the `endCursor` of the feed behind which events are sent again; 0: from the beginning.')
})

export const webhookFilters = filters('Webhook', {
  id: on(IdCondition, webhooks.id),
  externalId: on(TextCondition, webhooks.externalId),
  disabledAt: on(TimeCondition, webhooks.disabledAt),
  createdAt: on(TimeCondition, webhooks.createdAt)
})
export const WebhookSort = choice('WebhookSort', 'How webhooks are sorted; ties by id.', ['createdAtAsc', 'createdAtDesc'])
const sort = WebhookSort.default('createdAtAsc').describe('How they are sorted; ties by id.')

export const WebhookQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(webhookFilters.shape).optional().describe('A WebhookFilter as JSON.'),
  disabled: flag().optional().describe('true: only those that are disabled; false: only those in use.')
})
export const SearchWebhooks = input('SearchWebhooks', 'A search among webhooks.', {
  ...pageBody,
  sort,
  filter: webhookFilters.shape.optional().describe('Which webhooks.')
})
export type SearchWebhooks = z.output<typeof SearchWebhooks>

/** The parameters of the URL as one filter. */
export function searchOfQuery ({ disabled, filter, ...rest }: z.output<typeof WebhookQuery>): SearchWebhooks {
  return { ...rest, filter: givenFilter({}, filter, givenIsSet('disabledAt', disabled)) }
}

export const WebhookList = listOf('Webhook', Webhook)

export const DeliveryState = choice('WebhookDeliveryState', 'How a delivery stands: still to be made, made, or given up.', deliveryStates)

export const WebhookAttempt = shape('WebhookAttempt', 'One try to deliver an event.', {
  number: z.int().describe('The first is 1.'),
  attemptedAt: at().describe('When it began.'),
  durationMs: z.int().describe('How long it took, in milliseconds.'),
  status: z.int().nullable().describe('The HTTP status of the answer; 2xx is success. Null without an answer.'),
  response: z.string().nullable().describe('The beginning of the answer\'s body, up to 4,096 characters.'),
  error: z.string().nullable().describe('Why there was no answer that counts: it did not come, or it was a redirect.')
})
export type WebhookAttempt = z.output<typeof WebhookAttempt>

export const WebhookDelivery = shape('WebhookDelivery', 'One event on its way to one webhook. It is forgotten 30 days after it was delivered or given up.', {
  id: id().describe('Made by the server, UUIDv7.'),
  webhookId: id().describe('The webhook.'),
  eventId: id().describe('The event; it is `webhook-id`, the same at each attempt.'),
  sequence: z.int().meta({ graphql: 'Float' }).describe('The event\'s place in the feed.'),
  eventType: z.string().describe('The type of the event.'),
  subjectId: id().describe('What the event is about; deliveries about one subject are made one after the other.'),
  state: DeliveryState.describe('How it stands.'),
  attemptCount: z.int().describe('How often it was tried.'),
  nextAttemptAt: at().nullable().describe('When it is tried next; null while others are before it, and when it is over.'),
  finishedAt: at().nullable().describe('When it was delivered or given up.'),
  createdAt: at().describe('When it was created here.'),
  attempts: z.array(WebhookAttempt).describe('The last 20 attempts, oldest first.')
})
export type WebhookDelivery = z.output<typeof WebhookDelivery>

const about = {
  webhookId: id().optional().describe('Only deliveries to this webhook.'),
  state: DeliveryState.optional().describe('Only those that stand like this.')
}
export const WebhookDeliveryQuery = z.object({ ...pageQuery, ...about })
export const SearchWebhookDeliveries = z.object({ ...pageBody, ...about })
export type SearchWebhookDeliveries = z.output<typeof SearchWebhookDeliveries>
export const WebhookDeliveryParams = z.object({ id: id().describe('The id of the delivery.') })
export const WebhookDeliveryList = listOf('WebhookDelivery', WebhookDelivery)
