import fc from 'fast-check'
import type { Fact } from '../../../src/clock/facts.js'
import { catalogue } from '../../../src/metrics/catalogue.js'
import { plainDimensions } from '../../../src/metrics/dimensions.js'
import { isPromised } from '../../../src/metrics/families.js'
import { monday, timeline } from '../../clock/arbitrary.js'

export const at = (instant: number) => new Date(instant).toISOString()

const named = (live: boolean, promised: boolean) => catalogue.filter(each => each.live === live && isPromised(each.measure.family) === promised).map(({ name }) => name)
const attributes = ['attribute:plan', 'attribute:uses']
const groups = plainDimensions.filter(name => name !== 'actorKind' && name !== 'agent' && name !== 'standard')
const earlier = fc.option(fc.nat(140).map(hours => at(monday + hours * 3_600_000 + 60_000)), { nil: undefined })
const live = fc.record({
  metrics: fc.subarray([...named(true, true), ...named(true, false)], { minLength: 1 }), now: earlier, groupBy: fc.subarray(['agent', 'status', 'tag', ...attributes], { maxLength: 2 })
})
const within = {
  from: fc.nat(100).map(hours => at(monday + hours * 3_600_000)),
  to: fc.integer({ min: 101, max: 160 }).map(hours => at(monday + hours * 3_600_000 + 1234)),
  interval: fc.constantFrom('hour', 'day', 'week', 'none'),
  timeZone: fc.constantFrom('Europe/Berlin', 'Asia/Kolkata'),
  basis: fc.constantFrom('calendar', 'calendar', 'business'),
  bucketBy: fc.constantFrom('end', 'start'),
  withinDays: fc.constantFrom(1, 7),
  now: earlier,
  filter: fc.constantFrom(undefined, { status: { in: ['resolved', 'open'] } }, { not: { tag: { isNull: true } } }, { or: [{ team: { isNull: true } }, { priority: { eq: 'high' } }] },
    { not: { attributes: [{ key: 'plan', eq: 'free' }] } }),
  top: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
  previousPeriod: fc.boolean()
}
const windowed = fc.record({ ...within, metrics: fc.subarray([...named(false, false), ...named(false, true)], { minLength: 1, maxLength: 20 }), groupBy: fc.subarray([...groups, ...attributes], { maxLength: 3 }) })
const promised = fc.record({
  ...within, metrics: fc.subarray(named(false, true), { minLength: 1 }), groupBy: fc.subarray(['standard', 'agent', ...groups, ...attributes], { maxLength: 3 }), includeWithoutReply: fc.boolean()
})

/** A publication, by which of two standards. */
export interface Publication { standard: number, targets: object[], apply: string, occurredAt: string | undefined }

const kinds = ['firstReply', 'nextReply', 'periodicUpdate', 'pausableUpdate', 'firstResolution', 'totalResolution', 'requesterWait', 'agentWork', 'assignment', 'ownership'] as const
const seconds = fc.record({ normal: fc.integer({ min: 1, max: 40 }), high: fc.integer({ min: 1, max: 40 }) }).map(({ normal, high }) => ({ low: 3600, normal: normal * 3600, high: high * 1800 }))
const targets = fc.subarray([...kinds], { minLength: 1, maxLength: 4 }).chain(some => fc.tuple(...some.map(kind => fc.record({
  kind: fc.constant(kind), seconds, basis: fc.constantFrom('calendar', 'business'), warnAt: fc.constantFrom(null, { share: 0.5 }),
  ...kind !== 'periodicUpdate' && { pauses: fc.constantFrom(undefined, ['pending', 'snoozed']) }
}))))
const past = fc.option(fc.integer({ min: -12, max: 130 }).map(hours => at(monday + hours * 3_600_000 + 30_000)), { nil: undefined })
const weekly = fc.record({ days: fc.subarray(['monday', 'tuesday', 'thursday', 'friday']), to: fc.constantFrom('09:00', '12:00', '20:00') })
  .map(({ days, to }) => Object.fromEntries(days.map(day => [day, [{ from: '08:00', to }]])))
export const publication: fc.Arbitrary<Publication> = fc.record({ standard: fc.nat(1), targets, apply: fc.constantFrom('keep', 'reapply'), occurredAt: past })

/** What may happen next. */
export const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), which: fc.nat(5), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('weigh' as const), which: fc.nat(5), complexity: fc.constantFrom(0, 0.5, 3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fold' as const), limit: fc.integer({ min: 1, max: 4 }), most: fc.constantFrom(1, 3, 1000), which: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), input: fc.oneof({ weight: 4, arbitrary: windowed }, { weight: 5, arbitrary: promised }, { weight: 3, arbitrary: live }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const), publication }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('archive' as const), standard: fc.nat(1), occurredAt: past }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hours' as const), weekly, effectiveFrom: past }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('notice' as const), sizes: fc.constantFrom({ limit: 2, stretch: 3 }, { limit: 1, stretch: 1 }, { limit: 100, stretch: 100 }) }) }
)

/** What is told of attributes in between. */
const labels = fc.array(fc.record({
  place: fc.nat(20), minute: fc.nat(5 * 1440), attributes: fc.constantFrom<Record<string, unknown>>({ plan: 'free' }, { plan: 'team', seats: 3 }, { plan: null }, { uses: ['a', 'b'] }, { uses: ['b'] })
}), { maxLength: 5 })
/** A conversation of five days. */
export const story = fc.tuple(timeline({ minutes: 5 * 1440, facts: 25 }), labels).map(([facts, labels]) => labels.reduce<Fact[]>((all, { place, minute, attributes }, index) => {
  const occurredAt = monday + minute * 60_000
  return all.toSpliced(1 + place, 0, { id: `a${index}`, occurredAt, recordedAt: occurredAt, sequence: 0, actor: { kind: 'system', id: null }, kind: 'attributes', attributes })
}, facts))
