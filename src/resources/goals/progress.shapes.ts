import { z } from 'zod'
import { at, choice, id, shape } from '../../shapes.js'
import { MetricAsOf } from '../metrics/metric.shapes.js'
import { goalStates } from './goal.table.js'

export const GoalState = choice('GoalState', 'How a goal stands, judged by its forecast. notStarted: its period lies ahead. noData: there is nothing to judge by. ' +
  'ahead: even the unfavourable end of the interval meets the target. onTrack: the forecast meets it. atRisk: only the favourable end does. offTrack: not even that, or a total is past what it should stay under. ' +
  'Without a forecast it is onTrack when the figure so far (of totals: its pace) meets the target, else atRisk. ' +
  'reached, missed: at the end of the period, by whether the figure meets the target; a total that shall grow is reached as soon as it passes the target.', goalStates)
export type GoalState = z.output<typeof GoalState>

export const goalIntervals = ['day', 'week', 'month', 'quarter', 'year'] as const
export const GoalInterval = choice('GoalInterval', 'How long a bucket of a goal\'s progress is, in local time; weeks start on Mondays.', goalIntervals)
export type GoalInterval = z.output<typeof GoalInterval>

const noForecast = ['notStarted', 'ended', 'tooFewSamples', 'tooFewDays', 'distinct'] as const
export const GoalNoForecast = choice('GoalNoForecast', 'Why nothing is forecast. notStarted, ended: the period lies ahead or behind. tooFewSamples: fewer than 10. ' +
  'tooFewDays: fewer than 5 whole days with figures. distinct: how many different ones a period comes to does not follow from a part of it.', noForecast)
export type GoalNoForecast = z.output<typeof GoalNoForecast>

export const forecastMethods = ['pace', 'share', 'days', 'level'] as const
export const GoalForecastMethod = choice('GoalForecastMethod', 'How a forecast is made. ' +
  'pace, of counts: the rest of the period comes in as the part so far did; Poisson, widened by how much more the days differ. ' +
  'share, of rates: the rest has the share of the part so far, within the Wilson interval of what is behind both. ' +
  'days, of statistics: the figure so far stays, as far off as its days differ from each other (Student\'s t). ' +
  'level, of levels: the mean daily change goes on, as far off as the daily changes differ (Student\'s t).', forecastMethods)

export const GoalForecast = shape('GoalForecast', 'What the figure of the whole period will come to.', {
  value: z.number().describe('The forecast, in the metric\'s unit.'),
  low: z.number().describe('The lower end of the interval.'),
  high: z.number().describe('The upper end of the interval.'),
  confidence: z.number().describe('How much of what may come the interval holds: 0.95.'),
  method: GoalForecastMethod.describe('How it was made.')
})
export type GoalForecast = z.output<typeof GoalForecast>

export const GoalBucket = shape('GoalBucket', 'A stretch of a goal\'s period.', {
  from: at().describe('Its start, which labels it.'),
  to: at().describe('Its end.'),
  figure: z.number().nullable().describe('What the metric says of it alone, in its unit; null without a sample.'),
  samples: z.int().describe('How many samples are behind it.'),
  provisional: z.boolean().describe('Whether time alone may still change it.')
})

const share = 'the figure\'s (of totals the pace\'s) distance from the baseline ÷ the target\'s; below 0 on the wrong side, above 1 beyond it. Null without either figure, or where both are the same.'
export const GoalProgress = shape('GoalProgress', 'How a goal stands, computed from the metric; nobody types it in.', {
  goalId: id().describe('The goal.'),
  now: at().describe('The instant that was looked from.'),
  asOf: MetricAsOf.describe('What was known.'),
  state: GoalState.describe('How it stands at this instant.'),
  figure: z.number().nullable().describe('What the metric says of the period so far, in its unit; null without a sample, and before it has started.'),
  samples: z.int().describe('How many samples are behind it; of a rate its denominator.'),
  provisional: z.boolean().describe('Whether time alone may still change it, such as a rate whose window is open: then it is decided when that is over.'),
  elapsed: z.number().describe('How much of the period has passed, 0 to 1.'),
  pace: z.number().nullable().describe('Of counts and distinct counts: what the whole period comes to if it goes on as it did; else null.'),
  share: z.number().nullable().describe(`How far it is on the way to the target: ${share}`),
  stretchShare: z.number().nullable().describe('The same of the stretch target; null where there is none.'),
  forecast: GoalForecast.nullable().describe('What the whole period will come to.'),
  noForecast: GoalNoForecast.nullable().describe('Why there is no forecast.'),
  buckets: z.array(GoalBucket).describe('The period so far, in order; the running one to now, none ahead.')
})
export type GoalProgress = z.output<typeof GoalProgress>

const interval = GoalInterval.default('week').describe('How long its buckets are.')
export const GoalProgressQuery = z.object({ interval })
