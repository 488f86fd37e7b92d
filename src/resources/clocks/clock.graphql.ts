import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, query } from '../../graphql/resolving.js'
import { id as uuid, Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { getPublicationProgress } from './applying.service.js'
import { explainClock, getClock, getConversationClocks, listClocks } from './clock.service.js'
import { AsOf, SearchClocks } from './clock.shapes.js'

const only = (id: unknown): string => sent(uuid(), id, 'id')
const moment = ({ asOf }: { asOf?: string | null }): string | undefined => sent(AsOf, asOf ? { asOf } : {}).asOf

export const clockGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A clock, exact to the second."
      clock(id: ID!, asOf: DateTime): Clock!
      "Clocks, a page at a time, as they were when their conversations were last computed."
      clocks(first: Int = 25, after: String, filter: ClockFilter, sort: ClockSort = dueAtAsc): ClockConnection!
      "The clocks of a conversation (id, or external:…), exact to the second."
      conversationClocks(id: ID!, asOf: DateTime): ConversationClocks!
      "Why a clock says what it says: segments, the rule that chose the standard, and one sentence."
      clockExplanation(id: ID!, asOf: DateTime): ClockExplanation!
      "How far what was last published has been applied to conversations."
      publicationProgress: PublicationProgress!
    }
    ${connectionSdl('Clock')}`,
  resolvers: {
    Query: {
      clock: query((ctx, { id, ...args }) => getClock(ctx, only(id), moment(args))),
      clocks: query(async (ctx, args) => connectionOf(await listClocks(ctx, sent(SearchClocks, listArguments(args))))),
      conversationClocks: query((ctx, { id, ...args }) => getConversationClocks(ctx, sent(Ref, id, 'id'), moment(args))),
      clockExplanation: query((ctx, { id, ...args }) => explainClock(ctx, only(id), moment(args))),
      publicationProgress: query(ctx => getPublicationProgress(ctx))
    }
  }
}
