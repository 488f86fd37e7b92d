import type { Context } from '../../context.js'
import { connection, connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { listArguments, query } from '../../graphql/resolving.js'
import { sent } from '../../validate.js'
import { oneByOne } from './one-by-one.js'
import { followEvents, getEvent, listEvents } from './event.service.js'
import { EventArguments, EventParams, StreamArguments } from './event.shapes.js'

const given = (args: object): object => Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null))

const about = `
        "Only these types, up to 20."
        types: [String!]
        "Only events about this resource."
        subjectId: ID
        "Only events that belong to this conversation."
        conversationId: ID`

export const eventGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "An event, by its id."
      event(id: ID!): Event!
      "Events in the order of their sequence; after: latest starts at the end. endCursor continues, on an empty page too."
      events(first: Int = 25, after: String, ${about}): EventConnection!
    }
    extend type Subscription {
      "Events as they happen."
      events(
        "The sequence or endCursor to continue behind, 0 for the beginning; without it, what comes from now on."
        after: String = "latest"
        ${about}
      ): Event!
    }
    ${connectionSdl('Event')}`,
  resolvers: {
    Query: {
      event: query((ctx, args) => getEvent(ctx, sent(EventParams, args).id)),
      events: query(async (ctx, args) => connection(await listEvents(ctx, sent(EventArguments, listArguments(args)))))
    },
    Subscription: {
      events: {
        subscribe: async (_source, args, { ctx }) =>
          oneByOne(await followEvents(ctx as Context, sent(StreamArguments, given(args))))
      }
    }
  }
}
