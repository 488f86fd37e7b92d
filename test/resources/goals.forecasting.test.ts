import fc from 'fast-check'
import t from 'tap'
import { forecastOf, student, wilson, type Known } from '../../src/resources/goals/forecasting.js'
import { stateOf, type Judged } from '../../src/resources/goals/judging.js'

const days = (...figures: Array<number | null>) => figures.map(figure => ({ figure, samples: figure === null ? 0 : 10 }))
const known = (given: Partial<Known>): Known => ({ kind: 'count', figure: 100, samples: 100, counted: null, days: [], elapsed: 0.25, daysLeft: 30, ...given })
const to4 = (value: number) => Math.round(value * 1e4) / 1e4

t.test('Student\'s t and Wilson\'s interval are those of the tables', async t => {
  t.same([4, 5, 9, 29].map(freedom => Math.round(student(freedom) * 100) / 100), [2.78, 2.57, 2.26, 2.05])
  t.same(wilson(0.8, 10).map(to4), [0.4902, 0.9433])
  t.same(wilson(0, 20).map(to4), [0, 0.1611])
})

t.test('a count goes on at its pace, and cannot fall below what there is', async t => {
  const { forecast } = forecastOf(known({}))
  // The rest is 300, its variance 300 × (1 + 3): 1.96 × √1200 = 67.9.
  t.same(forecast, { value: 400, low: 332.1049, high: 467.8951, confidence: 0.95, method: 'pace' })
  const uneven = forecastOf(known({ days: days(0, 40, 0, 40, 0, 20) })).forecast!
  // The days' mean is 16.6667 and their variance 386.6667: 23.2 times what chance alone would give.
  t.same([uneven.low, uneven.high], [100, to4(400 + 67.89513932 * Math.sqrt(23.2))], 'there are 100 already')
  t.equal(forecastOf(known({ figure: 12, samples: 12, days: days(0, 0, 0, 0, 0, 12), elapsed: 0.5 })).forecast!.low, 12)
})

t.test('a rate keeps its share, and the less is left the less it can change', async t => {
  const at = (elapsed: number) => forecastOf(known({ kind: 'rate', figure: 0.8, samples: 10, counted: 8, elapsed })).forecast!
  // As many are left as there were: half of Wilson's interval for 10 × 10 ÷ 20 = 5.
  const [low, high] = wilson(0.8, 5)
  t.same(at(0.5), { value: 0.8, low: to4((8 + 10 * low) / 20), high: to4((8 + 10 * high) / 20), confidence: 0.95, method: 'share' })
  t.ok(at(0.99).high - at(0.99).low < 0.05 && at(0.1).high - at(0.1).low > 0.4)
})

t.test('a mean stays as far off as its days differ, a level goes on changing', async t => {
  const mean = forecastOf(known({ kind: 'duration', figure: 110, samples: 50, days: days(100, 120, null, 100, 120, 110), elapsed: 0.5 })).forecast!
  // Five days, deviation 10: t(4) = 2.7764 × 10 × √(1/5 + 1/5) × ½ = 8.78.
  t.equal(mean.value, 110)
  t.ok(Math.abs(mean.high - 110 - 8.78) < 0.01 && Math.abs(110 - mean.low - 8.78) < 0.01)
  const level = forecastOf(known({ kind: 'level', figure: 50, samples: 50, days: days(40, 42, 44, 46, 48, 50), daysLeft: 10 })).forecast
  t.same(level, { value: 70, low: 70, high: 70, confidence: 0.95, method: 'level' })
  t.equal(forecastOf(known({ kind: 'level', figure: 3, samples: 3, days: days(18, 15, 12, 9, 6, 3), daysLeft: 10 })).forecast!.value, 0)
})

t.test('of too little nothing is forecast', async t => {
  const why = (given: Partial<Known>) => forecastOf(known(given)).noForecast
  t.equal(why({ samples: 9 }), 'tooFewSamples')
  t.equal(why({ kind: 'duration', figure: null, samples: 0 }), 'tooFewSamples')
  t.equal(why({ kind: 'duration', days: days(1, 2, 3, 4, null) }), 'tooFewDays')
  t.equal(why({ kind: 'level', samples: 0, days: days(1, 2, 3, 4, 5) }), 'tooFewDays')
  t.equal(why({ kind: 'distinct' }), 'distinct')
})

t.test('every interval holds its forecast, and closes as the end comes near', async t => {
  const day = fc.record({ figure: fc.integer({ min: 0, max: 500 }), samples: fc.constant(10) })
  t.doesNotThrow(() => fc.assert(fc.property(fc.constantFrom('count', 'rate', 'duration', 'level' as const), fc.array(day, { minLength: 6, maxLength: 60 }), fc.double({ min: 0.02, max: 0.97, noNaN: true }),
    (kind, days, elapsed) => {
      const samples = 10 * days.length
      const figure = kind === 'rate' ? 0.3 : days.at(-1)!.figure
      const make = (elapsed: number) => forecastOf({ kind, figure, samples, counted: 0.3 * samples, days, elapsed, daysLeft: days.length * (1 - elapsed) / elapsed }).forecast!
      const [now, later] = [make(elapsed), make(elapsed + 0.02)]
      const holds = ({ low, value, high }: typeof now) => low <= value && value <= high
      return holds(now) && holds(later) && (kind === 'level' || later.high - later.low <= now.high - now.low + 0.001)
    }), { numRuns: 2000 }))
})

const goal = { from: '2026-01-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', direction: 'more' as const, target: 100 }
const judged = (given: Partial<Judged>): Judged => ({
  goal, metric: { kind: 'count' }, figure: 40, samples: 40, provisional: false, pace: 120, forecast: null, now: Date.parse('2026-02-01T00:00:00.000Z'), ...given
})
const forecast = (low: number, value: number, high: number) => ({ low, value, high, confidence: 0.95, method: 'pace' as const })
const less = { ...goal, direction: 'less' as const }

t.test('each state', async t => {
  const cases: Array<[string, string, Partial<Judged>]> = [
    ['before its period', 'notStarted', { now: Date.parse(goal.from) - 1, figure: null }],
    ['at its start, with nothing yet', 'noData', { now: Date.parse(goal.from), figure: 0, samples: 0 }],
    ['a duration without a sample', 'noData', { metric: { kind: 'duration' }, figure: null, samples: 0, pace: null }],
    ['the whole interval above', 'ahead', { forecast: forecast(101, 120, 140) }],
    ['the forecast above', 'onTrack', { forecast: forecast(90, 100, 140) }],
    ['only the upper end above', 'atRisk', { forecast: forecast(80, 99, 100) }],
    ['the whole interval below', 'offTrack', { forecast: forecast(80, 90, 99) }],
    ['the whole interval below, where less is better', 'ahead', { goal: less, forecast: forecast(80, 90, 99) }],
    ['only the lower end below, where less is better', 'atRisk', { goal: less, forecast: forecast(90, 101, 120) }],
    ['no forecast, and the pace meets it', 'onTrack', {}],
    ['no forecast, and the pace does not', 'atRisk', { pace: 99 }],
    ['a total that has passed the target', 'reached', { figure: 100 }],
    ['a total that has passed what it should stay under', 'offTrack', { goal: less, figure: 101, pace: 300 }],
    ['a level above the target is not reached before the end', 'onTrack', { metric: { kind: 'level' }, figure: 120, pace: null }],
    ['an empty level is a figure', 'onTrack', { goal: less, metric: { kind: 'level' }, figure: 0, samples: 0, pace: null }],
    ['at the end, at the target', 'reached', { now: Date.parse(goal.to), metric: { kind: 'duration' }, figure: 100 }],
    ['at the end, below it', 'missed', { now: Date.parse(goal.to), figure: 99 }],
    ['at the end, nothing happened that should not', 'reached', { now: Date.parse(goal.to), goal: less, figure: 0, samples: 0 }],
    ['at the end, without a figure', 'noData', { now: Date.parse(goal.to), metric: { kind: 'rate' }, figure: null, samples: 0 }],
    ['after the end, while windows are open', 'atRisk', { now: Date.parse(goal.to), metric: { kind: 'rate' }, figure: 99, pace: null, provisional: true }]
  ]
  for (const [name, state, given] of cases) t.equal(stateOf(judged(given)), state, name)
})
