import { z } from 'zod'
import { at, id, instantInput, Ref, shape } from '../../shapes.js'

const seconds = (text: string) => z.int().nullable().describe(text)

export const SpanFigures = shape('SpanFigures', 'Several spans of time, in whole seconds, floored; all but the count null where there is none.', {
  count: z.int().describe('How many.'),
  sumSeconds: seconds('Together.'),
  avgSeconds: seconds('On average.'),
  minSeconds: seconds('The shortest.'),
  maxSeconds: seconds('The longest.')
})
export type SpanFigures = z.output<typeof SpanFigures>

export const ConversationTimes = shape('ConversationTimes', 'How long things took in a conversation, in whole seconds of one basis, floored. null: it has not happened, or never will.', {
  firstReplySeconds: seconds('The first wait, to the first reply by an agent, if none wrote publicly before.'),
  nextReplies: SpanFigures.describe('Every other wait that an agent\'s reply ended.'),
  replies: SpanFigures.describe('Every wait that an agent\'s reply ended.'),
  cycleFirstReplies: SpanFigures.describe('Per life between reopenings, its first wait, if an agent\'s reply ended it and none wrote publicly before it in that cycle.'),
  currentWaitSeconds: seconds('How long the customer has been waiting for an answer now; null when nobody waits.'),
  requesterWaitSeconds: seconds('Time in new, open and onHold, from the creation to the resolution in force, or to now.'),
  agentWorkSeconds: seconds('Time in new and open, from the creation to the resolution in force, or to now.'),
  pendingSeconds: seconds('Time in pending, from the creation to the resolution in force, or to now.'),
  onHoldSeconds: seconds('Time in onHold, from the creation to the resolution in force, or to now.'),
  firstResolutionSeconds: seconds('From the creation to the first resolution.'),
  fullResolutionSeconds: seconds('From the creation to the resolution in force.'),
  activeResolutionSeconds: seconds('The same less the time spent resolved in between.'),
  timeToAssignmentSeconds: seconds('From the creation to the first assignment to an agent; 0 if created assigned.'),
  owned: SpanFigures.describe('Unbroken stretches with one team and agent while unresolved; the one that goes on, to now.')
})
export type ConversationTimes = z.output<typeof ConversationTimes>

export const ConversationFigures = shape('ConversationFigures', 'What metrics count of one conversation, by the same definitions. One that is left out of metrics (spam, deleted, merged) has none, but for the messages of a merged one.', {
  conversationId: id().describe('The conversation.'),
  asOf: at().describe('The instant that was looked from.'),
  provisional: z.boolean().describe('Whether times in status run to that instant, since no resolution is in force.'),
  calendar: ConversationTimes.describe('In calendar time.'),
  business: ConversationTimes.nullable().describe('In business time, by the calendar that was named, else by the default one; null without either.'),
  businessMissing: z.string().nullable().describe('Why there is no business time; null when there is.'),
  calendarId: id().nullable().describe('The calendar of the business time.'),
  messagesIn: z.int().describe('Customers\' messages that are neither automatic nor spam.'),
  messagesOut: z.int().describe('Public messages of agents and machines, no acknowledgements; those whose delivery failed too.'),
  replyCount: z.int().describe('Agents\' public messages, neither automatic nor undelivered.'),
  unansweredEpisodes: z.int().describe('Waits that ended without a reply.'),
  resolutions: z.int().describe('Entries to resolved, or to closed from an unresolved status.'),
  reopens: z.int().describe('Moves from resolved back to an unresolved status.'),
  assignments: z.int().describe('Changes to another agent, one at the creation included.')
})
export type ConversationFigures = z.output<typeof ConversationFigures>

export const FiguresQuery = z.object({
  asOf: instantInput().optional().describe('As they stood at this instant (RFC 3339), not in the future: later facts do not exist yet.'),
  calendarId: Ref.optional().describe('The calendar of the business time: the default one when left out.')
})
export type FiguresQuery = z.output<typeof FiguresQuery>
