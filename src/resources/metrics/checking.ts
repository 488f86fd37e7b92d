import { isTimeZone, zoneNamed, type Zone } from '../../clock/zone.js'
import { ApiError, invalid } from '../../errors.js'
import { bucketsOf, instantOfLocal, localOf, previousOf, type Bucket } from '../../metrics/buckets.js'
import { catalogue, metricNamed, type Metric } from '../../metrics/catalogue.js'
import { dimensionOf, dimensions, type Dimension } from '../../metrics/dimensions.js'
import { isPromised } from '../../metrics/families.js'
import { extentOf } from '../../metrics/filter.js'
import type { QueryMetrics } from './metric.shapes.js'

/** A query that can be answered. */
export interface Checked {
  query: QueryMetrics
  metrics: Metric[]
  now: number
  window: Bucket
  buckets: Bucket[]
  previous: { window: Bucket, buckets: Bucket[] } | null
  live: boolean
}

const dayMs = 86_400_000

/** Whether what the workspace promises has a part in the figures. */
export const asksPromises = ({ metrics }: Checked): boolean => metrics.some(({ measure: { family } }) => isPromised(family))

/** How long after a window it still matters what conversations begin. */
export const laterMs = ({ query, metrics }: Checked): number =>
  metrics.some(({ measure }) => measure.against === 'returns') ? query.withinDays * dayMs : 0

/** Refuses what has no answer, naming what is wrong; `present` is the server's now. */
export function check (query: QueryMetrics, present: number): Checked {
  const metrics = query.metrics.map(metricOf)
  const repeated = query.metrics.findIndex((name, index) => query.metrics.indexOf(name) < index)
  if (repeated >= 0) throw invalid(`metrics.${repeated}`, 'is in the list already')
  checkDimensions(query, metrics)
  if (!isTimeZone(query.timeZone)) throw invalid('timeZone', 'is not an IANA time zone, such as Europe/Berlin')
  const now = query.now === undefined ? present : Date.parse(query.now)
  if (now > present) throw invalid('now', 'is in the future')
  const live = metrics.some(metric => metric.live)
  if (live) return { ...checkLive(query, metrics, now), query, metrics, now, live }
  const window = windowOf(query)
  const zone = zoneNamed(query.timeZone)
  checkLength(query, window, zone)
  const buckets = bucketsOf(window, query.interval, zone)
  if (!query.previousPeriod) return { query, metrics, now, window, buckets, previous: null, live }
  const before = previousOf(window, query.interval, zone)
  if (before.from < 0) throw invalid('from', 'has no previous period after 1970')
  return { query, metrics, now, window, buckets, previous: { window: before, buckets: bucketsOf(before, query.interval, zone) }, live }
}

function metricOf (name: string, index: number): Metric {
  const metric = metricNamed(name)
  if (!metric) throw invalid(`metrics.${index}`, `is no metric; there are ${catalogue.map(({ name }) => name).join(', ')}`)
  return metric
}

function checkDimensions ({ groupBy, filter = {} }: QueryMetrics, metrics: readonly Metric[]): void {
  if (new Set(groupBy).size < groupBy.length) throw invalid('groupBy', 'names a dimension twice')
  const unknown = groupBy.findIndex(named => dimensionOf(named) === null)
  if (unknown >= 0) throw invalid(`groupBy.${unknown}`, `is no dimension; there are ${dimensions.map(name => name === 'attribute' ? 'attribute:key' : name).join(', ')}`)
  const extent = extentOf(filter)
  if (extent.depth > 6 || extent.parts > 100) throw new ApiError('tooComplex', 'A filter may be 6 levels deep and have 100 parts.')
  for (const { name, dimensions } of metrics) {
    const lacking = (named: string): boolean => !has(dimensions, named)
    const group = groupBy.findIndex(lacking)
    const lacks = `${name} does not have; it has ${dimensions.join(', ')}`
    if (group >= 0) throw invalid(`groupBy.${group}`, `is ${groupBy[group]}, which ${lacks}`)
    const filtered = extent.dimensions.find(lacking)
    if (filtered) throw invalid('filter', `names ${filtered}, which ${lacks}`)
  }
}

const has = (dimensions: readonly Dimension[], named: string): boolean => dimensions.includes(dimensionOf(named)!)

function checkLive (query: QueryMetrics, metrics: readonly Metric[], now: number): Pick<Checked, 'window' | 'buckets' | 'previous'> {
  const other = metrics.findIndex(metric => !metric.live)
  if (other >= 0) throw invalid(`metrics.${other}`, 'needs a window, which live metrics refuse; ask for it in another query')
  const given = query.from ? 'from' : query.to ? 'to' : query.interval !== 'none' ? 'interval' : query.previousPeriod ? 'previousPeriod' : null
  if (given) throw invalid(given, `cannot be given: ${metrics[0]!.name} is of now, and has no window`)
  const window = { from: now, to: now + 1 }
  return { window, buckets: [window], previous: null }
}

function windowOf ({ from, to }: QueryMetrics): Bucket {
  if (!from || !to) throw invalid(from ? 'to' : 'from', 'is required')
  const window = { from: Date.parse(from), to: Date.parse(to) }
  if (window.to <= window.from) throw invalid('to', 'is not after from')
  return window
}

/** At most ten years by the hour, in local time. */
function checkLength ({ interval }: QueryMetrics, { from, to }: Bucket, zone: Zone): void {
  if (interval !== 'hour') return
  const start = new Date(localOf(zone, from))
  const latest = Math.max(instantOfLocal(zone, start.setUTCFullYear(start.getUTCFullYear() + 10)), from + 3652 * dayMs)
  if (to > latest) throw invalid('to', 'is more than ten years after from, which is too long by the hour')
}
