import { clocksOf } from '../../clock/clocks.js'
import { explain, type Explanation } from '../../clock/explain.js'
import type { Fact } from '../../clock/facts.js'
import { allow, instantOf, reading, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { notFound } from '../../errors.js'
import { conversationIdOf, factsOfConversations } from '../conversations/facts.service.js'
import { clockId } from './clock.id.js'
import { shapeOf } from './clock.row.js'
import type { Clock, ClockExplanation, ClockQuery } from './clock.shapes.js'
import type { ClockRow } from './clock.table.js'
import { promisesOf, type Promises } from './promises.js'
import * as store from './clock.store.js'

const instant = (ctx: Context, asOf: string | undefined): number => asOf === undefined ? instantOf(ctx) : Date.parse(asOf)

/** The clocks of conversations, exact at this instant, by conversation. Two statements, however many. */
export async function clocksByConversation (ctx: Context, ids: readonly string[], asOf?: string): Promise<Map<string, Clock[]>> {
  allow(ctx, 'conversations:read')
  const promises = await reading(promisesOf(ctx))
  if (!promises || !ids.length) return new Map()
  const facts = await factsOfConversations(ctx, ids)
  return new Map([...facts].map(([id, timeline]) => [id, at(id, timeline, promises, instant(ctx, asOf))]))
}

const at = (id: string, timeline: readonly Fact[], { standards, calendars }: Promises, now: number): Clock[] =>
  clocksOf(timeline, standards, calendars, now).clocks.map(clock => shapeOf(id, clock))

/** The clocks of one conversation, as they stood, stand or would stand at an instant. */
export async function getConversationClocks (ctx: Context, ref: string, asOf?: string): Promise<{ data: Clock[], asOf: string }> {
  allow(ctx, 'standards:read')
  const id = await conversationIdOf(ctx, ref)
  const clocks = await clocksByConversation({ ...ctx, caller: reader(ctx) }, [id], asOf)
  return { data: clocks.get(id) ?? [], asOf: new Date(instant(ctx, asOf)).toISOString() }
}

/** Whoever may read standards may read what they say of a conversation. */
const reader = (ctx: Context): Context['caller'] => ({ ...ctx.caller!, scopes: new Set([...ctx.caller!.scopes, 'conversations:read']) })

async function find (ctx: Context, id: string): Promise<ClockRow> {
  const { workspaceId } = allow(ctx, 'standards:read')
  const row = await reading(store.find(ctx.db, workspaceId, id))
  if (!row) throw notFound('Clock')
  return row
}

/** One clock, exact at an instant. */
export async function getClock (ctx: Context, id: string, asOf?: string): Promise<Clock> {
  return (await explainClock(ctx, id, asOf)).clock
}

/** Why a clock says what it says, second by second. */
export async function explainClock (ctx: Context, id: string, asOf?: string): Promise<ClockExplanation> {
  const { conversationId } = await find(ctx, id)
  const promises = await reading(promisesOf(ctx))
  const facts = await factsOfConversations(ctx, [conversationId])
  const explanations = promises ? explain(facts.get(conversationId) ?? [], promises.standards, promises.calendars, instant(ctx, asOf)) : []
  const found = explanations.find(({ clock }) => clockId(conversationId, clock.key) === id)
  if (!found) throw notFound('Clock')
  return explanationShape(conversationId, found)
}

function explanationShape (conversationId: string, { clock, segments, rule, sentence }: Explanation): ClockExplanation {
  return {
    clock: shapeOf(conversationId, clock),
    segments: segments.map(segment => ({
      ...segment,
      from: new Date(segment.from).toISOString(),
      to: new Date(segment.to).toISOString(),
      calendarVersion: segment.calendarVersion === null ? null : segment.calendarVersion + 1
    })),
    rule,
    sentence
  }
}

/** Clocks as they were when their conversations were last computed; `consumedSeconds` is of that moment. */
export async function listClocks (ctx: Context, query: ClockQuery): Promise<Page<Clock>> {
  const { workspaceId } = allow(ctx, 'standards:read')
  return reading(store.list(ctx.db, workspaceId, query))
}
