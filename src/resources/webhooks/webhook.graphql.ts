import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import {
  createWebhook, deleteWebhook, disableWebhook, enableWebhook, getWebhook, getWebhookDelivery, listWebhookDeliveries, listWebhooks,
  redeliverWebhook, replayWebhook, rotateWebhookSecret, updateWebhook
} from './webhook.service.js'
import { CreateWebhook, ReplayWebhook, SearchWebhookDeliveries, SearchWebhooks, UpdateWebhook, WebhookDeliveryParams } from './webhook.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')
const deliveryId = (id: unknown): string => sent(WebhookDeliveryParams, { id }).id

export const webhookGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A webhook, by its id or external:…"
      webhook(id: ID!): Webhook!
      "Webhooks, a page at a time."
      webhooks(first: Int = 25, after: String, filter: WebhookFilter, sort: WebhookSort = createdAtAsc): WebhookConnection!
      "A delivery with its attempts."
      webhookDelivery(id: ID!): WebhookDelivery!
      "Deliveries, newest first, with their attempts."
      webhookDeliveries(
        first: Int = 25
        after: String
        "Only deliveries to this webhook."
        webhookId: ID
        "Only those that stand like this."
        state: WebhookDeliveryState
      ): WebhookDeliveryConnection!
    }
    extend type Mutation {
      "Creates a webhook; its secret is shown this once."
      createWebhook(input: CreateWebhook!, idempotencyKey: String): WebhookWithSecret!
      "Changes a webhook: what is absent stays, null clears."
      updateWebhook(id: ID!, input: UpdateWebhook!, ifVersion: Int): Webhook!
      "Deletes a webhook and the log of its deliveries."
      deleteWebhook(id: ID!, ifVersion: Int): Boolean!
      "Signs with a new secret, shown this once; for 24 hours the one before signs too."
      rotateWebhookSecret(id: ID!, ifVersion: Int): WebhookWithSecret!
      "Stops sending; events wait."
      disableWebhook(id: ID!, ifVersion: Int): Webhook!
      "Sends again, from where it was left."
      enableWebhook(id: ID!, ifVersion: Int): Webhook!
      "Sends the events behind a cursor again."
      replayWebhook(id: ID!, input: ReplayWebhook!, ifVersion: Int): Webhook!
      "Tries a delivery again at once."
      redeliverWebhook(id: ID!, ifVersion: Int): WebhookDelivery!
    }
    ${connectionSdl('Webhook')}
    ${connectionSdl('WebhookDelivery')}`,
  resolvers: {
    Query: {
      webhook: query((ctx, { id }) => getWebhook(ctx, ref(id))),
      webhooks: query(async (ctx, args) => connectionOf(await listWebhooks(ctx, sent(SearchWebhooks, listArguments(args))))),
      webhookDelivery: query((ctx, { id }) => getWebhookDelivery(ctx, deliveryId(id))),
      webhookDeliveries: query(async (ctx, args) => connectionOf(await listWebhookDeliveries(ctx, sent(SearchWebhookDeliveries, listArguments(args)))))
    },
    Mutation: {
      createWebhook: mutation((ctx, { input }) => createWebhook(ctx, sent(CreateWebhook, input))),
      updateWebhook: mutation((ctx, { id, input }) => updateWebhook(ctx, ref(id), sent(UpdateWebhook, input))),
      deleteWebhook: mutation(async (ctx, { id }) => { await deleteWebhook(ctx, ref(id)); return true }),
      rotateWebhookSecret: mutation((ctx, { id }) => rotateWebhookSecret(ctx, ref(id))),
      disableWebhook: mutation((ctx, { id }) => disableWebhook(ctx, ref(id))),
      enableWebhook: mutation((ctx, { id }) => enableWebhook(ctx, ref(id))),
      replayWebhook: mutation((ctx, { id, input }) => replayWebhook(ctx, ref(id), sent(ReplayWebhook, input).after)),
      redeliverWebhook: mutation((ctx, { id }) => redeliverWebhook(ctx, deliveryId(id)))
    }
  }
}
