import type { z } from 'zod'
import { allow, systemContext, transact, type Context, type Services } from '../../context.js'
import { invalid } from '../../errors.js'
import { record } from '../../events/record.js'
import { factAt, hold, momentOf, refuseInactive, write } from './change.js'
import { shapeOf } from './conversation.shape.js'
import type { Conversation } from './conversation.shapes.js'
import type { Snooze } from './verb.shapes.js'
import * as store from './conversation.store.js'

/** Puts it out of sight until a time; only that time or an inbound message ends it. */
export async function snoozeConversation (ctx: Context, ref: string, input: z.output<typeof Snooze>): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  return transact(ctx, async ctx => {
    const held = await hold(ctx, ref)
    refuseInactive(held)
    const moment = momentOf(ctx, input)
    const until = Date.parse(input.until)
    if (until <= moment.at) throw invalid('until', input.occurredAt ? 'must be later than occurredAt' : 'must be later than now')
    return write(ctx, held, {
      facts: [factAt(ctx, moment, { kind: 'snooze', until, reason: input.reason ?? null })],
      values: { wakeAt: input.until }
    })
  })
}

const batch = 100

/** Wakes what has been snoozed long enough, each once, at its own time; answers how many. For the worker. */
export async function wakeSnoozed (services: Services, now: number): Promise<number> {
  const ctx = systemContext(services, '', [])
  return transact(ctx, async ctx => {
    const due = await store.claimAwake(ctx.db, new Date(now).toISOString(), batch)
    for (const row of due) {
      const awake = { ...row, wakeAt: null, snoozedUntil: null, snoozeReason: null, version: row.version + 1 }
      await store.update(ctx.db, awake)
      record({ ...ctx, caller: { ...ctx.caller!, workspaceId: row.workspaceId } }, 'conversation.woken', shapeOf(awake),
        { occurredAt: row.wakeAt!, conversationId: row.id, changes: { snoozedUntil: { from: row.wakeAt, to: null } } })
    }
    return due.length
  })
}
