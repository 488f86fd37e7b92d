import type { z } from 'zod'
import { allow, transact, type Context } from '../../context.js'
import { invalid } from '../../errors.js'
import { requireAssignable } from './assignable.js'
import { factAt, hold, momentOf, refuseInactive, write } from './change.js'
import type { Conversation } from './conversation.shapes.js'
import type { Assign, History } from './verb.shapes.js'
import { shapeOf } from './conversation.shape.js'

/** Gives it to an agent, a team or both; null takes it away. Assigning to an agent opens a new one. */
export async function assignConversation (ctx: Context, ref: string, input: z.output<typeof Assign>): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  if (input.assigneeId === undefined && input.teamId === undefined) throw invalid('assigneeId', 'or teamId is required')
  return transact(ctx, async ctx => {
    const held = await hold(ctx, ref)
    refuseInactive(held)
    const { assigneeId: agentId, teamId } = input
    const stays = (agentId === undefined || agentId === held.row.assigneeId) && (teamId === undefined || teamId === held.row.teamId)
    if (stays && !input.occurredAt) return shapeOf(held.row)
    await requireAssignable(ctx, agentId ?? null, teamId ?? null)
    return write(ctx, held, { facts: [factAt(ctx, momentOf(ctx, input), { kind: 'assignment', agentId, teamId })] })
  })
}

/** Takes it away from its agent; the team keeps it. */
export const unassignConversation = async (ctx: Context, ref: string, input: History): Promise<Conversation> =>
  assignConversation(ctx, ref, { ...input, assigneeId: null })
