import fc from 'fast-check'
import { pauseReasons, targetKinds } from '../../src/clock/standard.js'
import type { Standard, StandardVersion, Target, TargetKind } from '../../src/clock/standard.js'
import { monday } from './arbitrary.js'
import { minuteCalendar } from './minutes.js'

const minute = 60_000
/** Twenty minutes of every thirty. */
export const open = (at: number): boolean => ((at % 30) + 30) % 30 < 20
export const calendars = new Map([['hours', minuteCalendar(open)]])

const minutes = fc.integer({ min: 0, max: 60 }).map((n) => n * 60)
const target = (kind: TargetKind): fc.Arbitrary<Target> => fc.record({
  kind: fc.constant(kind),
  seconds: fc.record({ normal: minutes, high: minutes, urgent: minutes }, { requiredKeys: ['normal'] }),
  basis: fc.constantFrom('calendar' as const, 'business' as const),
  calendarId: fc.constant('hours'),
  pauses: fc.option(fc.subarray(pauseReasons.filter((reason) => reason !== 'resolved')), { nil: undefined }),
  warnAt: fc.option(fc.constantFrom({ share: 0.8 }, { share: 0.5 }, { secondsBefore: 300 }), { nil: null })
})
const withResolved = (one: Target): Target => {
  const rests = !['firstReply', 'nextReply', 'assignment', 'ownership', 'firstResolution'].includes(one.kind)
  return { ...one, pauses: one.pauses && rests ? [...one.pauses, 'resolved'] : one.pauses }
}
const targets = fc.tuple(...targetKinds.map(target))
  .chain((all) => fc.subarray(all.map(withResolved), { minLength: 7 }))

const versionOf = (id: string, position: number, given: Target[]): StandardVersion => ({
  id, standardId: id, version: 1, publishedAt: monday - minute, apply: 'keep', position, default: position > 0,
  condition: position > 0 ? null : { field: 'tag', in: ['a'] }, targets: given
})
/** A standard for what has the tag a, and another for the rest. */
export const versions = fc.tuple(targets, targets)
  .map(([first, second]) => [versionOf('tagged', 0, first), versionOf('rest', 1, second)])
export const standardsOf = (list: StandardVersion[]): Standard[] =>
  list.map((version) => ({ id: version.standardId, archivedAt: null, versions: [version] }))

/** The same with later versions published in the middle of things, and perhaps archived. */
export const republished = fc.tuple(versions, targets, fc.integer({ min: -1, max: 140 }), fc.integer({ min: -1, max: 140 }),
  fc.constantFrom('keep' as const, 'reapply' as const), fc.boolean()
).map(([list, targets, published, archived, apply, first]) => {
  const standards = standardsOf(list)
  const one = standards[first ? 0 : 1]!
  const base = one.versions[0]!
  const publishedAt = monday + published * minute
  const second = { ...base, id: `${base.id}-2`, version: 2, publishedAt, apply, targets }
  return standards.map((other) => other !== one
    ? other
    : { ...one, versions: [second, base], archivedAt: archived < 0 ? null : monday + archived * minute })
})
