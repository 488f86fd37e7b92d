import fc from 'fast-check'
import t from 'tap'
import { lifeOf } from '../../src/clock/life.js'
import { zoneNamed } from '../../src/clock/zone.js'
import { bucketsOf, isFuture } from '../../src/metrics/buckets.js'
import { catalogue, metricNamed } from '../../src/metrics/catalogue.js'
import { Gathered } from '../../src/metrics/columns.js'
import { figureOf } from '../../src/metrics/figures.js'
import { rank } from '../../src/metrics/ranking.js'
import { subjectOf } from '../../src/metrics/subject.js'
import { Table, type TableOf } from '../../src/metrics/table.js'
import { monday, timeline } from '../clock/arbitrary.js'
import { at, created, inbound, merged, reply, spam, status, tag } from '../clock/timeline.js'

const hour = 3_600_000
const histories = fc.array(timeline({ minutes: 600, facts: 20 }), { minLength: 1, maxLength: 6 })
const filling = ({ now = monday + 48 * hour, ...given }: Partial<TableOf> & Pick<TableOf, 'metrics'> & { now?: number }) => {
  const window = given.window ?? { from: monday, to: monday + 24 * hour }
  return new Table({
    window, buckets: bucketsOf(window, 'hour', zoneNamed('Asia/Kolkata')), undivided: false, groupBy: [],
    measuring: { calendar: null, bucketBy: 'end', withinMs: 7 * 24 * hour, now, survivorOf: id => id }, ...given
  })
}
const fill = (table: Table, all: ReadonlyArray<Parameters<typeof subjectOf>[1]>) => {
  const gathered = new Gathered(table.families)
  for (const [index, facts] of all.entries()) {
    const subject = subjectOf(`c${index}`, facts, table.of.measuring.now)
    if (subject) gathered.add(subject, index)
  }
  for (const columns of gathered.all()) table.add(columns)
  table.finish()
  return table
}
const value = (table: Table, metric: number, bucket: number) =>
  figureOf(table.of.metrics[metric]!, table.samples[metric]!, table.totals[metric]!.at(bucket), isFuture(table.of.buckets[bucket]!, table.of.measuring.now)).value

t.test('in every bucket the backlog is the one before, and what came, less what went', async t => {
  const metrics = ['backlog', 'created', 'reopens', 'resolutions'].map(name => metricNamed(name)!)
  fc.assert(fc.property(histories, fc.integer({ min: 0, max: 30 }), (all, hours) => {
    const table = fill(filling({ metrics, now: monday + hours * hour / 2 }), all)
    let before = 0
    for (const bucket of table.of.buckets.keys()) {
      const [backlog, created, reopens, resolutions] = metrics.map((_, metric) => value(table, metric, bucket))
      if (backlog === null) return created === 0 && reopens === 0 && resolutions === 0
      if (backlog !== before + created! + reopens! - resolutions!) return false
      before = backlog!
    }
    return true
  }), { numRuns: 300, seed: 20261122 })
  t.pass('300 workspaces')
})

t.test('the backlog is what each conversation\'s own life says', async t => {
  const metrics = [metricNamed('backlog')!]
  fc.assert(fc.property(histories, all => {
    const table = fill(filling({ metrics }), all)
    const active = all.filter(facts => !lifeOf(facts, table.of.measuring.now)?.outside)
    if (table.totals[0]!.at(null).length !== value(table, 0, table.of.buckets.length - 1)) return false
    return [...table.of.buckets.entries()].every(([index, { to }]) => value(table, 0, index) === active.filter(facts => {
      const life = lifeOf(facts, table.of.measuring.now)
      const status = life?.statuses.find(interval => interval.from < to && (interval.to === null || interval.to >= to))?.status
      return status !== undefined && status !== 'resolved' && status !== 'closed'
    }).length)
  }), { numRuns: 200, seed: 20261122 })
  t.pass('200 workspaces')
})

t.test('additive metrics: cells sum up to the total, buckets to the window; a filter gives its cell', async t => {
  const metrics = catalogue.filter(({ additive }) => additive)
  fc.assert(fc.property(histories, all => {
    const table = fill(filling({ metrics, groupBy: ['agent', 'status'] }), all)
    const groups = rank(table, null, 2)
    return metrics.every((_, metric) => {
      const total = table.totals[metric]!.at(null).length
      const cells = groups.reduce((sum, { rows }) => sum + rows[metric]!.at(null).length, 0)
      const inBuckets = [...table.of.buckets.keys()].reduce((sum, bucket) => sum + table.totals[metric]!.at(bucket).length, 0)
      const group = groups[0]
      if (!group) return total === 0
      const agent = group.key[0] ?? null
      const filter = { agent: agent === null ? { isNull: true } : { eq: agent }, status: { eq: group.key[1]! } }
      const filtered = fill(filling({ metrics, filter }), all)
      return cells === total && inBuckets === total && filtered.totals[metric]!.at(null).length === group.rows[metric]!.at(null).length
    })
  }), { numRuns: 100, seed: 20261122 })
  t.pass('100 workspaces')
})

t.test('by start, what takes time is where it began; what happened is where it happened', async t => {
  const metrics = ['resolutions', 'fullResolutionTime', 'unansweredEpisodes'].map(name => metricNamed(name)!)
  const buckets = bucketsOf({ from: monday, to: monday + 24 * hour }, 'hour', zoneNamed('UTC'))
  const table = fill(filling({ metrics, buckets, measuring: { ...filling({ metrics }).of.measuring, bucketBy: 'start' } }), [
    [created('09:00'), inbound('10:00', 'm'), status('12:00', 'resolved')]
  ])
  t.same(table.totals.map(row => [...buckets.keys()].filter(bucket => row.at(bucket).length)), [[12], [9], [10]])
})

t.test('spam is out for its whole life; a merged one\'s messages stay messages', async t => {
  const facts = [created('09:00'), inbound('09:00', 'm'), reply('09:30', 'r'), status('10:00', 'resolved')]
  const metrics = catalogue.filter(({ live }) => !live)
  const counts = (more: typeof facts) => {
    const table = fill(filling({ metrics }), [[...facts, ...more]])
    return metrics.filter((_, metric) => table.totals[metric]!.at(null).length > 0).map(({ name }) => name)
  }
  t.ok(counts([]).includes('resolutions'))
  t.same(counts([spam('11:00')]), [])
  t.same(counts([merged('11:00')]), ['messagesIn', 'messagesOut'])
  t.same(counts([spam('11:00'), spam('11:30', false)]), counts([]))
})

t.test('ranking: by the first metric, ties by key, null last, the rest made anew from its samples', async t => {
  const one = (id: string, tags: string[]) => [created(at('09:00'), { tagIds: tags }), tag('09:01', [], [id])]
  const table = fill(filling({ metrics: [metricNamed('created')!], groupBy: ['tag'] }), [one('-', ['b', 'c']), one('-', ['b', 'c', 'd']), one('-', ['a']), one('-', [])])
  t.same(rank(table, null, null).map(({ key, rows }) => [key[0], rows[0]!.at(null).length]), [['b', 2], ['c', 2], ['a', 1], ['d', 1], [null, 1]])
  t.same(rank(table, null, 1).map(({ other, rows }) => [other, rows[0]!.at(null).length]), [[false, 2], [true, 4]])
})
