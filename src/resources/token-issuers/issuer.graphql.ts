import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import {
  createTokenIssuer, deleteTokenIssuer, getTokenIssuer, listTokenIssuers, updateTokenIssuer, upsertTokenIssuer
} from './issuer.service.js'
import { CreateTokenIssuer, SearchTokenIssuers, UpdateTokenIssuer, UpsertTokenIssuer } from './issuer.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const tokenIssuerGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A token issuer, by its id or external:…"
      tokenIssuer(id: ID!): TokenIssuer!
      "Token issuers, a page at a time."
      tokenIssuers(first: Int = 25, after: String, filter: TokenIssuerFilter, sort: TokenIssuerSort = createdAtDesc): TokenIssuerConnection!
    }
    extend type Mutation {
      "Believes an issuer of tokens."
      createTokenIssuer(input: CreateTokenIssuer!, idempotencyKey: String): TokenIssuer!
      "Changes a token issuer: what is absent stays; jwksUri and jwks replace each other."
      updateTokenIssuer(id: ID!, input: UpdateTokenIssuer!, ifVersion: Int): TokenIssuer!
      "Creates or changes the token issuer with an external id (id: external:…)."
      upsertTokenIssuer(id: ID!, input: UpsertTokenIssuer!, ifVersion: Int): UpsertedTokenIssuer!
      "Believes an issuer no longer. Answers its id."
      deleteTokenIssuer(id: ID!, ifVersion: Int): ID!
    }
    ${connectionSdl('TokenIssuer')}`,
  resolvers: {
    Query: {
      tokenIssuer: query((ctx, { id }) => getTokenIssuer(ctx, ref(id))),
      tokenIssuers: query(async (ctx, args) => connectionOf(await listTokenIssuers(ctx, sent(SearchTokenIssuers, listArguments(args)))))
    },
    Mutation: {
      createTokenIssuer: mutation((ctx, { input }) => createTokenIssuer(ctx, sent(CreateTokenIssuer, input))),
      updateTokenIssuer: mutation((ctx, { id, input }) => updateTokenIssuer(ctx, ref(id), sent(UpdateTokenIssuer, input))),
      upsertTokenIssuer: mutation((ctx, { id, input }) => upsertTokenIssuer(ctx, ref(id), sent(UpsertTokenIssuer, input))),
      deleteTokenIssuer: mutation(async (ctx, { id }) => { await deleteTokenIssuer(ctx, ref(id)); return id })
    }
  }
}
