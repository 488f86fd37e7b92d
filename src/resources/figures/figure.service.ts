import type { CompiledCalendar } from '../../clock/business-time.js'
import { allow, instantOf, reading, type Context } from '../../context.js'
import { invalid, notFound } from '../../errors.js'
import type { Figure } from '../../metrics/figures.js'
import { figuresOf, repliesOf, type OwnMetric } from '../../metrics/of-conversation.js'
import { subjectOf, type Subject } from '../../metrics/subject.js'
import { defaultCalendarId } from '../calendars/calendar.service.js'
import { readyCalendar } from '../calendars/compiled.service.js'
import { conversationIdOf, factsOfConversations } from '../conversations/facts.service.js'
import type { ConversationFigures, ConversationTimes, FiguresQuery, SpanFigures } from './figure.shapes.js'

/** The figures of one conversation, exact at this or an earlier instant. */
export async function getConversationFigures (ctx: Context, ref: string, query: FiguresQuery = {}): Promise<ConversationFigures> {
  allow(ctx, 'conversations:read')
  const id = await conversationIdOf(ctx, ref)
  const found = (await figuresByConversation(ctx, [id], query)).get(id)
  if (!found) throw invalid('asOf', 'is before the creation of the conversation')
  return found
}

/** Those of many, by conversation; none of one that did not exist yet. Three statements, however many. */
export async function figuresByConversation (ctx: Context, ids: readonly string[], { asOf, calendarId }: FiguresQuery = {}): Promise<Map<string, ConversationFigures>> {
  allow(ctx, 'conversations:read')
  const now = asOf === undefined ? instantOf(ctx) : Date.parse(asOf)
  if (now > instantOf(ctx)) throw invalid('asOf', 'is in the future')
  if (!ids.length) return new Map()
  const business = await businessOf(ctx, calendarId)
  const facts = await factsOfConversations(ctx, ids)
  return new Map(ids.flatMap(id => {
    const subject = subjectOf(id, facts.get(id) ?? [], now)
    return subject ? [[id, shown(subject, business)] as const] : []
  }))
}

interface Business { id: string, calendar: CompiledCalendar }

/** Null where none is named and there is no default one. */
async function businessOf (ctx: Context, ref: string | undefined): Promise<Business | null> {
  const named = ref ?? await reading(defaultCalendarId(ctx))
  if (named === null) return null
  const ready = await readyCalendar(ctx, named)
  if (!ready) throw notFound('Calendar')
  return { id: ready.id, calendar: ready.calendar }
}

function shown (subject: Subject, business: Business | null): ConversationFigures {
  const figures = figuresOf(subject, null)
  const count = (name: OwnMetric): number => figures[name].value ?? 0
  return {
    conversationId: subject.id, asOf: new Date(subject.now).toISOString(), provisional: figures.requesterWaitTime.provisional,
    calendar: timesOf(figures),
    business: business && timesOf(figuresOf(subject, business.calendar)),
    businessMissing: business ? null : 'The workspace has no default calendar. Name one with calendarId.',
    calendarId: business?.id ?? null,
    messagesIn: count('messagesIn'), messagesOut: count('messagesOut'), replyCount: repliesOf(subject), unansweredEpisodes: count('unansweredEpisodes'),
    resolutions: count('resolutions'), reopens: count('reopens'), assignments: count('assignments')
  }
}

function timesOf (figures: Record<OwnMetric, Figure>): ConversationTimes {
  const once = (name: OwnMetric): number | null => figures[name].statistics!.sum
  return {
    firstReplySeconds: once('firstReplyTime'),
    nextReplies: spansOf(figures.nextReplyTime), replies: spansOf(figures.replyTime), cycleFirstReplies: spansOf(figures.cycleFirstReplyTime),
    currentWaitSeconds: once('currentWait'),
    requesterWaitSeconds: once('requesterWaitTime'), agentWorkSeconds: once('agentWorkTime'), pendingSeconds: once('pendingTime'), onHoldSeconds: once('onHoldTime'),
    firstResolutionSeconds: once('firstResolutionTime'), fullResolutionSeconds: once('fullResolutionTime'), activeResolutionSeconds: once('activeResolutionTime'),
    timeToAssignmentSeconds: once('timeToAssignment'),
    owned: spansOf(figures.ownedTime)
  }
}

const spansOf = ({ statistics }: Figure): SpanFigures => {
  const { count, sum, avg, min, max } = statistics!
  return { count, sumSeconds: sum, avgSeconds: avg, minSeconds: min, maxSeconds: max }
}
