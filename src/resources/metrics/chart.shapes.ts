import { z } from 'zod'
import { MetricsByLink } from './metric.shapes.js'

export const chartThemes = ['auto', 'light', 'dark'] as const
export type ChartTheme = (typeof chartThemes)[number]
export const chartStatistics = ['avg', 'min', 'max', 'p50', 'p75', 'p90', 'p95', 'p99'] as const
export type ChartStatistic = (typeof chartStatistics)[number]

/** How a chart looks; of other answers it says nothing. */
const look = {
  theme: z.enum(chartThemes).default('auto').describe('Of a chart. auto: dark where the reader\'s system is, light elsewhere.'),
  statistic: z.enum(chartStatistics).default('p50').describe('Of a chart: what it shows of durations and numbers.')
}
export const ChartLook = z.object(look)
export type ChartLook = z.output<typeof ChartLook>
export const MetricsByLinkWithLook = MetricsByLink.extend(look)
