import type { Clock as Computed } from '../../clock/clocks.js'
import type { ActorKind } from '../../clock/facts.js'
import { clockId } from './clock.id.js'
import type { Clock } from './clock.shapes.js'
import type { ClockRow, Told } from './clock.table.js'

const text = (at: number | null): string | null => at === null ? null : new Date(at).toISOString()

/** What a conversation's clocks are compared with before they are written: their rows in the form of computed clocks. */
export interface Stored extends Omit<Computed, 'events'> { id: string, rowVersion: number, told: Told[] }

/** A clock as the API shows it, under the id that it has or will have. */
export function shapeOf (conversationId: string, clock: Omit<Computed, 'events'>, id = clockId(conversationId, clock.key)): Clock {
  return {
    id, conversationId,
    target: clock.target,
    ordinal: clock.ordinal,
    standardId: clock.standardId,
    standardVersionId: clock.versionId,
    standardVersion: clock.version,
    basis: clock.basis,
    calendarId: clock.calendarId,
    targetSeconds: clock.targetSeconds,
    startedAt: text(clock.startedAt)!,
    openedAt: text(clock.openedAt)!,
    dueAt: text(clock.dueAt),
    consumedSeconds: clock.consumedSeconds,
    remainingSeconds: clock.remainingSeconds,
    state: clock.state,
    endedAt: text(clock.endedAt),
    endedBy: clock.endedBy,
    endedByActor: clock.endedByActor && { kind: clock.endedByActor.kind, id: clock.endedByActor.id },
    assigneeId: clock.assigneeId,
    teamId: clock.teamId,
    nextChangeAt: text(clock.nextChangeAt)
  }
}

/** A row as the API shows it. */
export function shapeOfRow (row: ClockRow): Clock {
  const { workspaceId, key, told, endedByKind, endedById, version, createdAt, updatedAt, ...shown } = row
  return { ...shown, endedByActor: endedByKind === null ? null : { kind: endedByKind as ActorKind, id: endedById } } as Clock
}

/** Whether a row says of a clock what is computed now; what only time consumed is read anew, not written. */
export const says = (row: Stored, clock: Computed): boolean =>
  row.state === clock.state && row.dueAt === clock.dueAt && row.nextChangeAt === clock.nextChangeAt && row.endedAt === clock.endedAt && row.endedBy === clock.endedBy &&
  row.endedByActor?.kind === clock.endedByActor?.kind && (row.endedByActor?.id ?? null) === (clock.endedByActor?.id ?? null) && sameTerms(row, clock)

/** Whether the clock is still about the same: what most changes of it leave alone. */
export const sameTerms = (row: Stored, clock: Computed): boolean =>
  row.versionId === clock.versionId && row.targetSeconds === clock.targetSeconds && row.startedAt === clock.startedAt && row.openedAt === clock.openedAt &&
  row.basis === clock.basis && row.calendarId === clock.calendarId && row.assigneeId === clock.assigneeId && row.teamId === clock.teamId
