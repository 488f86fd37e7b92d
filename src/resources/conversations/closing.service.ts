import type { z } from 'zod'
import type { Status } from '../../clock/facts.js'
import { allow, transact, type Context } from '../../context.js'
import { conflict, invalid } from '../../errors.js'
import { factAt, hold, momentOf, refuseInactive, write, type Held } from './change.js'
import type { Conversation } from './conversation.shapes.js'
import type { ChangeStatus, StatusReason } from './verb.shapes.js'
import { shapeOf } from './conversation.shape.js'
import { statusMeant } from './own-status.js'

type Reason = z.output<typeof StatusReason> & { ownStatus?: string }

/** Moves it to any status, with a reason. */
export async function changeStatus (ctx: Context, ref: string, input: z.output<typeof ChangeStatus>): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  return transact(ctx, async ctx => {
    const status = await statusMeant(ctx, input)
    if (!status) throw invalid('status', 'or ownStatus is required')
    return move(ctx, ref, status, input)
  })
}

/** The customer has what they came for; a further message reopens it. */
export const resolveConversation = async (ctx: Context, ref: string, input: Reason): Promise<Conversation> => move(ctx, ref, 'resolved', input)

/** Back to work, from resolved or closed. */
export const reopenConversation = async (ctx: Context, ref: string, input: Reason): Promise<Conversation> =>
  move(ctx, ref, 'open', input, ({ row }) => {
    if (row.status !== 'resolved' && row.status !== 'closed') throw conflict(`Only a resolved or closed conversation can be reopened; this one is ${row.status}.`)
  })

/** For good: a further message starts a new conversation. */
export const closeConversation = async (ctx: Context, ref: string, input: Reason): Promise<Conversation> => move(ctx, ref, 'closed', input)

async function move (ctx: Context, ref: string, status: Status, input: Reason, check: (held: Held) => void = () => {}): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  return transact(ctx, async ctx => {
    const held = await hold(ctx, ref)
    refuseInactive(held)
    if (!input.occurredAt) {
      if (held.row.status === status && (held.row.statusReason === (input.reason ?? null)) && held.row.ownStatus === (input.ownStatus ?? null)) return shapeOf(held.row)
      check(held)
    }
    return write(ctx, held, { facts: [factAt(ctx, momentOf(ctx, input), { kind: 'status', status, reason: input.reason ?? null, ownStatus: input.ownStatus ?? null })] })
  })
}
