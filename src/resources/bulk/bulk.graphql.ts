import type { GraphqlModule } from '../../graphql/module.js'
import { mutation } from '../../graphql/resolving.js'
import { sent } from '../../validate.js'
import { bulkWrite } from './bulk.service.js'
import { Bulk } from './bulk.shapes.js'

export const bulkGraphql: GraphqlModule = {
  sdl: `
    extend type Mutation {
      "Does up to 100 writes, each as if it had come alone, in their order, with a result of its own."
      bulkWrite(input: Bulk!, idempotencyKey: String): BulkResults!
    }`,
  resolvers: {
    Mutation: {
      bulkWrite: mutation((ctx, { input }) => bulkWrite(ctx, sent(Bulk, input)))
    }
  }
}
