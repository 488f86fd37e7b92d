import type { MetricAnswer, MetricFigure, QueryMetrics } from './metric.shapes.js'

const statistics = ['count', 'sum', 'avg', 'min', 'max', 'p50', 'p75', 'p90', 'p95', 'p99'] as const
const figureColumns = ['value', 'samples', 'counted', ...statistics, 'provisional']

const figureFields = (figure: MetricFigure | undefined): unknown[] => figure
  ? [figure.value, figure.samples, figure.counted, ...statistics.map(name => figure.statistics?.[name] ?? null), figure.provisional]
  : figureColumns.map(() => null)

/** A line per cell, as RFC 4180 has it. Text that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvOf ({ now, asOf, data }: MetricAnswer, { groupBy, previousPeriod }: Pick<QueryMetrics, 'groupBy' | 'previousPeriod'>): string {
  const previous = previousPeriod ? ['previousFrom', 'previousTo', ...figureColumns.map(name => `previous${name[0]!.toUpperCase()}${name.slice(1)}`)] : []
  const header = ['metric', 'from', 'to', ...groupBy, 'other', ...figureColumns, ...previous, 'now', 'asOfSequence', 'asOfRecordedAt']
  const lines = data.map(cell => [
    cell.metric, cell.from, cell.to, ...cell.group.map(({ value }) => value), cell.other, ...figureFields(cell.figure),
    ...(previousPeriod ? [cell.previous?.from, cell.previous?.to, ...figureFields(cell.previous?.figure)] : []),
    now, asOf.sequence, asOf.recordedAt
  ])
  return [header, ...lines].map(line => `${line.map(fieldOf).join(',')}\r\n`).join('')
}

function fieldOf (value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  const safe = typeof value === 'string' && /^[\s]*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
