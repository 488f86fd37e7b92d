import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { createKey, getKey, listKeys, revokeKey, rotateKey, updateKey } from './key.service.js'
import { CreateKey, SearchKeys, UpdateKey } from './key.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const keyGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "An API key, by its id or external:…, without its secret."
      key(id: ID!): ApiKey!
      "API keys, a page at a time."
      keys(first: Int = 25, after: String, filter: ApiKeyFilter, sort: ApiKeySort = createdAtDesc): ApiKeyConnection!
    }
    extend type Mutation {
      "Creates an API key; its secret is shown this once."
      createKey(input: CreateApiKey!, idempotencyKey: String): NewApiKey!
      "Changes an API key's name or scopes: what is absent stays."
      updateKey(id: ID!, input: UpdateApiKey!, ifVersion: Int): ApiKey!
      "Gives an API key a new secret, shown this once; the one before stops working."
      rotateKey(id: ID!, ifVersion: Int): NewApiKey!
      "Revokes an API key, for good."
      revokeKey(id: ID!, ifVersion: Int): ApiKey!
    }
    ${connectionSdl('ApiKey')}`,
  resolvers: {
    Query: {
      key: query((ctx, { id }) => getKey(ctx, ref(id))),
      keys: query(async (ctx, args) => connectionOf(await listKeys(ctx, sent(SearchKeys, listArguments(args)))))
    },
    Mutation: {
      createKey: mutation((ctx, { input }) => createKey(ctx, sent(CreateKey, input))),
      updateKey: mutation((ctx, { id, input }) => updateKey(ctx, ref(id), sent(UpdateKey, input))),
      rotateKey: mutation((ctx, { id }) => rotateKey(ctx, ref(id))),
      revokeKey: mutation((ctx, { id }) => revokeKey(ctx, ref(id)))
    }
  }
}
