import type { GraphqlModule } from '../../graphql/module.js'
import { query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { getConversationFigures } from './figure.service.js'
import { FiguresQuery } from './figure.shapes.js'

export const figureGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "The figures of a conversation (id, or external:…), in calendar and in business time, now or as of an earlier instant."
      conversationFigures(id: ID!, asOf: DateTime, calendarId: ID): ConversationFigures!
    }`,
  resolvers: {
    Query: {
      conversationFigures: query((ctx, { id, asOf, calendarId }) => getConversationFigures(ctx, sent(Ref, id, 'id'), sent(FiguresQuery, { asOf: asOf ?? undefined, calendarId: calendarId ?? undefined })))
    }
  }
}
