import type { Context } from '../../context.js'
import type { Metric } from '../../metrics/catalogue.js'
import type { MetricCell } from '../metrics/metric.shapes.js'
import type { Decision } from './deciding.js'
import { figuresOf, textOf } from './measuring.service.js'
import type { Aim } from './progress.service.js'

/** When a goal was decided: the instant of what made its total pass the target, else the end of its period. */
export async function momentOf (ctx: Context, aim: Aim, metric: Metric, decided: NonNullable<Decision['decided']>, now: number): Promise<string> {
  if (decided === 'byEnd') return aim.to
  const whole = { from: Date.parse(aim.from), to: Math.min(Date.parse(aim.to), now + 1), before: 0 }
  const stretch = metric.kind === 'count' ? await narrowed(ctx, aim, await narrowed(ctx, aim, whole, 'day', now), 'hour', now) : whole
  return textOf(await passing(ctx, aim, stretch, now))
}

/** A stretch of the period in which the total passes the target, and what it was before. */
interface Stretch { from: number, to: number, before: number }

/** Counts add up: the bucket in which the sum passes. */
async function narrowed (ctx: Context, aim: Aim, { from, to, before }: Stretch, interval: 'day' | 'hour', now: number): Promise<Stretch> {
  const { data } = await figuresOf(ctx, aim, { from: textOf(from), to: textOf(to) }, interval, now)
  let sum = before
  for (const { from, to, figure } of data as Array<MetricCell & { from: string, to: string }>) {
    if (sum + figure.value! >= aim.target) return { from: Date.parse(from), to: Date.parse(to), before: sum }
    sum += figure.value!
  }
  return { from, to, before }
}

/** The first instant up to which, itself included, the total is at the target; found by halving. */
async function passing (ctx: Context, aim: Aim, { from, to, before }: Stretch, now: number): Promise<number> {
  let [low, high] = [from, to - 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const { totals } = await figuresOf(ctx, aim, { from: textOf(from), to: textOf(middle + 1) }, 'none', now)
    if (before + totals[0]!.figure.value! >= aim.target) high = middle
    else low = middle + 1
  }
  return low
}
