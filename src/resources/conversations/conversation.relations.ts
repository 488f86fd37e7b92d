import type DataLoader from 'dataloader'
import { byId, listById } from '../../graphql/loading.js'
import type { GraphqlContext, Resolver } from '../../graphql/module.js'
import { agentById } from '../agents/agent.loader.js'
import { channelById } from '../channels/channel.loader.js'
import { clocksOfConversation } from '../clocks/clock.loader.js'
import { companyById } from '../companies/company.loader.js'
import { contactById } from '../contacts/contact.loader.js'
import { figuresOfConversation } from '../figures/figure.loader.js'
import { latestMessagesOf, messagesById } from '../messages/message.service.js'
import type { Message } from '../messages/message.shapes.js'
import { tagById } from '../tags/tag.loader.js'
import { teamById } from '../teams/team.loader.js'
import { conversationsById } from './conversation.service.js'

type Loader = (context: GraphqlContext) => DataLoader<string, unknown>

export const conversationById = byId(conversationsById)
const messageById = byId(messagesById)
const latestMessages = listById(latestMessagesOf)

/** What the statement brought along, else by a loader: all that one request asks for in one statement. */
const related = (name: string, id: string, loader: Loader): Resolver => (source, _args, context) =>
  source[name] !== undefined ? source[name] : source[id] && loader(context).load(source[id])

const preview = (message: Message | null) => message && {
  id: message.id, kind: message.kind, occurredAt: message.occurredAt, authorKind: message.author.kind, authorName: message.authorName,
  preview: message.text.slice(0, 200)
}

export const relations: Record<string, Resolver> = {
  contact: related('contact', 'contactId', contactById as Loader),
  company: related('company', 'companyId', companyById as Loader),
  assignee: related('assignee', 'assigneeId', agentById as Loader),
  team: related('team', 'teamId', teamById as Loader),
  channel: related('channel', 'channelId', channelById as Loader),
  tags: async (source, _args, context) => source.tags ??
    (await tagById(context).loadMany(source.tagIds)).filter(tag => tag !== null && !(tag instanceof Error)),
  lastMessage: async (source, _args, context) => source.lastMessage !== undefined
    ? source.lastMessage
    : source.lastMessageId && preview(await messageById(context).load(source.lastMessageId)),
  messages: (source, _args, context) => source.messages ?? latestMessages(context).load(source.id),
  clocks: (source, _args, context) => source.clocks ?? clocksOfConversation(context).load(source.id),
  figures: (source, _args, context) => source.figures !== undefined ? source.figures : figuresOfConversation(context).load(source.id),
  mergedInto: (source, _args, context) => source.mergedIntoId && conversationById(context).load(source.mergedIntoId),
  previousConversation: (source, _args, context) => source.previousConversationId && conversationById(context).load(source.previousConversationId)
}
