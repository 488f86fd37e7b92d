import fc from 'fast-check'
import t from 'tap'
import { zoneNamed } from '../../src/clock/zone.js'
import { bucketIndex, bucketsOf, intervals, previousOf, type Interval } from '../../src/metrics/buckets.js'
import { flooredSeconds, percentile, statisticsOf } from '../../src/metrics/statistics.js'

const berlin = zoneNamed('Europe/Berlin')
const ms = (text: string) => Date.parse(text)
const starts = (from: string, to: string, interval: Interval, zone = berlin) =>
  bucketsOf({ from: ms(from), to: ms(to) }, interval, zone).map(({ from }) => new Date(from).toISOString().slice(0, 16))
const previous = (from: string, to: string, interval: Interval, zone = berlin) =>
  new Date(previousOf({ from: ms(from), to: ms(to) }, interval, zone).from).toISOString().slice(0, 16)

t.test('local days have 23 and 25 hours, and hours are cut where the offset changes', async t => {
  t.same(starts('2026-03-28T23:00Z', '2026-03-30T22:00Z', 'day'), ['2026-03-28T23:00', '2026-03-29T22:00'])
  t.same(starts('2026-10-24T22:00Z', '2026-10-26T23:00Z', 'day'), ['2026-10-24T22:00', '2026-10-25T23:00'])
  t.equal(starts('2026-03-28T23:00Z', '2026-03-29T22:00Z', 'hour').length, 23)
  t.equal(starts('2026-10-24T22:00Z', '2026-10-25T23:00Z', 'hour').length, 25)
  t.same(starts('2026-04-04T13:00Z', '2026-04-04T17:00Z', 'hour', zoneNamed('Australia/Lord_Howe')),
    ['2026-04-04T13:00', '2026-04-04T14:00', '2026-04-04T15:00', '2026-04-04T15:30', '2026-04-04T16:30'], 'half an hour back')
  t.same(starts('2011-12-29T10:00Z', '2012-01-01T10:00Z', 'day', zoneNamed('Pacific/Apia')), ['2011-12-29T10:00', '2011-12-30T10:00', '2011-12-31T10:00'], 'a day that never was')
})

t.test('weeks start on Mondays; the first and the last are cut', async t => {
  t.same(starts('2026-11-04T12:00Z', '2026-11-17T00:00Z', 'week'), ['2026-11-04T12:00', '2026-11-08T23:00', '2026-11-15T23:00'])
  t.same(starts('2026-02-10T00:00Z', '2026-08-01T00:00Z', 'quarter'), ['2026-02-10T00:00', '2026-03-31T22:00', '2026-06-30T22:00'])
  t.same(starts('2025-12-31T23:00Z', '2027-06-01T00:00Z', 'year'), ['2025-12-31T23:00', '2026-12-31T23:00'])
  t.same(starts('2026-01-31T23:00Z', '2026-03-31T22:00Z', 'month'), ['2026-01-31T23:00', '2026-02-28T23:00'])
  t.same(starts('2026-01-31T23:00Z', '2026-03-31T22:00Z', 'none'), ['2026-01-31T23:00'])
})

t.test('the previous period is as many local units long', async t => {
  t.equal(previous('2026-03-28T23:00Z', '2026-03-30T22:00Z', 'day'), '2026-03-26T23:00', 'two days, of 24 hours')
  t.equal(previous('2026-03-28T23:00Z', '2026-03-30T22:00Z', 'hour'), '2026-03-27T00:00', 'exact time')
  t.equal(previous('2026-02-28T23:00Z', '2026-03-31T22:00Z', 'month'), '2026-01-31T23:00')
  t.equal(previous('2026-02-28T23:00Z', '2026-03-31T22:00Z', 'none'), '2026-01-31T23:00', 'one month')
  t.equal(previous('2026-03-02T23:00Z', '2026-03-31T22:00Z', 'none'), '2026-02-01T23:00', '29 days')
  t.equal(previous('2026-03-02T23:00Z', '2026-03-03T05:00Z', 'none'), '2026-03-02T17:00', 'exact time')
  t.equal(previous('2026-02-28T23:00Z', '2026-04-10T22:00Z', 'month'), '2026-01-21T23:00', 'a month and ten days')
})

t.test('buckets are without gaps, and every instant is in its own', async t => {
  const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'UTC')
  fc.assert(fc.property(zones, fc.constantFrom(...intervals), fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 2000 }), (name, interval, start, hours) => {
    const from = ms('2025-01-01T00:30Z') + start * 3_600_000
    const to = from + hours * 3_600_000 + 1
    const buckets = bucketsOf({ from, to }, interval, zoneNamed(name))
    const whole = buckets[0]!.from === from && buckets.at(-1)!.to === to
    const joined = buckets.every((bucket, index) => bucket.from < bucket.to && (index === 0 || buckets[index - 1]!.to === bucket.from))
    const found = buckets.every((bucket, index) => bucketIndex(buckets, bucket.from) === index && bucketIndex(buckets, bucket.to - 1) === index)
    return whole && joined && found && bucketIndex(buckets, to) === -1
  }), { numRuns: 300, seed: 20261122 })
  t.pass('300 windows')
})

t.test('percentiles are Hyndman–Fan type 2; statistics are floored at the very end', async t => {
  t.same([25, 50, 75, 100].map(x => percentile([1, 2, 3, 4], x)), [1.5, 2.5, 3.5, 4])
  t.same([50, 90, 99].map(x => percentile([1, 2, 3], x)), [2, 3, 3])
  t.same(statisticsOf([500, 1999, 2000], flooredSeconds), { count: 3, sum: 4, avg: 1, min: 0, max: 2, p50: 1, p75: 2, p90: 2, p95: 2, p99: 2 })
  t.same(statisticsOf([], flooredSeconds), { count: 0, sum: null, avg: null, min: null, max: null, p50: null, p75: null, p90: null, p95: null, p99: null })
})
