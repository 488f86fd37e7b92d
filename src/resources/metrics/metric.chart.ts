import { ApiError } from '../../errors.js'
import { metricNamed, type Metric } from '../../metrics/catalogue.js'
import { attributeKeyOf } from '../../metrics/dimensions.js'
import type { ChartStatistic } from './chart.shapes.js'
import { durationText, labelsFor, momentText, numberText, timeUnitFor, windowText } from './chart.words.js'
import type { MetricAnswer, MetricCell, MetricFigure, QueryMetrics } from './metric.shapes.js'

/** The name of a value, where it is an id that somebody has a name for. */
export type NameOf = (dimension: string, value: string) => string

/** A chart in words and numbers, before it is drawn. */
export interface Chart {
  title: string
  subtitle: string[]
  /** What stands along the category axis: buckets, or combinations of values. */
  categories: string[]
  kind: 'lines' | 'bars'
  axes: Axis[]
  series: Series[]
  /** No figure has a sample. */
  isEmpty: boolean
  /** All figures, for who cannot see them. */
  description: string
}
/** `divisor`: how much of the metric's unit is one of the axis'. */
export interface Axis { name: string, suffix: string, divisor: number, isWhole: boolean }
/** `texts`: the values in words; `marks`: the same in brief, to stand beside a bar. */
export interface Series { name: string, color: number, axis: number, isPrevious: boolean, values: Array<number | null>, texts: string[], marks: string[] }

const maxSeries = 12
const maxBars = 40
const maxPoints = 3_000
const maxName = 40

/** What to draw of an answer; refuses, saying what to ask for instead, what nobody could read. */
export function chartOf (answer: MetricAnswer, query: QueryMetrics, nameOf: NameOf, statistic: ChartStatistic): Chart {
  const metrics = query.metrics.map(name => metricNamed(name)!)
  const rows = rowsOf(answer.data, metrics)
  const kind = query.interval === 'none' ? 'bars' : 'lines'
  checkSize(rows, kind, metrics.length)
  const figures = rows.flatMap(({ cells }) => cells.flatMap(({ figure, previous }) => previous ? [figure, previous.figure] : [figure]))
  const reading = readingOf(metrics, query, statistic, rows, answer.now)
  const groups = distinct(rows.filter(({ metric }) => metric === 0).map(row => groupText(row, nameOf)))
  const labels = rows.map((row, index) => seriesText(row, groups[index % groups.length]!, metrics, reading))
  const series = rows.length === 0 ? [] : kind === 'lines' ? lines(rows, labels, reading) : bars(rows, metrics, reading)
  const categories = kind === 'bars' ? groups : (rows[0]?.cells ?? []).map(({ from }) => labelsFor(query.interval, query.timeZone)(from!))
  return {
    title: clipped(metrics.map(reading.nameOf).join(', '), 100), subtitle: subtitleOf(answer, query), categories, kind, axes: reading.axes, series,
    isEmpty: figures.every(({ samples }) => samples === 0), description: describe(series, categories)
  }
}

/** The cells of one metric and combination of values, in the order of their buckets. */
interface Row { metric: number, cells: MetricCell[] }

const keyOf = ({ metric, group, other }: MetricCell): string => JSON.stringify([metric, other, group])

function rowsOf (data: readonly MetricCell[], metrics: readonly Metric[]): Row[] {
  const rows: Row[] = []
  for (const [index, cell] of data.entries()) {
    if (index > 0 && keyOf(cell) === keyOf(data[index - 1]!)) rows.at(-1)!.cells.push(cell)
    else rows.push({ metric: metrics.findIndex(({ name }) => name === cell.metric), cells: [cell] })
  }
  return rows
}

function checkSize (rows: readonly Row[], kind: Chart['kind'], metrics: number): void {
  if (kind === 'lines' && rows.length > maxSeries) throw tooMany(`${maxSeries} lines`, rows.length)
  if (kind === 'bars' && rows.length > maxBars) throw tooMany(`${maxBars} bars`, rows.length)
  if (metrics > maxSeries) throw tooMany(`${maxSeries} metrics`, metrics)
  const points = rows.reduce((sum, { cells }) => sum + cells.reduce((of, { previous }) => of + (previous ? 2 : 1), 0), 0)
  if (points > maxPoints) throw new ApiError('tooComplex', `A chart has at most ${maxPoints} points, and this would have ${points}. Ask for a longer interval or a shorter window.`)
}

const tooMany = (most: string, count: number): ApiError => new ApiError('tooComplex',
  `A chart has at most ${most}, and this would have ${count}. Ask for the top of the groups (top), for fewer metrics, or for the figures as JSON or CSV.`)

/** How figures are read: which number of each, on which axis, in which words. */
interface Reading {
  axes: Axis[]
  axisOf: (metric: number) => number
  valueOf: (metric: number, figure: MetricFigure) => number | null
  textOf: (metric: number, value: number, isBrief: boolean) => string
  /** Whether it is still to come: then there is nothing to show, not nothing that happened. */
  isAhead: (cell: MetricCell) => boolean
  nameOf: (metric: Metric) => string
}

const hasStatistic = ({ kind }: Metric): boolean => kind === 'duration' || kind === 'number'

function readingOf (metrics: readonly Metric[], { basis }: QueryMetrics, statistic: ChartStatistic, rows: readonly Row[], now: string): Reading {
  const units = [...new Set(metrics.map(({ unit }) => unit))]
  if (units.length > 2) throw new ApiError('tooComplex', `A chart has two axes, and these metrics count ${units.join(', ')}. Ask for metrics of at most two units.`)
  const isBusiness = basis === 'business'
  const valueOf = (metric: number, { value, statistics }: MetricFigure): number | null =>
    hasStatistic(metrics[metric]!) ? statistics?.[statistic] ?? null : value
  const valuesOf = ({ metric, cells }: Row): number[] => cells
    .flatMap(({ figure, previous }) => previous ? [figure, previous.figure] : [figure]).map(figure => valueOf(metric, figure) ?? 0)
  const largest = (unit: string): number => Math.max(0, ...rows.filter(({ metric }) => metrics[metric]!.unit === unit).flatMap(valuesOf))
  return {
    axes: units.map(unit => axisOf(unit, largest(unit), isBusiness)),
    axisOf: metric => units.indexOf(metrics[metric]!.unit),
    valueOf,
    textOf: (metric, value, isBrief) => figureText(metrics[metric]!.unit, value, isBusiness, isBrief),
    isAhead: ({ from }) => from !== null && from > now,
    nameOf: metric => hasStatistic(metric) ? `${metric.name} (${statistic})` : metric.name
  }
}

function axisOf (unit: Metric['unit'], largest: number, isBusiness: boolean): Axis {
  if (unit === 'share') return { name: 'share', suffix: ' %', divisor: 0.01, isWhole: false }
  if (unit !== 'seconds') return { name: unit, suffix: '', divisor: 1, isWhole: unit !== 'ratio' }
  const [suffix, divisor] = timeUnitFor(largest, isBusiness)
  return { name: isBusiness ? 'business time' : 'time', suffix: ` ${suffix}`, divisor, isWhole: false }
}

function figureText (unit: Metric['unit'], value: number, isBusiness: boolean, isBrief: boolean): string {
  if (unit === 'seconds') return durationText(value, isBusiness, isBrief ? 2 : undefined)
  return unit === 'share' ? `${numberText(value * 100)} %` : numberText(value)
}

/** Text of others, as it can stand in an XML document and beside a line. */
const clipped = (text: string, length: number): string => {
  // oxlint-disable-next-line no-control-regex
  const clean = text.replace(/[\s\u0000-\u001f\u007f\ufffe\uffff]+/g, ' ')
  return [...clean].length > length ? `${[...clean].slice(0, length - 1).join('')}…` : clean
}

/** The library keeps what it knows of a text under it in plain objects, where `__proto__` would change every object: told apart by what nobody sees. */
const inert = (name: string): string => name in Object.prototype ? `${name}\u2060` : name

function groupText ({ cells: [first] }: Row, nameOf: NameOf): string {
  const { group, other } = first!
  if (other) return 'other'
  return inert(clipped(group.map(({ dimension, value }) => value === null ? `no ${attributeKeyOf(dimension) ?? dimension}` : nameOf(dimension, value)).join(' / '), maxName))
}

/** Two of one name are told apart, since a legend goes by names. */
function distinct (names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map(name => {
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return times > 1 ? `${name} (${times})` : name
  })
}

function seriesText ({ metric }: Row, group: string, metrics: readonly Metric[], { nameOf }: Reading): string {
  const name = nameOf(metrics[metric]!)
  if (!group) return name
  return metrics.length > 1 ? `${name}: ${group}` : group
}

type Place = Pick<Series, 'name' | 'color'>
type Cells = ReadonlyArray<{ metric: number, cell: MetricCell }>

function seriesOf (place: Place, of: Cells, { axisOf, valueOf, textOf, isAhead }: Reading, isPrevious: boolean): Series {
  const points = of.map(({ metric, cell }) => {
    if (!isPrevious && isAhead(cell)) return { value: null, text: 'not yet', mark: 'not yet' }
    const figure = isPrevious ? cell.previous?.figure : cell.figure
    const value = figure ? valueOf(metric, figure) : null
    return value === null ? { value, text: 'no sample', mark: 'no sample' } : { value, text: textOf(metric, value, false), mark: textOf(metric, value, true) }
  })
  return {
    ...place, axis: axisOf(of[0]!.metric), isPrevious,
    values: points.map(({ value }) => value), texts: points.map(({ text }) => text), marks: points.map(({ mark }) => mark)
  }
}

const withPrevious = (place: Place, of: Cells, reading: Reading): Series[] =>
  (of.some(({ cell }) => cell.previous) ? [false, true] : [false]).map(isPrevious => seriesOf(place, of, reading, isPrevious))

const lines = (rows: readonly Row[], labels: readonly string[], reading: Reading): Series[] => rows.flatMap(({ metric, cells }, index) =>
  withPrevious({ name: labels[index]!, color: index }, cells.map(cell => ({ metric, cell })), reading))

const bars = (rows: readonly Row[], metrics: readonly Metric[], reading: Reading): Series[] => metrics.flatMap((metric, index) =>
  withPrevious({ name: reading.nameOf(metric), color: index },
    rows.filter(row => row.metric === index).map(({ cells }) => ({ metric: index, cell: cells[0]! })), reading))

function subtitleOf ({ now, data, totals }: MetricAnswer, { from, to, timeZone, interval, basis, filter, groupBy, previousPeriod }: QueryMetrics): string[] {
  const window = from && to ? windowText(from, to, timeZone) : `now: ${momentText(now, timeZone)}`
  const previous = previousPeriod ? totals[0]?.previous : null
  const first = [
    `${window} (${timeZone})`, ...(interval === 'none' ? [] : [`by ${interval}`]), ...(groupBy.length ? [`by ${groupBy.join(', ')}`] : []),
    ...(basis === 'business' ? ['business time'] : []), ...(filter && Object.keys(filter).length ? ['filtered'] : []),
    ...(data.some(({ figure }) => figure.provisional) ? ['provisional'] : [])
  ]
  return [first.join(' · '), ...(previous ? [`dashed: ${windowText(previous.from, previous.to, timeZone)}`] : [])]
}

const describe = (series: readonly Series[], categories: readonly string[]): string => series.map(({ name, isPrevious, texts }) =>
  `${name}${isPrevious ? ', previous period' : ''}: ${texts.map((text, index) => `${categories[index] ? `${categories[index]} ` : ''}${text}`).join('; ')}.`).join('\n')
