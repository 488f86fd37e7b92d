import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../../context.js'
import { connection, connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { selectedFields } from '../../graphql/selection.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { SearchMessages } from '../messages/message.shapes.js'
import type { RawPage } from './conversation.row.js'
import { conversationById, relations } from './conversation.relations.js'
import {
  createConversation, getConversation, listConversations, listMessages, updateConversation, upsertConversation
} from './conversation.service.js'
import { CreateConversation, Expansion, SearchConversations, UpdateConversation, UpsertConversation } from './conversation.shapes.js'
import { writeConversation, writeConversations } from './conversation.writing.js'
import { deleteConversation } from './merging.service.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

/** What the query asks for beside the conversation's own fields, brought along in the same statement. */
const expansions = (fields: ReadonlySet<string>): Expansion[] => Expansion.options.filter(word => fields.has(word))

const read = ({ json }: { json: Buffer }): unknown => JSON.parse(json.toString())
const connectionOfRaw = ({ rows, page, cursorOf, count }: RawPage) =>
  connection({ data: rows().map(row => Object.assign(read(row) as object, { cursor: cursorOf(row) })), page, cursorOf: row => row.cursor }, count)

async function conversations (ctx: Context, args: object, info: GraphQLResolveInfo) {
  const expand = expansions(new Set([...selectedFields(info, 'nodes'), ...selectedFields(info, 'edges', 'node')]))
  return connectionOfRaw(await listConversations(ctx, { ...sent(SearchConversations, listArguments(args)), expand }))
}

export const conversationGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A conversation, by its id or external:…; a merged one is answered for by the one that it was merged into."
      conversation(id: ID!): Conversation!
      "Conversations, a page at a time; a contact's token lists its own. q: words of messages, and of the subjects that these came with."
      conversations(first: Int = 25, after: String, q: String, filter: ConversationFilter, sort: ConversationSort = lastActivityAtDesc): ConversationConnection!
      "The messages of a conversation; a contact's token sees no notes."
      messages(id: ID!, first: Int = 25, after: String, filter: MessageFilter, sort: MessageSort = occurredAtAsc): MessageConnection!
    }
    extend type Mutation {
      "Creates a conversation; a contact's token creates its own."
      createConversation(input: CreateConversation!, idempotencyKey: String): Conversation!
      "Changes a conversation: what is absent stays, null clears."
      updateConversation(id: ID!, input: UpdateConversation!, ifVersion: Int): Conversation!
      "Creates or changes the conversation with an external id (id: external:…)."
      upsertConversation(id: ID!, input: UpsertConversation!, ifVersion: Int): UpsertedConversation!
      "Deletes a conversation, for good: it leaves every list and every metric. Answers its id."
      deleteConversation(id: ID!, ifVersion: Int): ID!
    }
    extend type Conversation {
      "The conversation that it was merged into."
      mergedInto: Conversation
      "The closed conversation that this one goes on from."
      previousConversation: Conversation
    }
    extend type Message {
      "The conversation that it is in."
      conversation: Conversation
    }
    ${connectionSdl('Conversation')}
    ${connectionSdl('Message')}`,
  writers: { conversation: writeConversation, conversations: writeConversations },
  resolvers: {
    Query: {
      conversation: (_source, args, { ctx }, info) => getConversation(ctx as Context, ref(args.id), expansions(selectedFields(info))).then(read),
      conversations: (_source, args, { ctx }, info) => conversations(ctx as Context, args, info),
      messages: query(async (ctx, { id, ...args }) => connectionOf(await listMessages(ctx, ref(id), sent(SearchMessages, listArguments(args)))))
    },
    Mutation: {
      createConversation: mutation((ctx, { input }) => createConversation(ctx, sent(CreateConversation, input))),
      updateConversation: mutation((ctx, { id, input }) => updateConversation(ctx, ref(id), sent(UpdateConversation, input))),
      upsertConversation: mutation((ctx, { id, input }) => upsertConversation(ctx, ref(id), sent(UpsertConversation, input))),
      deleteConversation: mutation(async (ctx, { id }) => { await deleteConversation(ctx, ref(id)); return id })
    },
    Conversation: relations,
    Message: {
      conversation: (message, _args, context) => conversationById(context).load(message.conversationId)
    }
  }
}
