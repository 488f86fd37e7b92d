import type { Fact } from '../../clock/facts.js'
import { reading, type Context } from '../../context.js'
import { notFound } from '../../errors.js'
import * as store from './conversation.store.js'
import { readFactsOf } from './fact.store.js'

/* For verbs that asked for permission: what clocks and metrics are computed from. */

/** The facts of conversations, by conversation, in no order. */
export const factsOfConversations = async (ctx: Context, ids: readonly string[]): Promise<Map<string, Fact[]>> =>
  reading(readFactsOf(ctx.db, ctx.caller!.workspaceId, ids))

/** The id behind a reference; of a merged conversation, its own. */
export async function conversationIdOf (ctx: Context, ref: string): Promise<string> {
  const id = await reading(store.existingIdOf(ctx.db, ctx.caller!.workspaceId, ref))
  if (!id) throw notFound('Conversation')
  return id
}

export { openConversationIds } from './conversation.store.js'
export { readBehind } from './fact.store.js'
