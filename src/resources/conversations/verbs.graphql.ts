import type { z } from 'zod'
import type { Context } from '../../context.js'
import type { GraphqlModule, Resolver } from '../../graphql/module.js'
import { mutation } from '../../graphql/resolving.js'
import { id as uuid, Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { assignConversation, unassignConversation } from './assigning.service.js'
import { changeStatus, closeConversation, reopenConversation, resolveConversation } from './closing.service.js'
import { Assign, ChangePriority, ChangeStatus, Merge, Note, Reply, Snooze, StatusReason, TagChange, When } from './verb.shapes.js'
import { publishNote, setCountsForService, setDelivery } from './delivering.service.js'
import { markAsSpam, mergeConversation, takeBackSpam } from './merging.service.js'
import { addNote, replyToConversation } from './replying.service.js'
import { snoozeConversation } from './snoozing.service.js'
import { changePriority, tagConversation, untagConversation } from './tagging.service.js'
import { PublishNote, SetCountsForService, SetDelivery } from '../messages/message.shapes.js'
import { getMessage, getMessageOriginal } from '../messages/message.service.js'

/** A verb on one conversation: its shape checked as REST checks the body. */
const on = <T extends z.ZodType>(shape: T, verb: (ctx: Context, ref: string, input: z.output<T>) => unknown): Resolver =>
  mutation((ctx, { id, input }) => verb(ctx, sent(Ref, id, 'id'), sent(shape, input ?? {})))

const onMessage = <T extends z.ZodType>(shape: T, verb: (ctx: Context, id: string, input: z.output<T>) => unknown): Resolver =>
  mutation((ctx, { id, input }) => verb(ctx, sent(uuid(), id, 'id'), sent(shape, input ?? {})))

export const conversationVerbsGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A message."
      message(id: ID!): Message!
      "A message as it came: not sanitised, with the quoted history. Never show this HTML."
      messageOriginal(id: ID!): MessageOriginal!
    }
    extend type Mutation {
      "Replies to the customer; with andThen more happens in the same step. From a contact's token, or with a customer as actor, it is the customer who writes."
      replyToConversation(id: ID!, input: Reply!, idempotencyKey: String, ifVersion: Int): Message!
      "Writes a note for the team."
      addNote(id: ID!, input: Note!, idempotencyKey: String, ifVersion: Int): Message!
      "Assigns it to an agent, a team or both; null takes it away."
      assignConversation(id: ID!, input: Assign!, ifVersion: Int): Conversation!
      "Takes it away from its agent; the team keeps it."
      unassignConversation(id: ID!, input: When, ifVersion: Int): Conversation!
      "Changes its status."
      changeStatus(id: ID!, input: ChangeStatus!, ifVersion: Int): Conversation!
      "Resolves it."
      resolveConversation(id: ID!, input: StatusReason, ifVersion: Int): Conversation!
      "Reopens it, from resolved or closed."
      reopenConversation(id: ID!, input: StatusReason, ifVersion: Int): Conversation!
      "Closes it for good: a further message starts a new conversation."
      closeConversation(id: ID!, input: StatusReason, ifVersion: Int): Conversation!
      "Puts it out of sight until a time; an inbound message ends that earlier."
      snoozeConversation(id: ID!, input: Snooze!, ifVersion: Int): Conversation!
      "Changes its priority."
      changePriority(id: ID!, input: ChangePriority!, ifVersion: Int): Conversation!
      "Puts tags on it."
      tagConversation(id: ID!, input: TagChange!, ifVersion: Int): Conversation!
      "Takes tags off it."
      untagConversation(id: ID!, input: TagChange!, ifVersion: Int): Conversation!
      "Merges it into another; answers the one that goes on."
      mergeConversation(id: ID!, input: Merge!, ifVersion: Int): Conversation!
      "Marks it as spam."
      markAsSpam(id: ID!, input: When, ifVersion: Int): Conversation!
      "Takes the spam mark back: everything comes back as if it had never been marked."
      takeBackSpam(id: ID!, input: When, ifVersion: Int): Conversation!
      "Makes a note public: from that moment it is a reply."
      publishNote(id: ID!, input: PublishNote, ifVersion: Int): Message!
      "Says whether a customer's message has to be answered."
      setCountsForService(id: ID!, input: SetCountsForService!, ifVersion: Int): Message!
      "Says how far a reply has come; a failed one counts from then on as not sent."
      setDelivery(id: ID!, input: SetDelivery!, ifVersion: Int): Message!
    }`,
  resolvers: {
    Query: {
      message: (_source, { id }, { ctx }) => getMessage(ctx as Context, sent(uuid(), id, 'id')),
      messageOriginal: (_source, { id }, { ctx }) => getMessageOriginal(ctx as Context, sent(uuid(), id, 'id'))
    },
    Mutation: {
      replyToConversation: on(Reply, replyToConversation),
      addNote: on(Note, addNote),
      assignConversation: on(Assign, assignConversation),
      unassignConversation: on(When, unassignConversation),
      changeStatus: on(ChangeStatus, changeStatus),
      resolveConversation: on(StatusReason, resolveConversation),
      reopenConversation: on(StatusReason, reopenConversation),
      closeConversation: on(StatusReason, closeConversation),
      snoozeConversation: on(Snooze, snoozeConversation),
      changePriority: on(ChangePriority, changePriority),
      tagConversation: on(TagChange, tagConversation),
      untagConversation: on(TagChange, untagConversation),
      mergeConversation: on(Merge, mergeConversation),
      markAsSpam: on(When, markAsSpam),
      takeBackSpam: on(When, takeBackSpam),
      publishNote: onMessage(PublishNote, publishNote),
      setCountsForService: onMessage(SetCountsForService, setCountsForService),
      setDelivery: onMessage(SetDelivery, setDelivery)
    }
  }
}
