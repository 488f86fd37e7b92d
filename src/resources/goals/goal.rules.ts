import { invalid } from '../../errors.js'
import { catalogue, metricNamed, type Metric } from '../../metrics/catalogue.js'
import type { Goal, GoalStatistic } from './goal.shapes.js'
import { goalStatistics } from './goal.table.js'

/** Counts come together over the period; other figures are of the period as a whole. */
export const isTotal = ({ kind }: Pick<Metric, 'kind'>): boolean => kind === 'count' || kind === 'distinct'

export const isBetter = (direction: Goal['direction'], one: number, other: number): boolean => direction === 'more' ? one > other : one < other
export const meets = ({ direction, target }: Pick<Goal, 'direction' | 'target'>, figure: number): boolean => !isBetter(direction, target, figure)

/** A metric that can have a goal. */
export function metricOf (name: string): Metric {
  const metric = metricNamed(name)
  if (!metric) throw invalid('metric', `is no metric; there are ${catalogue.filter(({ live }) => !live).map(({ name }) => name).join(', ')}`)
  if (metric.live) throw invalid('metric', 'is live: it is of now, and has no period to reach a target in. Choose one that can be queried over a window')
  return metric
}

function statisticsOf ({ kind }: Metric): readonly GoalStatistic[] {
  if (kind === 'level') return goalStatistics
  return kind === 'duration' || kind === 'number' ? goalStatistics.filter(name => name !== 'value') : ['value']
}

/** The one that was asked for, if the metric has it. */
export function statisticOf (metric: Metric, asked: GoalStatistic | undefined): GoalStatistic {
  const has = statisticsOf(metric)
  if (asked === undefined) return has.includes('value') ? 'value' : 'p50'
  if (!has.includes(asked)) throw invalid('statistic', `is ${asked}, which ${metric.name} does not have; it has ${has.join(', ')}`)
  return asked
}

/** The catalogue's, or what was said where that says neither. */
export function directionOf ({ name, direction }: Metric, asked: Goal['direction'] | undefined): Goal['direction'] {
  if (direction === 'neither') {
    if (asked === undefined) throw invalid('direction', `is required: of ${name} neither more nor less is better by itself`)
    return asked
  }
  if (asked !== undefined && asked !== direction) throw invalid('direction', `is ${asked}, but of ${name} ${direction} is better; leave it out`)
  return direction
}

/** Whether the metric can be told of by itself for this team, agent or channel. */
export function scopeOf ({ name, dimensions }: Metric, { kind, id = null }: { kind: Goal['scope']['kind'], id?: string | null }): Goal['scope'] {
  if (kind === 'workspace') {
    if (id !== null) throw invalid('scope.id', 'is not for the whole workspace; leave it out, or say which kind it is')
    return { kind, id }
  }
  if (id === null) throw invalid('scope.id', `is required: which ${kind}`)
  if (!dimensions.includes(kind)) throw invalid('scope.kind', `is ${kind}, which ${name} cannot be cut by; it has ${dimensions.join(', ')}`)
  return { kind, id }
}

/** Refuses a target that is no improvement, or no figure that the metric can have. `baseline` null: nothing was measured. */
export function checkTargets ({ direction, target, stretchTarget }: Pick<Goal, 'direction' | 'target' | 'stretchTarget'>, metric: Metric, baseline: number | null): void {
  checkPossible(metric, 'target', target)
  if (stretchTarget !== null) checkPossible(metric, 'stretchTarget', stretchTarget)
  const wanted = direction === 'more' ? 'above' : 'below'
  if (baseline !== null && isBetter(direction, baseline, target)) {
    throw invalid('target', `is ${target}, which is worse than the baseline of ${baseline}: of ${metric.name} ${direction} is better; choose one ${wanted} it`)
  }
  if (stretchTarget !== null && !isBetter(direction, stretchTarget, target)) {
    throw invalid('stretchTarget', `is ${stretchTarget}, which is no better than the target of ${target}; choose one ${wanted} it`)
  }
}

function checkPossible ({ name, kind }: Metric, path: string, figure: number): void {
  if (kind === 'rate' && (figure < 0 || figure > 1)) throw invalid(path, `is ${figure}, but ${name} is a share: 0 to 1`)
  if (kind !== 'number' && figure < 0) throw invalid(path, `is ${figure}, but ${name} is never below 0`)
}
