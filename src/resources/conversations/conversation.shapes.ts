import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { onAttributes } from '../../db/attributes.js'
import { choiceCondition, filters, IdCondition, NumberCondition, on, TextCondition, TimeCondition } from '../../db/filter.js'
import { at, attributesInput, attributesShape, choice, externalIdInput, flag, id, input, jsonParameter, line, listOf, pageQuery, shape } from '../../shapes.js'
import { upsertedShape } from '../../shapes.js'
import { historyFields, Message, MessageKind } from '../messages/message.shapes.js'
import { Actor, ActorKind } from '../actor.shapes.js'
import { Agent } from '../agents/agent.shapes.js'
import { Channel } from '../channels/channel.shapes.js'
import { Clock } from '../clocks/clock.shapes.js'
import { Company } from '../companies/company.shapes.js'
import { Contact } from '../contacts/contact.shapes.js'
import { ConversationFigures } from '../figures/figure.shapes.js'
import { Tag } from '../tags/tag.shapes.js'
import { Team } from '../teams/team.shapes.js'
import { conversations } from './conversation.table.js'
import { ChannelKind, Priority, Status } from './conversation.words.js'

export const Disposition = choice('Disposition', 'Whether it takes part in lists and metrics: only active ones do.', ['active', 'spam', 'merged', 'deleted'])
export const MessagePreview = shape('MessagePreview', 'The last message of a conversation, in short.', {
  id: id().describe('The message.'),
  kind: MessageKind.describe('Which way it went.'),
  occurredAt: at().describe('When it was written.'),
  authorKind: ActorKind.describe('What its author was.'),
  authorName: z.string().nullable().describe('The author\'s name as the message showed it.'),
  preview: z.string().describe('Its first 200 characters.')
})

export const Conversation = shape('Conversation', 'One matter of one customer: messages, and who has to do what about it.', {
  id: id().describe('Made by the server, UUIDv7.'),
  externalId: z.string().nullable().describe('Your own id, unique among conversations of the workspace.'),
  version: z.int().describe('Counts the changes; it is the ETag, and what If-Match and ifVersion name.'),
  createdAt: at().describe('Its creation: the earliest instant among its facts (definitions, 1.6).'),
  updatedAt: at().describe('When it last changed.'),
  recordedAt: at().describe('When it came to be here.'),
  subject: z.string().nullable().describe('What it is about.'),
  channelId: id().describe('The channel that it came by.'),
  channelKind: ChannelKind.describe('What sort of channel that is.'),
  contactId: id().nullable().describe('The customer.'),
  companyId: id().nullable().describe('The customer\'s company, as it was at creation, or as it was changed here.'),
  tier: z.string().nullable().describe('The company\'s tier, as it was at creation, or as it was changed here.'),
  language: z.string().nullable().describe('The customer\'s language, BCP 47, as it was at creation, or as it was changed here.'),
  attributes: attributesShape(),
  complexity: z.number().nullable().describe('How much work it is, a number from 0; null counts as 1 in the weighted workload.'),
  tagIds: z.array(id()).describe('Its tags.'),
  priority: Priority.describe('How urgent it is.'),
  assigneeId: id().nullable().describe('The agent who has it.'),
  teamId: id().nullable().describe('The team that has it.'),
  status: Status.describe('Where it stands.'),
  statusReason: z.string().nullable().describe('Why it stands there, in the words of whoever changed it.'),
  ownStatus: z.string().nullable().describe('The workspace\'s own name for where it stands, where whoever moved it there used one.'),
  statusSince: at().describe('Since when it stands there.'),
  snoozedUntil: at().nullable().describe('Until when it is out of sight; an inbound message ends that earlier.'),
  snoozeReason: z.string().nullable().describe('Why it is out of sight.'),
  waitingSince: at().nullable().describe('Since when the customer waits for an answer; null when nobody waits.'),
  firstInboundAt: at().nullable().describe('When the first message from the customer\'s side was written.'),
  firstInboundMessageId: id().nullable().describe('That message.'),
  lastInboundAt: at().nullable().describe('When the last message from the customer\'s side was written.'),
  lastInboundMessageId: id().nullable().describe('That message.'),
  firstOutboundAt: at().nullable().describe('When the first public message to the customer was written.'),
  firstOutboundMessageId: id().nullable().describe('That message.'),
  lastOutboundAt: at().nullable().describe('When the last public message to the customer was written.'),
  lastOutboundMessageId: id().nullable().describe('That message.'),
  lastMessageAt: at().nullable().describe('When the last message, either way, was written; notes do not count.'),
  lastMessageId: id().nullable().describe('That message.'),
  lastActivityAt: at().describe('The last message\'s instant, or the creation while there is none.'),
  messagesIn: z.int().describe('Customers\' messages that are neither automatic nor spam.'),
  messagesOut: z.int().describe('Public messages of agents and machines, acknowledgements left out.'),
  notes: z.int().describe('Notes for the team.'),
  firstReplyAt: at().nullable().describe('When a person first answered.'),
  firstResolvedAt: at().nullable().describe('The first resolution.'),
  resolvedAt: at().nullable().describe('The resolution in force: the last one that was not reopened.'),
  resolvedBy: Actor.nullable().describe('Who made the resolution in force.'),
  closedAt: at().nullable().describe('When it was closed.'),
  reopenCount: z.int().describe('How often it was reopened.'),
  disposition: Disposition.describe('Whether it takes part in lists and metrics.'),
  mergedIntoId: id().nullable().describe('The conversation that it was merged into, which answers for it.'),
  previousConversationId: id().nullable().describe('The closed conversation that this one goes on from.'),
  nextDueAt: at().nullable().describe('The earliest deadline among its clocks that have not ended; one that has passed is a promise broken.'),
  atRisk: z.boolean().describe('Whether one of its clocks is at risk.'),
  clocks: z.array(Clock).optional().describe('Its clocks, exact to the second; in REST only with `expand=clocks`.'),
  figures: ConversationFigures.nullable().optional().describe('What metrics count of it, now, in business time by the default calendar; in REST only with `expand=figures`. null for a contact\'s token.'),
  contact: Contact.nullable().optional().describe('The customer; in REST only with `expand=contact`.'),
  company: Company.nullable().optional().describe('The company; in REST only with `expand=company`.'),
  assignee: Agent.nullable().optional().describe('The agent who has it; in REST only with `expand=assignee`.'),
  team: Team.nullable().optional().describe('The team that has it; in REST only with `expand=team`.'),
  channel: Channel.nullable().optional().describe('The channel that it came by; in REST only with `expand=channel`.'),
  tags: z.array(Tag).optional().describe('Its tags, by name; in REST only with `expand=tags`.'),
  lastMessage: MessagePreview.nullable().optional().describe('The last message in short; in REST only with `expand=lastMessage`.'),
  messages: z.array(Message).optional().describe('The latest 100 messages, oldest first; in REST only with `expand=messages`.')
})
export type Conversation = z.output<typeof Conversation>

const attributesField = attributesInput()

export const CreateConversation = input('CreateConversation', 'A new conversation, with or without a first message.', {
  externalId: externalIdInput().optional(),
  channelId: id().describe('The channel that it belongs to.'),
  contactId: id().nullable().optional().describe('The customer; a contact\'s token is always its own.'),
  subject: line(998).nullable().optional().describe('What it is about.'),
  priority: Priority.optional().describe('How urgent it is; the channel\'s default otherwise.'),
  status: Status.optional().describe('Where it stands from the start; new otherwise, open when assigned.'),
  assigneeId: id().nullable().optional().describe('The agent who has it.'),
  teamId: id().nullable().optional().describe('The team that has it; the channel\'s default otherwise.'),
  tagIds: z.array(id()).max(50).optional().describe('Its tags, up to 50.'),
  companyId: id().nullable().optional().describe('The customer\'s company; the contact\'s otherwise.'),
  tier: line(50).nullable().optional().describe('The tier; the company\'s otherwise.'),
  language: line(35).nullable().optional().describe('BCP 47; the contact\'s otherwise.'),
  attributes: attributesField.optional(),
  complexity: z.number().min(0).max(1_000_000).nullable().optional().describe('How much work it is, a number from 0.'),
  ...historyFields
})
export type CreateConversation = z.output<typeof CreateConversation>

export const UpdateConversation = input('UpdateConversation', 'Changes to a conversation: what is absent stays, null clears. Status, assignment, tags and the like have verbs of their own.', {
  subject: line(998).nullable().optional().describe('What it is about.'),
  priority: Priority.optional().describe('How urgent it is.'),
  contactId: id().optional().describe('The customer.'),
  companyId: id().nullable().optional().describe('The customer\'s company.'),
  tier: line(50).nullable().optional().describe('The company\'s tier.'),
  language: line(35).nullable().optional().describe('The customer\'s language, BCP 47.'),
  attributes: attributesField.optional(),
  complexity: z.number().min(0).max(1_000_000).nullable().optional().describe('How much work it is, a number from 0; null counts as 1.'),
  ...historyFields
})
export type UpdateConversation = z.output<typeof UpdateConversation>

export const UpsertConversation = input('UpsertConversation', 'What the conversation with this external id shall be.', {
  channelId: id().describe('The channel that it belongs to; cannot be changed later.'),
  contactId: UpdateConversation.shape.contactId,
  subject: UpdateConversation.shape.subject,
  priority: UpdateConversation.shape.priority,
  companyId: UpdateConversation.shape.companyId,
  tier: UpdateConversation.shape.tier,
  language: UpdateConversation.shape.language,
  attributes: UpdateConversation.shape.attributes,
  complexity: UpdateConversation.shape.complexity,
  ...historyFields
})
export type UpsertConversation = z.output<typeof UpsertConversation>
export const UpsertedConversation = upsertedShape('Conversation', Conversation)

export const Expansion = choice('ConversationExpansion', 'What may be put beside its id.', ['contact', 'company', 'assignee', 'team', 'channel', 'tags', 'messages', 'lastMessage', 'clocks', 'figures'])
export type Expansion = z.output<typeof Expansion>

/** A conversation as REST answers it when it is asked to expand. */
export const expandParameter = z.string().max(200).transform((value, context) => {
  const words = value.split(',').map(word => word.trim()).filter(Boolean)
  const wrong = words.find(word => !Expansion.options.includes(word as Expansion))
  if (wrong === undefined) return [...new Set(words)] as Expansion[]
  context.addIssue(`${wrong} cannot be expanded; ${Expansion.options.join(', ')} can`)
  return z.NEVER
}).optional().describe('What to put beside its id, separated by commas: contact, company, assignee, team, channel, tags, messages (the latest 100), lastMessage, clocks, figures.')

export const conversationFilters = filters('Conversation', {
  id: on(IdCondition, conversations.id),
  externalId: on(TextCondition, conversations.externalId),
  status: on(choiceCondition('Status', Status), conversations.status),
  ownStatus: on(TextCondition, conversations.ownStatus),
  priority: on(choiceCondition('Priority', Priority), conversations.priority),
  assigneeId: on(IdCondition, conversations.assigneeId),
  teamId: on(IdCondition, conversations.teamId),
  contactId: on(IdCondition, conversations.contactId),
  companyId: on(IdCondition, conversations.companyId),
  tier: on(TextCondition, conversations.tier),
  language: on(TextCondition, conversations.language),
  channelId: on(IdCondition, conversations.channelId),
  channelKind: on(choiceCondition('ChannelKind', ChannelKind), conversations.channelKind),
  disposition: on(choiceCondition('Disposition', Disposition), conversations.disposition),
  createdAt: on(TimeCondition, conversations.createdAt),
  updatedAt: on(TimeCondition, conversations.updatedAt),
  lastActivityAt: on(TimeCondition, conversations.lastActivityAt),
  waitingSince: on(TimeCondition, conversations.waitingSince),
  snoozedUntil: on(TimeCondition, conversations.snoozedUntil),
  resolvedAt: on(TimeCondition, conversations.resolvedAt),
  nextDueAt: on(TimeCondition, conversations.nextDueAt),
  reopenCount: on(NumberCondition, conversations.reopenCount),
  attributes: onAttributes(conversations.attributes, conversations.attributeWords),
  tags: {
    condition: input('TagsCondition', 'A condition on tags; all that are given must hold.', {
      any: z.array(id()).min(1).max(50).optional().describe('Has at least one of these.'),
      all: z.array(id()).min(1).max(50).optional().describe('Has all of these.'),
      isEmpty: z.boolean().optional().describe('true: has no tag; false: has one.')
    }),
    where: ({ any, all, isEmpty }: { any?: string[], all?: string[], isEmpty?: boolean }) => sql.join([
      any ? sql`${conversations.tagIds} && ${sql.param(any)}::uuid[]` : sql`true`,
      all ? sql`${conversations.tagIds} @> ${sql.param(all)}::uuid[]` : sql`true`,
      isEmpty === undefined ? sql`true` : isEmpty ? sql`${conversations.tagIds} = '{}'` : sql`${conversations.tagIds} <> '{}'`
    ], sql` and `)
  }
})

export const ConversationSort = choice('ConversationSort', 'How conversations are sorted; ties by id.',
  ['lastActivityAtDesc', 'lastActivityAtAsc', 'createdAtDesc', 'createdAtAsc', 'updatedAtDesc', 'updatedAtAsc', 'waitingSinceAsc', 'nextDueAtAsc'])

const common = {
  sort: ConversationSort.default('lastActivityAtDesc').describe('How they are sorted; ties by id. waitingSinceAsc lists only those where a customer waits, nextDueAtAsc only those with a deadline: the order in which promises break.'),
  atRisk: z.boolean().optional().describe('true: only those with a clock at risk.'),
  overdue: z.boolean().optional().describe('true: only those with a clock that has fallen due and not ended.'),
  q: line(200).optional().describe('Words that one of its messages has, or the subject that came with it, all of them; "quoted" together, -word not, or.')
}
export const ConversationQuery = z.object({
  ...pageQuery, ...common,
  atRisk: flag().optional().describe('true: only those with a clock at risk.'),
  overdue: flag().optional().describe('true: only those with a clock that has fallen due and not ended.'),
  status: Status.optional().describe('Only those that stand here.'),
  assigneeId: z.union([z.uuid(), z.literal('none')]).optional().describe('Only this agent\'s; `none`: only unassigned ones.'),
  teamId: z.union([z.uuid(), z.literal('none')]).optional().describe('Only this team\'s; `none`: only those without a team.'),
  contactId: id().optional().describe('Only this contact\'s.'),
  channelId: id().optional().describe('Only those of this channel.'),
  tagId: id().optional().describe('Only those with this tag.'),
  priority: Priority.optional().describe('Only those of this priority.'),
  filter: jsonParameter(conversationFilters.shape).optional().describe('A ConversationFilter as JSON. Unless it names a disposition, only active ones are listed.'),
  expand: expandParameter
})
export const SearchConversations = input('SearchConversations', 'A search among conversations.', {
  limit: z.int().min(1).max(100).default(25).describe('How many at most, 1 to 100.'),
  after: z.string().max(1000).optional().describe('The `endCursor` of the page before.'),
  count: z.boolean().default(false).describe('Whether to count all that match.'),
  ...common,
  filter: conversationFilters.shape.optional().describe('Which conversations. Unless it names a disposition, only active ones are listed.')
})
export type ConversationQuery = Partial<z.output<typeof ConversationQuery>> & z.output<typeof SearchConversations>
export const ConversationList = listOf('Conversation', Conversation)
