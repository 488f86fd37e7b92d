import type { Fact } from '../../clock/facts.js'
import { instantOf, type Context } from '../../context.js'
import { invalid } from '../../errors.js'
import { checkTags, factAt, type Decision, type Moment } from './change.js'
import type { AndThen } from './verb.shapes.js'
import { statusMeant } from './own-status.js'
import { requireAssignable } from './assignable.js'

/** The facts of everything that shall happen with a message, at the message's own instant. */
export async function consequences (ctx: Context, moment: Moment, then: AndThen | undefined): Promise<Decision & { setsStatus: boolean }> {
  const facts: Fact[] = []
  const status = then ? await statusMeant(ctx, then, 'andThen.') : null
  const setsStatus = status !== null
  if (!then) return { facts, setsStatus }
  await checkTags(ctx, then.addTagIds, 'andThen.addTagIds')
  await checkTags(ctx, then.removeTagIds, 'andThen.removeTagIds', true)
  if (then.priority) facts.push(factAt(ctx, moment, { kind: 'priority', priority: then.priority }))
  if (then.addTagIds?.length || then.removeTagIds?.length) {
    facts.push(factAt(ctx, moment, { kind: 'tags', add: then.addTagIds ?? [], remove: then.removeTagIds ?? [] }))
  }
  if (then.assigneeId !== undefined || then.teamId !== undefined) {
    const { assigneeId: agentId, teamId } = then
    await requireAssignable(ctx, agentId ?? null, teamId ?? null, 'andThen.')
    facts.push(factAt(ctx, moment, { kind: 'assignment', agentId, teamId, setsStatus }))
  }
  if (status) facts.push(factAt(ctx, moment, { kind: 'status', status, reason: then.reason ?? null, ownStatus: then.ownStatus ?? null }))
  if (then.snoozeUntil === undefined) return { facts, setsStatus }
  if (Date.parse(then.snoozeUntil) <= (moment.given ? moment.at : instantOf(ctx))) throw invalid('andThen.snoozeUntil', 'must be later than now')
  facts.push(factAt(ctx, moment, { kind: 'snooze', until: Date.parse(then.snoozeUntil), reason: then.reason ?? null }))
  return { facts, setsStatus, values: { wakeAt: then.snoozeUntil } }
}
