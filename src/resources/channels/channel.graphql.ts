import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { teamById } from '../teams/team.loader.js'
import { createChannel, getChannel, listChannels, rotateHookSecret, updateChannel, upsertChannel } from './channel.service.js'
import { CreateChannel, SearchChannels, UpdateChannel, UpsertChannel } from './channel.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const channelGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A channel, by its id or external:…"
      channel(id: ID!): Channel!
      "Channels, a page at a time."
      channels(first: Int = 25, after: String, filter: ChannelFilter, sort: ChannelSort = nameAsc): ChannelConnection!
    }
    extend type Mutation {
      "Creates a channel."
      createChannel(input: CreateChannel!, idempotencyKey: String): Channel!
      "Changes a channel: what is absent stays, null clears."
      updateChannel(id: ID!, input: UpdateChannel!, ifVersion: Int): Channel!
      "Creates or changes the channel with an external id (id: external:…)."
      upsertChannel(id: ID!, input: UpsertChannel!, ifVersion: Int): UpsertedChannel!
      "Makes a new secret for the channel's hook, shown this once; the one before stops working."
      rotateHookSecret(id: ID!, ifVersion: Int): HookSecret!
    }
    extend type Channel {
      "The team that new conversations go to."
      defaultTeam: Team
    }
    ${connectionSdl('Channel')}`,
  resolvers: {
    Query: {
      channel: query((ctx, { id }) => getChannel(ctx, ref(id))),
      channels: query(async (ctx, args) => connectionOf(await listChannels(ctx, sent(SearchChannels, listArguments(args)))))
    },
    Mutation: {
      createChannel: mutation((ctx, { input }) => createChannel(ctx, sent(CreateChannel, input))),
      updateChannel: mutation((ctx, { id, input }) => updateChannel(ctx, ref(id), sent(UpdateChannel, input))),
      upsertChannel: mutation((ctx, { id, input }) => upsertChannel(ctx, ref(id), sent(UpsertChannel, input))),
      rotateHookSecret: mutation((ctx, { id }) => rotateHookSecret(ctx, ref(id)))
    },
    Channel: {
      defaultTeam: (channel, _args, context) => channel.defaultTeamId && teamById(context).load(channel.defaultTeamId)
    }
  }
}
