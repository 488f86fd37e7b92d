import type { Fact } from '../../src/clock/facts.js'
import type { Bucket } from '../../src/metrics/buckets.js'
import { metricNamed } from '../../src/metrics/catalogue.js'
import { Gathered } from '../../src/metrics/columns.js'
import type { Named } from '../../src/metrics/dimensions.js'
import { figureOf, type Figure } from '../../src/metrics/figures.js'
import type { Filter } from '../../src/metrics/filter.js'
import type { Measuring } from '../../src/metrics/measures.js'
import { subjectOf, type Beside } from '../../src/metrics/subject.js'
import type { Row } from '../../src/metrics/row.js'
import { Table } from '../../src/metrics/table.js'

export interface Asked { now: number, window?: Bucket, buckets?: Bucket[], groupBy?: Named[], filter?: Filter, beside?: Beside, measuring?: Partial<Measuring> }

const always = { from: -Infinity, to: Infinity }

/** A table of one metric over whole histories, in the order in which they are given. */
export function tableOf (name: string, histories: readonly Fact[][], { now, window = always, buckets = [window], groupBy = [], filter, beside, measuring }: Asked): Table {
  const table = new Table({
    metrics: [metricNamed(name)!], window, buckets, undivided: buckets.length === 1, groupBy, filter,
    measuring: { calendar: null, bucketBy: 'end', withinMs: 7 * 86_400_000, now, survivorOf: id => id, ...measuring }
  })
  const gathered = new Gathered(table.families, table.named)
  for (const [index, facts] of histories.entries()) {
    const subject = subjectOf(`c${index}`, facts, now, beside)
    if (subject) gathered.add(subject, index)
  }
  for (const columns of gathered.all()) table.add(columns)
  table.finish()
  return table
}

export const figureAt = (table: Table, row: Row, bucket: number | null = null): Figure =>
  figureOf(table.of.metrics[0]!, table.samples[0]!, row.at(bucket), false)

/** The figure of the whole window. */
export const totalOf = (name: string, histories: readonly Fact[][], asked: Asked): Figure => {
  const table = tableOf(name, histories, asked)
  return figureAt(table, table.totals[0]!)
}

/** Figures by the text of their key. */
export const cellsOf = (name: string, histories: readonly Fact[][], asked: Asked): Record<string, Figure> => {
  const table = tableOf(name, histories, asked)
  return Object.fromEntries([...table.rows[0]!.values()].map(row => [row.key.join(), figureAt(table, row)] as const).filter(([, { samples }]) => samples > 0))
}
