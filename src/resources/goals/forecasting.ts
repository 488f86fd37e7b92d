import type { Metric } from '../../metrics/catalogue.js'
import type { GoalForecast, GoalNoForecast } from './progress.shapes.js'

/** What is known of a period that is under way. */
export interface Known {
  kind: Metric['kind']
  /** So far. */
  figure: number | null
  samples: number
  /** Of a rate, its numerator. */
  counted: number | null
  /** Its whole days so far, in order. */
  days: ReadonlyArray<{ figure: number | null, samples: number }>
  /** The share of the period that has passed, above 0 and below 1. */
  elapsed: number
  /** How many days are left, a part of one too. */
  daysLeft: number
}

export type Forecast = { forecast: GoalForecast, noForecast: null } | { forecast: null, noForecast: GoalNoForecast }

const confidence = 0.95
const z = 1.959963984540054
const leastSamples = 10
const leastDays = 5

export const rounded = (value: number): number => Math.round(value * 1e4) / 1e4

const none = (noForecast: GoalNoForecast): Forecast => ({ forecast: null, noForecast })
const made = (method: GoalForecast['method'], value: number, low: number, high: number): Forecast =>
  ({ forecast: { value: rounded(value), low: rounded(low), high: rounded(high), confidence, method }, noForecast: null })

/** What the whole period will come to, with an interval of 95 %; or why that cannot be said. */
export function forecastOf (known: Known): Forecast {
  const { kind, figure, samples } = known
  if (kind === 'distinct') return none('distinct')
  if (kind !== 'level' && samples < leastSamples) return none('tooFewSamples')
  if (figure === null) return none('tooFewSamples')
  switch (kind) {
    case 'count': return byPace(known, figure)
    case 'rate': return byShare(known)
    case 'level': return byLevel(known, figure)
    default: return byDays(known, figure)
  }
}

/** Poisson for the rest, whose rate is itself estimated from the part so far; never less than there is already. */
function byPace ({ days, elapsed }: Known, figure: number): Forecast {
  const left = (1 - elapsed) / elapsed
  const rest = figure * left
  const half = z * Math.sqrt(dispersion(days.map(({ figure }) => figure ?? 0)) * rest * (1 + left))
  return made('pace', figure + rest, Math.max(figure, figure + rest - half), figure + rest + half)
}

/** How much more days differ than chance alone would have them: variance ÷ mean, at least 1. */
function dispersion (counts: readonly number[]): number {
  const average = mean(counts)
  return counts.length < leastDays || average === 0 ? 1 : Math.max(1, deviation(counts) ** 2 / average)
}

/** The rest is as many as the pace brings; its share lies within Wilson's interval for what both parts together tell. */
function byShare ({ samples, counted, elapsed }: Known): Forecast {
  const rest = samples * (1 - elapsed) / elapsed
  const share = counted! / samples
  const [low, high] = wilson(share, samples * rest / (samples + rest))
  const whole = (of: number): number => (counted! + rest * of) / (samples + rest)
  return made('share', share, whole(low), whole(high))
}

/** Wilson's score interval of a share of `n`, which need not be whole. */
export function wilson (share: number, n: number): [number, number] {
  const middle = (share + z * z / (2 * n)) / (1 + z * z / n)
  const half = z * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
  return [Math.max(0, middle - half), Math.min(1, middle + half)]
}

/** Days like those so far, as many as are left, differ from them by chance; they weigh as much as is left. */
function byDays ({ kind, days, elapsed }: Known, figure: number): Forecast {
  const figures = days.flatMap(({ figure }) => figure === null ? [] : [figure])
  if (figures.length < leastDays) return none('tooFewDays')
  const left = figures.length * (1 - elapsed) / elapsed
  const half = student(figures.length - 1) * deviation(figures) * Math.sqrt(1 / figures.length + 1 / left) * (1 - elapsed)
  return made('days', figure, kind === 'duration' ? Math.max(0, figure - half) : figure - half, figure + half)
}

/** A walk whose steps are the daily changes. */
function byLevel ({ days, daysLeft }: Known, figure: number): Forecast {
  const levels = days.flatMap(({ figure }) => figure === null ? [] : [figure])
  const changes = levels.slice(1).map((level, index) => level - levels[index]!)
  if (changes.length < leastDays) return none('tooFewDays')
  const value = figure + mean(changes) * daysLeft
  const half = student(changes.length - 1) * deviation(changes) * Math.sqrt(daysLeft + daysLeft ** 2 / changes.length)
  return made('level', Math.max(0, value), Math.max(0, value - half), Math.max(0, value + half))
}

const mean = (values: readonly number[]): number => values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0

function deviation (values: readonly number[]): number {
  const average = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1))
}

/** Student's t for 97.5 %, from four degrees of freedom on right to a hundredth (Abramowitz and Stegun, 26.7.5). */
export function student (freedom: number): number {
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160
  ]
  return terms.reduce((sum, term, index) => sum + term / freedom ** (index + 1), z)
}
