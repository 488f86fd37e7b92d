import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { id as uuid, Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { InboundMessage } from './inbound/inbound.shapes.js'
import { getReceipt, listReceipts, pushMessage, retryReceipt } from './receipt.service.js'
import { SearchReceipts } from './receipt.shapes.js'

const only = (id: unknown): string => sent(uuid(), id, 'id')

export const receiptGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "What a hook was sent."
      inboundReceipt(id: ID!): InboundReceipt!
      "What hooks were sent, a page at a time."
      inboundReceipts(first: Int = 25, after: String, filter: InboundReceiptFilter, sort: InboundReceiptSort = receivedAtDesc): InboundReceiptConnection!
    }
    extend type Mutation {
      "Pushes a customer's message into a channel; a duplicate gives the first result."
      pushMessage(id: ID!, input: InboundMessage!, idempotencyKey: String): InboundResult!
      "Works once more on a receipt that failed or was ignored."
      retryInboundReceipt(id: ID!, ifVersion: Int): InboundReceipt!
    }
    ${connectionSdl('InboundReceipt')}`,
  resolvers: {
    Query: {
      inboundReceipt: query((ctx, { id }) => getReceipt(ctx, only(id))),
      inboundReceipts: query(async (ctx, args) => connectionOf(await listReceipts(ctx, sent(SearchReceipts, listArguments(args)))))
    },
    Mutation: {
      pushMessage: mutation((ctx, { id, input }) => pushMessage(ctx, sent(Ref, id, 'id'), sent(InboundMessage, input))),
      retryInboundReceipt: mutation((ctx, { id }) => retryReceipt(ctx, only(id)))
    }
  }
}
