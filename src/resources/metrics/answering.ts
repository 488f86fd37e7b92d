import { ApiError } from '../../errors.js'
import { isFuture, type Bucket } from '../../metrics/buckets.js'
import { figureOf, figureOfTally } from '../../metrics/figures.js'
import { rank, type Group } from '../../metrics/ranking.js'
import type { Row } from '../../metrics/row.js'
import type { Table } from '../../metrics/table.js'
import { cursorFor, type Place } from './cell.cursor.js'
import type { Computed } from './metric.service.js'
import type { MetricAnswer, MetricCell, MetricFigure } from './metric.shapes.js'

const text = (at: number): string => new Date(at).toISOString()

/** Every cell of the tables, and the totals. */
export function answerOf (computed: Computed, maxCells: number): MetricAnswer {
  const { checked, table, previous, asOf } = computed
  const { query, metrics, now } = checked
  const groups = rank(table, previous, query.top ?? null)
  if (groups.length * metrics.length * checked.buckets.length > maxCells) {
    throw new ApiError('tooComplex', `This has more than ${maxCells} cells. Ask for fewer buckets, or for the top of the groups.`)
  }
  const write = cursorFor(query, now)
  const edges = { now: edgesOf(table, checked.live), before: previous ? edgesOf(previous, false) : [] }
  return {
    now: text(now), asOf,
    data: metrics.flatMap((_, metric) => groups.flatMap(group => cellsOf(computed, group, metric, edges, write))),
    totals: metrics.map(({ name }, metric) => ({
      metric: name,
      figure: figureAt(table, table.totals[metric]!, { metric, bucket: null, key: null, other: false, previous: false }, table.of.window, write),
      previous: previous && {
        from: text(previous.of.window.from), to: text(previous.of.window.to),
        figure: figureAt(previous, previous.totals[metric]!, { metric, bucket: null, key: null, other: false, previous: true }, previous.of.window, write)
      }
    }))
  }
}

type Write = (place: Place) => string

/** Written out, as the cells are: there may be a hundred thousand, and spreading takes ten times as long. */
function figureAt (table: Table, row: Row, place: Place, bucket: Bucket, write: Write): MetricFigure {
  const { metrics, measuring: { now } } = table.of
  const tallied = row.tallied(place.bucket)
  const { value, samples, counted, statistics, provisional } = tallied !== null
    ? figureOfTally(metrics[place.metric]!, tallied)
    : figureOf(metrics[place.metric]!, table.samples[place.metric]!, row.at(place.bucket), isFuture(bucket, now))
  return { value, samples, counted, statistics, provisional, cursor: write(place) }
}

/** The start and the end of each bucket, as they are written; null of what is of now. */
const edgesOf = ({ of: { buckets } }: Table, live: boolean): Edge[] =>
  buckets.map(({ from, to }) => live ? { from: null, to: null } : { from: text(from), to: text(to) })

interface Edge { from: string | null, to: string | null }
interface Edges { now: Edge[], before: Edge[] }

function cellsOf ({ checked, table, previous }: Computed, group: Group, metric: number, edges: Edges, write: Write): MetricCell[] {
  const { query: { groupBy }, metrics } = checked
  const { name } = metrics[metric]!
  const key = groupBy.length && !group.other ? group.key : null
  const values = groupBy.map((dimension, at) => ({ dimension, value: group.key[at]! }))
  return table.of.buckets.map((bucket, index) => {
    const place = { metric, bucket: index, key, other: group.other, previous: false }
    const before = previous?.of.buckets[index]
    return {
      metric: name, from: edges.now[index]!.from, to: edges.now[index]!.to, group: values, other: group.other,
      figure: figureAt(table, group.rows[metric]!, place, bucket, write),
      previous: before ? {
        from: edges.before[index]!.from!, to: edges.before[index]!.to!,
        figure: figureAt(previous!, group.previous[metric]!, { ...place, previous: true }, before, write)
      } : null
    }
  })
}
