import { bucketIndex } from './buckets.js'
import type { Bucket } from './buckets.js'
import type { Dimension, Metric } from './catalogue.js'
import { backlogAt } from './flow.js'
import type { Measuring, Sample } from './samples.js'
import { flooredSeconds, statisticsOf } from './statistics.js'
import type { Statistics } from './statistics.js'
import type { Subject, Values } from './subject.js'

/** One value of each grouped dimension; null is unset. */
export type Key = ReadonlyArray<string | null>

/** The samples of one metric and combination of values: in each bucket, and in the whole window. */
export interface Row { key: Key, buckets: Map<number, Sample[]>, whole: Sample[] }

export interface TableOf {
  metrics: readonly Metric[]
  window: Bucket
  buckets: readonly Bucket[]
  /** One bucket, which is the whole window. */
  undivided: boolean
  groupBy: readonly Dimension[]
  now: number
  measuring: Measuring
  matches: (values: Values) => boolean
}

export const valuesFor = (values: Values, dimension: Dimension): ReadonlyArray<string | null> =>
  dimension === 'tag' ? (values.tag.length ? values.tag : [null]) : [values[dimension]]

const combinations = (values: Values, groupBy: readonly Dimension[]): Key[] => groupBy
  .reduce<Key[]>((keys, dimension) => keys.flatMap((key) => valuesFor(values, dimension).map((value) => [...key, value])), [[]])

export const textOf = (key: Key): string => JSON.stringify(key)

/** Everything behind a window's figures; conversations are added one by one. */
export class Table {
  /** By metric, then by the text of the key; the total has no key. */
  readonly rows: Array<Map<string, Row>>
  readonly totals: Row[]
  size = 0

  constructor (readonly of: TableOf) {
    this.rows = of.metrics.map(() => new Map<string, Row>())
    this.totals = of.metrics.map(() => emptyRow([]))
  }

  add (subject: Subject): void {
    const { outside } = subject.life
    if (outside && outside.as !== 'merged') return
    this.of.metrics.forEach((metric, index) => {
      // A merged conversation's messages stay messages; in every other metric they are the target's (definitions, 4).
      if (outside && metric.unit !== 'messages') return
      if (metric.kind === 'level') this.#addLevel(index, subject)
      else this.#addSamples(index, metric, subject)
    })
  }

  #addSamples (index: number, { samples, live }: Metric, subject: Subject): void {
    const { window, buckets, measuring } = this.of
    for (const sample of samples(subject, measuring)) {
      const at = measuring.bucketBy === 'start' ? sample.start : sample.end
      if (!live && (at < window.from || at >= window.to)) continue
      this.#put(index, sample, live ? 0 : bucketIndex(buckets, at), true)
    }
  }

  #addLevel (index: number, subject: Subject): void {
    const { window, buckets, measuring, undivided } = this.of
    if (subject.life.createdAt >= window.to) return
    const byStart = measuring.bucketBy === 'start' && !undivided
    for (const [at, bucket] of buckets.entries()) {
      for (const sample of this.#levelAt(subject, byStart ? bucket.from : bucket.to, bucket)) this.#put(index, sample, at, false)
    }
    for (const sample of this.#levelAt(subject, window.to, window)) this.#put(index, sample, null, true)
  }

  #levelAt (subject: Subject, instant: number, bucket: Bucket): Sample[] {
    const { now, measuring } = this.of
    if (isFuture(bucket, now)) return []
    return instant > now ? backlogAt(subject, measuring, now, true) : backlogAt(subject, measuring, instant, false)
  }

  #put (index: number, sample: Sample, bucket: number | null, whole: boolean): void {
    const { groupBy, matches } = this.of
    if (!matches(sample.values)) return
    const keys = groupBy.length ? combinations(sample.values, groupBy) : []
    for (const row of [this.totals[index]!, ...keys.map((key) => this.#row(index, key))]) {
      if (bucket !== null) push(row.buckets, bucket, sample)
      if (whole) row.whole.push(sample)
    }
    this.size += 1 + keys.length
  }

  #row (index: number, key: Key): Row {
    const rows = this.rows[index]!
    const text = textOf(key)
    const known = rows.get(text)
    if (known) return known
    const row = emptyRow(key)
    rows.set(text, row)
    return row
  }
}

export const isFuture = ({ from }: Bucket, now: number): boolean => from > now

const emptyRow = (key: Key): Row => ({ key, buckets: new Map(), whole: [] })

function push (buckets: Map<number, Sample[]>, index: number, sample: Sample): void {
  const known = buckets.get(index)
  if (known) known.push(sample)
  else buckets.set(index, [sample])
}

const once = (lists: Sample[][]): Sample[] => [...new Set(lists.flat())]

/** Rows as one; a sample that is in several of them, by its tags, is in it once. */
export function mergedRow (rows: readonly Row[]): Row {
  const indexes = new Set(rows.flatMap(({ buckets }) => [...buckets.keys()]))
  return {
    key: [],
    buckets: new Map([...indexes].map((index) => [index, once(rows.map(({ buckets }) => buckets.get(index) ?? []))])),
    whole: once(rows.map(({ whole }) => whole))
  }
}

/** What a cell says. */
export interface Figure {
  /** Of counts, levels and rates; null of the others, of a rate without a denominator and of a level in the future. */
  value: number | null
  /** How many samples; of a rate its denominator. */
  samples: number
  /** Of a rate its numerator. */
  counted: number | null
  statistics: Statistics | null
  provisional: boolean
}

export function figureOf ({ kind }: Metric, samples: readonly Sample[], isFutureLevel: boolean): Figure {
  const counted = kind === 'rate' ? samples.filter((sample) => sample.counted).length : null
  const measures = kind === 'duration' || kind === 'number' || kind === 'level'
  return {
    value: kind === 'level' && isFutureLevel ? null : valueOf(kind, samples, counted),
    samples: samples.length, counted,
    statistics: measures ? statisticsOf(samples.map(({ value }) => value), kind === 'number' ? (value) => value : flooredSeconds) : null,
    provisional: samples.some(({ provisional }) => provisional)
  }
}

function valueOf (kind: Metric['kind'], samples: readonly Sample[], counted: number | null): number | null {
  switch (kind) {
    case 'count': case 'level': return samples.length
    case 'distinct': return new Set(samples.map(({ key }) => key)).size
    case 'rate': return samples.length ? counted! / samples.length : null
    default: return null
  }
}
