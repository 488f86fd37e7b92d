import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { archiveAttribute, createAttribute, getAttribute, listAttributes, unarchiveAttribute, updateAttribute, upsertAttribute } from './attribute.service.js'
import { CreateAttribute, SearchAttributes, UpdateAttribute, UpsertAttribute } from './attribute.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const attributeGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "An attribute, by its id or external:…"
      attribute(id: ID!): Attribute!
      "Attributes, a page at a time."
      attributes(first: Int = 25, after: String, filter: AttributeFilter, sort: AttributeSort = keyAsc): AttributeConnection!
    }
    extend type Mutation {
      "Defines an attribute; up to 200 on each resource."
      createAttribute(input: CreateAttribute!, idempotencyKey: String): Attribute!
      "Changes an attribute: what is absent stays, null clears."
      updateAttribute(id: ID!, input: UpdateAttribute!, ifVersion: Int): Attribute!
      "Defines or changes the attribute with an external id (id: external:…)."
      upsertAttribute(id: ID!, input: UpsertAttribute!, ifVersion: Int): UpsertedAttribute!
      "Archives an attribute: it can no longer be set; values that were set stay, and can be cleared."
      archiveAttribute(id: ID!, ifVersion: Int): Attribute!
      "Takes an attribute back into use."
      unarchiveAttribute(id: ID!, ifVersion: Int): Attribute!
    }
    ${connectionSdl('Attribute')}`,
  resolvers: {
    Query: {
      attribute: query((ctx, { id }) => getAttribute(ctx, ref(id))),
      attributes: query(async (ctx, args) => connectionOf(await listAttributes(ctx, sent(SearchAttributes, listArguments(args)))))
    },
    Mutation: {
      createAttribute: mutation((ctx, { input }) => createAttribute(ctx, sent(CreateAttribute, input))),
      updateAttribute: mutation((ctx, { id, input }) => updateAttribute(ctx, ref(id), sent(UpdateAttribute, input))),
      upsertAttribute: mutation((ctx, { id, input }) => upsertAttribute(ctx, ref(id), sent(UpsertAttribute, input))),
      archiveAttribute: mutation((ctx, { id }) => archiveAttribute(ctx, ref(id))),
      unarchiveAttribute: mutation((ctx, { id }) => unarchiveAttribute(ctx, ref(id)))
    }
  }
}
