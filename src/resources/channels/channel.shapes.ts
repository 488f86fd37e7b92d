import { z } from 'zod'
import { choiceCondition, filters, IdCondition, on, TextCondition, TimeCondition } from '../../db/filter.js'
import { choice, externalIdInput, id, input, jsonParameter, line, listOf, pageQuery, resourceFields, shape, text, upsertedShape } from '../../shapes.js'
import { ChannelKind, Priority } from '../conversations/conversation.words.js'
import { channels } from './channel.table.js'

export const ChannelState = choice('ChannelState', 'planned: not open yet; active: takes messages; retired: takes none any more.', ['planned', 'active', 'retired'])
export const Unthreaded = choice('Unthreaded', 'Where a message goes that names no thread: new, a new conversation; latest, the contact\'s latest one on this channel.', ['new', 'latest'])
export const ChannelProvider = choice('ChannelProvider', 'Whose payloads the hook takes: generic (the inbound contract), rfc822 (raw e-mail), postmark.', ['generic', 'rfc822', 'postmark'])

export const Channel = shape('Channel', 'A way by which customers reach the team.', {
  ...resourceFields,
  name: z.string().describe('Unique in the workspace, whatever its case.'),
  kind: ChannelKind.describe('What sort of channel it is; cannot be changed.'),
  state: ChannelState.describe('Whether it takes messages.'),
  expectation: z.string().nullable().describe('What customers expect of it, in plain words ("an answer within the hour").'),
  address: z.string().nullable().describe('The e-mail address, number, handle or URL that customers use.'),
  provider: ChannelProvider.describe('Whose payloads its hook takes.'),
  reopenWindowDays: z.int().nullable().describe('Days (of 86,400 s) after a resolution within which a message reopens the conversation; later ones start a new one. null: always reopens.'),
  unthreaded: Unthreaded.describe('Where a message goes that names no thread.'),
  defaultTeamId: id().nullable().describe('The team that new conversations go to.'),
  defaultPriority: Priority.describe('The priority of new conversations.'),
  hasHookSecret: z.boolean().describe('Whether its hook has a secret; without one the hook is closed.'),
  hookPath: z.string().describe('The path that the provider posts to.')
})
export type Channel = z.output<typeof Channel>

const fields = {
  name: line(100).describe('Unique in the workspace, whatever its case; up to 100 characters.'),
  state: ChannelState.describe('Whether it takes messages.'),
  expectation: text(1000).nullable().describe('What customers expect of it, in plain words; up to 1,000 characters.'),
  address: line(500).nullable().describe('The e-mail address, number, handle or URL that customers use.'),
  provider: ChannelProvider.describe('Whose payloads its hook takes.'),
  reopenWindowDays: z.int().min(0).max(3650).nullable().describe('Days (of 86,400 s) after a resolution within which a message reopens; null: always.'),
  unthreaded: Unthreaded.describe('Where a message goes that names no thread; for chat, sms, whatsapp and social `latest` when left out, else `new`.'),
  defaultTeamId: id().nullable().describe('The team that new conversations go to.'),
  defaultPriority: Priority.describe('The priority of new conversations.')
}
const optional = {
  state: fields.state.optional(),
  expectation: fields.expectation.optional(),
  address: fields.address.optional(),
  provider: fields.provider.optional(),
  reopenWindowDays: fields.reopenWindowDays.optional(),
  unthreaded: fields.unthreaded.optional(),
  defaultTeamId: fields.defaultTeamId.optional(),
  defaultPriority: fields.defaultPriority.optional()
}

export const CreateChannel = input('CreateChannel', 'A new channel.', {
  externalId: externalIdInput().optional(),
  name: fields.name,
  kind: ChannelKind.describe('What sort of channel it is; cannot be changed later.'),
  ...optional
})
export type CreateChannel = z.output<typeof CreateChannel>

export const UpdateChannel = input('UpdateChannel', 'Changes to a channel: what is absent stays, null clears.', { name: fields.name.optional(), ...optional })
export type UpdateChannel = z.output<typeof UpdateChannel>

export const UpsertChannel = input('UpsertChannel', 'What the channel with this external id shall be.', {
  name: fields.name,
  kind: ChannelKind.describe('What sort of channel it is; cannot be changed later.'),
  ...optional
})
export const UpsertedChannel = upsertedShape('Channel', Channel)

export const HookSecret = shape('HookSecret', 'The new secret of a channel\'s hook, shown this once.', {
  channelId: id().describe('The channel.'),
  secret: z.string().describe('Goes to the provider: as the password of basic authentication, or as the header X-Webhook-Secret.'),
  hookPath: z.string().describe('The path that the provider posts to.')
})

export const channelFilters = filters('Channel', {
  id: on(IdCondition, channels.id),
  name: on(TextCondition, channels.name),
  externalId: on(TextCondition, channels.externalId),
  kind: on(choiceCondition('ChannelKind', ChannelKind), channels.kind),
  state: on(choiceCondition('ChannelState', ChannelState), channels.state),
  createdAt: on(TimeCondition, channels.createdAt),
  updatedAt: on(TimeCondition, channels.updatedAt)
})
export const ChannelSort = choice('ChannelSort', 'How channels are sorted; ties by id.', ['nameAsc', 'nameDesc', 'createdAtAsc', 'createdAtDesc'])
const sort = ChannelSort.default('nameAsc').describe('How they are sorted; ties by id.')
export const ChannelQuery = z.object({
  ...pageQuery,
  sort,
  kind: ChannelKind.optional().describe('Only of this kind.'),
  state: ChannelState.optional().describe('Only in this state.'),
  filter: jsonParameter(channelFilters.shape).optional().describe('A ChannelFilter as JSON.')
})
export const SearchChannels = input('SearchChannels', 'A search among channels.', {
  limit: z.int().min(1).max(100).default(25).describe('How many at most, 1 to 100.'),
  after: z.string().max(1000).optional().describe('The `endCursor` of the page before.'),
  count: z.boolean().default(false).describe('Whether to count all that match.'),
  sort,
  filter: channelFilters.shape.optional().describe('Which channels.')
})
export type ChannelQuery = Partial<z.output<typeof ChannelQuery>> & z.output<typeof SearchChannels>
export const ChannelList = listOf('Channel', Channel)
