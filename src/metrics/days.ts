import { dayOf } from './blocks.js'
import type { Bucket } from './buckets.js'
import type { Metric } from './catalogue.js'
import type { Measure, Measuring } from './measures.js'

/** Whether what goes on, or what ended, can be samples. */
export function counts ({ goesOn }: Measure, open: boolean, bucketBy: Measuring['bucketBy']): boolean {
  if (goesOn === 'live') return open
  return !open || (goesOn === 'byStart' && bucketBy === 'start')
}

/** The UTC days of the traces that can be samples of any of the metrics in a window; null where there are none. */
export function daysOf (metrics: readonly Metric[], { from, to }: Bucket, bucketBy: Measuring['bucketBy'], open: boolean): [from: number, to: number] | null {
  const asked = metrics.filter(({ measure, kind }) => kind === 'level' || counts(measure, open, bucketBy))
  if (asked.length === 0) return null
  const [first, last] = [dayOf(from), dayOf(to - 1)]
  if (open) return [asked.some(({ kind, live }) => kind === 'level' || live) ? -Infinity : first, asked.some(({ live }) => live) ? Infinity : last]
  const isLater = asked.some(({ measure, kind }) => kind === 'level' || (measure.lasts && bucketBy === 'start'))
  return [first, isLater ? Infinity : last]
}
