import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { tagById } from './tag.loader.js'
import { archiveTag, createTag, getTag, listTags, unarchiveTag, updateTag, upsertTag } from './tag.service.js'
import { CreateTag, SearchTags, UpdateTag, UpsertTag } from './tag.shapes.js'

export const tagGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A tag, by its id or external:…"
      tag(id: ID!): Tag!
      "Tags, a page at a time."
      tags(first: Int = 25, after: String, filter: TagFilter, sort: TagSort = nameAsc): TagConnection!
    }
    extend type Mutation {
      "Creates a tag."
      createTag(input: CreateTag!, idempotencyKey: String): Tag!
      "Changes a tag: what is absent stays, null clears."
      updateTag(id: ID!, input: UpdateTag!, ifVersion: Int): Tag!
      "Creates or changes the tag with an external id (id: external:…)."
      upsertTag(id: ID!, input: UpsertTag!, ifVersion: Int): UpsertedTag!
      "Archives a tag: it can no longer be put on conversations; those that have it keep it."
      archiveTag(id: ID!, ifVersion: Int): Tag!
      "Takes a tag back into use."
      unarchiveTag(id: ID!, ifVersion: Int): Tag!
    }
    extend type Tag {
      "The tag that this one is a kind of."
      parent: Tag
    }
    ${connectionSdl('Tag')}`,
  resolvers: {
    Query: {
      tag: query((ctx, { id }) => getTag(ctx, sent(Ref, id, 'id'))),
      tags: query(async (ctx, args) => connectionOf(await listTags(ctx, sent(SearchTags, listArguments(args)))))
    },
    Mutation: {
      createTag: mutation((ctx, { input }) => createTag(ctx, sent(CreateTag, input))),
      updateTag: mutation((ctx, { id, input }) => updateTag(ctx, sent(Ref, id, 'id'), sent(UpdateTag, input))),
      upsertTag: mutation((ctx, { id, input }) => upsertTag(ctx, sent(Ref, id, 'id'), sent(UpsertTag, input))),
      archiveTag: mutation((ctx, { id }) => archiveTag(ctx, sent(Ref, id, 'id'))),
      unarchiveTag: mutation((ctx, { id }) => unarchiveTag(ctx, sent(Ref, id, 'id')))
    },
    Tag: {
      parent: (tag, _args, context) => tag.parentId && tagById(context).load(tag.parentId)
    }
  }
}
