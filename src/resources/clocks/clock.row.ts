import type { Clock as Computed } from '../../clock/clocks.js'
import type { ActorKind } from '../../clock/facts.js'
import type { Clock } from './clock.shapes.js'
import type { ClockRow, Told } from './clock.table.js'

const text = (at: number | null): string | null => at === null ? null : new Date(at).toISOString()

/** A computed clock as its row keeps it. */
export function rowOf (clock: Computed, kept: { workspaceId: string, id: string, conversationId: string, version: number, createdAt: string, told: Told[] }, now: string): ClockRow {
  return {
    ...kept,
    key: clock.key,
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
    endedByKind: clock.endedByActor?.kind ?? null,
    endedById: clock.endedByActor?.id ?? null,
    nextChangeAt: text(clock.nextChangeAt),
    updatedAt: now
  }
}

/** A row as the API shows it. */
export function shapeOf (row: ClockRow): Clock {
  const { workspaceId, key, told, endedByKind, endedById, version, createdAt, updatedAt, ...shown } = row
  return { ...shown, endedByActor: endedByKind === null ? null : { kind: endedByKind as ActorKind, id: endedById } } as Clock
}
