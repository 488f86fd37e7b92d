import { clocksOf } from '../../src/clock/clocks.js'
import type { Clock } from '../../src/clock/clocks.js'
import type { Fact } from '../../src/clock/facts.js'
import type { Calendars } from '../../src/clock/reading.js'
import type { Condition, Standard, StandardVersion, Target, TargetKind } from '../../src/clock/standard.js'
import { minuteCalendar } from './minutes.js'
import { at } from './timeline.js'

/** Monday to Friday, 09:00–12:00 and 13:00–17:00 UTC. */
export const office = minuteCalendar((minute) => {
  const [day, hour] = [Math.floor(minute / 1440), Math.floor(minute / 60) % 24]
  return ((day % 7) + 7) % 7 < 5 && hour >= 9 && hour < 17 && hour !== 12
})
export const calendars: Calendars = new Map([['office', office]])

const hour = 3600
export const hours = (count: number): Target['seconds'] =>
  ({ low: count * hour, normal: count * hour, high: count * hour, urgent: count * hour })

/** A target of so many hours whatever the priority, in wall-clock time unless `given` says otherwise. */
export const target = (kind: TargetKind, count: number, given: Partial<Target> = {}): Target =>
  ({ kind, seconds: hours(count), basis: 'calendar', calendarId: null, ...given })

/** The same in office hours. */
export const businessTarget = (kind: TargetKind, count: number, given: Partial<Target> = {}): Target =>
  target(kind, count, { basis: 'business', calendarId: 'office', ...given })

export interface Published { at?: string, apply?: 'keep' | 'reapply', condition?: Condition | null, position?: number }

/** Version n of a standard; without a condition it is the default. */
export function version (standardId: string, number: number, targets: Target[],
  given: Published = {}): StandardVersion {
  const { at: published = '00:00', apply = 'keep', condition = null, position = 1 } = given
  return {
    id: `${standardId}-${number}`, standardId, version: number, publishedAt: at(published), apply, position,
    default: condition === null, condition, targets
  }
}

export const standard = (versions: StandardVersion[], archived: string | null = null): Standard =>
  ({ id: versions[0]!.standardId, archivedAt: archived === null ? null : at(archived), versions })

/** The clocks at `now` under one default standard with these targets, or under the standards given. */
export function clocks (facts: Fact[], promised: Target[] | Standard[], now: string,
  by: Calendars = calendars): Clock[] {
  const standards = promised.map((one) => 'kind' in one ? null : one).filter((one) => one !== null)
  const targets = promised.filter((one) => 'kind' in one)
  return clocksOf(facts, standards.length > 0 ? standards : [standard([version('care', 1, targets)])], by,
    at(now)).clocks
}

/** The only clock there is. */
export function only (facts: Fact[], promised: Target[] | Standard[], now: string, by: Calendars = calendars): Clock {
  const all = clocks(facts, promised, now, by)
  if (all.length !== 1) throw new Error(`There are ${all.length} clocks`)
  return all[0]!
}

/** `type@instant` of what happened to a clock, the instant as in `at`. */
export const told = (clock: Clock): string[] => clock.events.map(({ type, occurredAt }) =>
  `${type.slice('clock.'.length)} ${new Date(occurredAt).toISOString().slice(8, 23).replace(/\.000$/, '')}`)
