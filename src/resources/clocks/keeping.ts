import { clocksOf, type Clock as Computed } from '../../clock/clocks.js'
import type { Fact } from '../../clock/facts.js'
import { instantOf, type Context } from '../../context.js'
import { record } from '../../events/record.js'
import { clockId } from './clock.id.js'
import { rowOf, shapeOf } from './clock.row.js'
import type { ClockRow, Told } from './clock.table.js'
import type { Promises } from './promises.js'
import * as store from './clock.store.js'

/** What a conversation's row keeps of its clocks, for lists and for the worker. */
export interface Kept { clocksCheckAt: string | null, nextDueAt: string | null, atRisk: boolean }

export interface Keeping { kept: Kept, writes: () => Array<Promise<unknown>> }

const text = (at: number | null): string | null => at === null ? null : new Date(at).toISOString()
const least = (instants: Array<number | null>): number | null => {
  const known = instants.filter(at => at !== null)
  return known.length ? Math.min(...known) : null
}

/**
 * The clocks of a conversation after a change, or after time has passed: what is to be written, and the events of their
 * lives that were not recorded yet, each at its own instant. Within the transaction that holds the conversation.
 */
export function keepClocks (ctx: Context, conversationId: string, facts: readonly Fact[], promises: Promises, before: readonly ClockRow[]): Keeping {
  const at = instantOf(ctx)
  const now = new Date(at).toISOString()
  const { clocks } = clocksOf(facts, promises.standards, promises.calendars, at)
  const known = new Map(before.map(row => [row.key, row]))
  const after = clocks.map(clock => {
    const row = known.get(clock.key)
    const identity = {
      workspaceId: ctx.caller!.workspaceId, conversationId, id: clockId(conversationId, clock.key), version: row?.version ?? 0, createdAt: row?.createdAt ?? now, told: row?.told ?? []
    }
    return tell(ctx, clock, rowOf(clock, identity, now))
  })
  const gone = before.filter(row => !clocks.some(clock => clock.key === row.key))
  for (const row of gone) takeBack(ctx, row, row.told)
  const changed = after.filter(row => differs(known.get(row.key), row)).map(row => ({ ...row, version: row.version + 1 }))
  const open = clocks.filter(clock => clock.endedAt === null)
  return {
    kept: {
      clocksCheckAt: text(least(open.map(clock => clock.nextChangeAt))),
      nextDueAt: text(least(open.map(clock => clock.dueAt))),
      atRisk: open.some(clock => clock.state === 'atRisk')
    },
    writes: () => [
      ...(changed.length ? [store.write(ctx.db, changed)] : []),
      ...(gone.length ? [store.remove(ctx.db, ctx.caller!.workspaceId, gone.map(row => row.id))] : [])
    ]
  }
}

/** Whether a row says something else than before; what only time consumed is read anew, not written. */
function differs (before: ClockRow | undefined, after: ClockRow): boolean {
  return !before || (Object.keys(after) as Array<keyof ClockRow>).some(name => !passing.has(name) && !same(before[name], after[name]))
}

const passing: ReadonlySet<keyof ClockRow> = new Set(['consumedSeconds', 'remainingSeconds', 'updatedAt'])
const same = (a: unknown, b: unknown): boolean => a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))

const named = ([type, at]: Told): string => `${type} ${at}`

/** Records what was not told yet; takes back what turned out not to have happened. */
function tell (ctx: Context, clock: Computed, row: ClockRow): ClockRow {
  const told = new Map(row.told.map(each => [named(each), each]))
  const shape = shapeOf(row)
  const next = clock.events.map((event): Told => {
    const earlier = told.get(`${event.type} ${event.occurredAt}`)
    if (earlier) return earlier
    const id = record(ctx, event.type, shape, {
      occurredAt: new Date(event.occurredAt).toISOString(), conversationId: row.conversationId, actor: { kind: 'system', id: null },
      changes: { state: { to: event.state }, dueAt: { to: text(event.dueAt) }, targetSeconds: { to: event.targetSeconds }, ...(event.endedBy && { endedBy: { to: event.endedBy } }) }
    })
    return [event.type, event.occurredAt, id]
  })
  const still = new Set(next.map(named))
  takeBack(ctx, row, row.told.filter(each => !still.has(named(each))))
  return { ...row, told: next }
}

/** Recorded events are never removed: the correction names the one that it undoes. */
function takeBack (ctx: Context, row: ClockRow, undone: readonly Told[]): void {
  for (const [, at, eventId] of undone) {
    record(ctx, 'clock.corrected', shapeOf(row), {
      occurredAt: new Date(at).toISOString(), conversationId: row.conversationId, actor: { kind: 'system', id: null }, corrects: eventId
    })
  }
}
