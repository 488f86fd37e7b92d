import { clocksOf, type Clock as Computed } from '../../clock/clocks.js'
import type { Fact } from '../../clock/facts.js'
import type { TargetKind } from '../../clock/standard.js'
import { instantOf, type Context } from '../../context.js'
import { record } from '../../events/record.js'
import { clockId } from './clock.id.js'
import { sameTerms, says, shapeOf, type Stored } from './clock.row.js'
import type { Clock } from './clock.shapes.js'
import type { ClockRow, Told } from './clock.table.js'
import type { Promises } from './promises.js'
import * as store from './clock.store.js'

/** What a conversation's row keeps of its clocks, for lists and for the worker. */
export interface Kept { clocksCheckAt: string | null, nextDueAt: string | null, atRisk: boolean }

export interface Keeping {
  kept: Kept
  /** Rows to write, those that changed with whether they came to be about something else, and ids of rows to remove. */
  made: ClockRow[]
  changed: Array<{ row: ClockRow, whole: boolean }>
  gone: string[]
  /** Whether one has more to it than its row says, and other opening hours may have changed that. */
  saysMore: boolean
}

/** Whether any clock may be other than metrics have kept it. */
export const differs = ({ made, changed, gone, saysMore }: Keeping): boolean => saysMore || made.length + changed.length + gone.length > 0

/** Writes what changed of one conversation's clocks. */
export const clockWrites = ({ db, caller }: Context, { made, changed, gone }: Keeping): Array<Promise<unknown>> => [
  ...(made.length ? [store.insert(db, made)] : []),
  ...changed.map(({ row, whole }) => store.update(db, caller!.workspaceId, row, whole)),
  ...(gone.length ? [store.remove(db, caller!.workspaceId, gone)] : [])
]

/** The same of many conversations, in as many statements as of one. */
export const clockWritesOf = ({ db, caller }: Context, many: readonly Keeping[]): Array<Promise<unknown>> => {
  const [made, changed, gone] = [many.flatMap(({ made }) => made), many.flatMap(({ changed }) => changed.map(({ row }) => row)), many.flatMap(({ gone }) => gone)]
  return [
    ...(made.length ? [store.insert(db, made)] : []),
    ...(changed.length ? [store.updateMany(db, changed)] : []),
    ...(gone.length ? [store.remove(db, caller!.workspaceId, gone)] : [])
  ]
}

const text = (at: number): string | null => Number.isFinite(at) ? new Date(at).toISOString() : null

/**
 * The clocks of a conversation after a change, or after time has passed: what is to be written, and the events of their
 * lives that were not recorded yet, each at its own instant. Within the transaction that holds the conversation. `kinds`: of these
 * targets alone; the clocks of others stay as they are stored.
 */
export function keepClocks (
  ctx: Context, conversationId: string, facts: readonly Fact[], { standards, calendars }: Promises, before: readonly Stored[], kinds?: readonly TargetKind[]
): Keeping {
  const { clocks } = clocksOf(facts, standards, calendars, instantOf(ctx), kinds)
  const rest = kinds ? before.filter(({ target }) => !kinds.includes(target)) : []
  const known = new Map(before.filter(({ target }) => !kinds || kinds.includes(target)).map(row => [row.key, row]))
  const made: ClockRow[] = []
  const changed: Keeping['changed'] = []
  for (const clock of clocks) {
    const row = known.get(clock.key)
    known.delete(clock.key)
    const id = row?.id ?? clockId(conversationId, clock.key)
    let shaped: Clock | undefined
    const shape = (): Clock => shaped ??= shapeOf(conversationId, clock, id)
    const told = tell(ctx, clock, row?.told ?? [], shape)
    if (!row) made.push(rowOf(ctx, shape(), { key: clock.key, version: 1, told }))
    else if (told !== row.told || !says(row, clock)) changed.push({ whole: !sameTerms(row, clock), row: rowOf(ctx, shape(), { key: clock.key, version: row.rowVersion + 1, told }) })
  }
  const gone = [...known.values()]
  for (const row of gone) takeBack(ctx, shapeOf(conversationId, row, row.id), row.told)
  return { kept: keptOf([...clocks, ...rest]), made, changed, gone: gone.map(({ id }) => id), saysMore: clocks.some(saysMore) }
}

/** Metrics keep since when a clock has been at risk, and when one will be due that a snooze holds up. */
const saysMore = ({ endedAt, basis, state }: Computed): boolean => endedAt === null && basis === 'business' && state !== 'running'

function keptOf (clocks: ReadonlyArray<Pick<Computed, 'endedAt' | 'nextChangeAt' | 'dueAt' | 'state'>>): Kept {
  const kept = { check: Infinity, due: Infinity, atRisk: false }
  for (const { endedAt, nextChangeAt, dueAt, state } of clocks) {
    if (endedAt !== null) continue
    kept.check = Math.min(kept.check, nextChangeAt ?? Infinity)
    kept.due = Math.min(kept.due, dueAt ?? Infinity)
    kept.atRisk ||= state === 'atRisk'
  }
  return { clocksCheckAt: text(kept.check), nextDueAt: text(kept.due), atRisk: kept.atRisk }
}

function rowOf (ctx: Context, clock: Clock, own: Pick<ClockRow, 'key' | 'version' | 'told'>): ClockRow {
  const { endedByActor, ...rest } = clock
  const now = text(instantOf(ctx))!
  return {
    ...rest, ...own, workspaceId: ctx.caller!.workspaceId, createdAt: now, updatedAt: now,
    endedByKind: endedByActor?.kind ?? null, endedById: endedByActor?.id ?? null
  }
}

const named = ([type, at]: Told): string => `${type} ${at}`

/** Records what was not told yet; takes back what turned out not to have happened. The same list when there is neither. */
function tell (ctx: Context, { events }: Computed, told: Told[], shape: () => Clock): Told[] {
  if (events.length === told.length && events.every(({ type, occurredAt }, at) => told[at]![0] === type && told[at]![1] === occurredAt)) return told
  const clock = shape()
  const earlier = new Map(told.map(each => [named(each), each]))
  const next = events.map((event): Told => {
    const { type, occurredAt, state, dueAt, targetSeconds, endedBy } = event
    const known = earlier.get(`${type} ${occurredAt}`)
    if (known) return known
    const id = record(ctx, type, clock, {
      occurredAt: text(occurredAt)!, conversationId: clock.conversationId, actor: { kind: 'system', id: null },
      changes: { state: { to: state }, dueAt: { to: text(dueAt ?? Infinity) }, targetSeconds: { to: targetSeconds }, ...(endedBy && { endedBy: { to: endedBy } }) }
    })
    return [type, occurredAt, id]
  })
  const still = new Set(next.map(named))
  takeBack(ctx, clock, told.filter(each => !still.has(named(each))))
  return next
}

/** Recorded events are never removed: the correction names the one that it undoes. */
function takeBack (ctx: Context, clock: Clock, undone: readonly Told[]): void {
  for (const [, at, eventId] of undone) {
    record(ctx, 'clock.corrected', clock, {
      occurredAt: text(at)!, conversationId: clock.conversationId, actor: { kind: 'system', id: null }, corrects: eventId
    })
  }
}
