import { operation, type Api } from '../../http/operation.js'
import { created, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { createChannel, getChannel, listChannels, rotateHookSecret, updateChannel, upsertChannel } from './channel.service.js'
import {
  Channel, ChannelList, ChannelQuery, CreateChannel, HookSecret, SearchChannels, UpdateChannel, UpsertChannel, UpsertedChannel
} from './channel.shapes.js'

const tag = 'Channels'
const example = { name: 'Support mail', kind: 'email', address: 'help@example.com', provider: 'postmark', expectation: 'An answer within the day.' }

export function channelRoutes (app: Api): void {
  app.get('/channels', operation({
    id: 'listChannels', summary: 'List channels', tag, scope: 'channels:read', query: ChannelQuery, answer: ChannelList
  }), async request => listChannels(request.ctx, request.query))

  app.post('/channels/search', operation({
    id: 'searchChannels', summary: 'Search channels with a filter in the body', tag, scope: 'channels:read', body: SearchChannels, answer: ChannelList,
    graphql: 'channels', example: { filter: { kind: { eq: 'email' } } }
  }), async request => listChannels(request.ctx, request.body))

  app.get('/channels/:id', operation({
    id: 'getChannel', summary: 'Get a channel', tag, scope: 'channels:read', params: RefParams, answer: Channel
  }), async request => getChannel(request.ctx, request.params.id))

  app.post('/channels', operation({
    id: 'createChannel', summary: 'Create a channel', tag, scope: 'channels:write', status: 201, body: CreateChannel, answer: Channel, example
  }), async (request, reply) => created(reply, '/v1/channels', await createChannel(request.ctx, request.body)))

  app.patch('/channels/:id', operation({
    id: 'updateChannel', summary: 'Change a channel', tag, scope: 'channels:write', params: RefParams, body: UpdateChannel, answer: Channel,
    refusals: ['conflict'], example: { state: 'retired' }
  }), async request => updateChannel(request.ctx, request.params.id, request.body))

  app.put('/channels/:id', operation({
    id: 'upsertChannel', summary: 'Create or change the channel with an external id', tag, scope: 'channels:write', params: RefParams, body: UpsertChannel,
    answer: UpsertedChannel, also: [{ status: 201, description: 'Created.' }], refusals: ['conflict'], example
  }), async (request, reply) => upserted(reply, await upsertChannel(request.ctx, request.params.id, request.body)))

  app.post('/channels/:id/hookSecret', operation({
    id: 'rotateHookSecret', summary: 'Make a new secret for the hook', tag, scope: 'channels:write', params: RefParams, answer: HookSecret,
    description: 'Shown this once; the one before stops working.'
  }), async request => rotateHookSecret(request.ctx, request.params.id))
}
