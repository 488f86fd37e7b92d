import type { z } from 'zod'
import { allow, transact, type Context } from '../../context.js'
import { checkTags, factAt, hold, momentOf, write } from './change.js'
import { shapeOf } from './conversation.shape.js'
import type { Conversation } from './conversation.shapes.js'
import type { ChangePriority, TagChange } from './verb.shapes.js'

type Change = z.output<typeof TagChange>

/** Puts tags on it; those that it has stay. */
export async function tagConversation (ctx: Context, ref: string, input: Change): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  return transact(ctx, async ctx => {
    await checkTags(ctx, input.tagIds, 'tagIds')
    return change(ctx, ref, input, 'add')
  })
}

/** Takes tags off it; those that it does not have do not matter. */
export async function untagConversation (ctx: Context, ref: string, input: Change): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  return transact(ctx, async ctx => {
    await checkTags(ctx, input.tagIds, 'tagIds', true)
    return change(ctx, ref, input, 'remove')
  })
}

async function change (ctx: Context, ref: string, input: Change, way: 'add' | 'remove'): Promise<Conversation> {
  const held = await hold(ctx, ref)
  const tagIds = [...new Set(input.tagIds)].filter(id => input.occurredAt || held.row.tagIds.includes(id) === (way === 'remove'))
  if (!tagIds.length) return shapeOf(held.row)
  return write(ctx, held, { facts: [factAt(ctx, momentOf(ctx, input), { kind: 'tags', add: [], remove: [], [way]: tagIds })] })
}

/** Says how urgent it is. */
export async function changePriority (ctx: Context, ref: string, input: z.output<typeof ChangePriority>): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  return transact(ctx, async ctx => {
    const held = await hold(ctx, ref)
    if (held.row.priority === input.priority && !input.occurredAt) return shapeOf(held.row)
    return write(ctx, held, { facts: [factAt(ctx, momentOf(ctx, input), { kind: 'priority', priority: input.priority })] })
  })
}
