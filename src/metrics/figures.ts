import type { Metric } from './catalogue.js'
import { countedFlag, provisionalFlag } from './samples.js'
import type { Samples } from './samples.js'
import { flooredSeconds, statisticsOf } from './statistics.js'
import type { Statistics } from './statistics.js'
import type { Row, Tally } from './row.js'

/** What a cell says. */
export interface Figure {
  /** Of counts, levels and rates; null of the others, of a rate without a denominator and of a level in the future. */
  value: number | null
  /** How many samples; of a rate its denominator. */
  samples: number
  /** Of a rate its numerator. */
  counted: number | null
  statistics: Statistics | null
  provisional: boolean
}

export function figureOf ({ kind }: Metric, samples: Samples, positions: Int32Array, isFutureLevel: boolean): Figure {
  const counted = kind === 'rate' ? samples.countWith(countedFlag, positions) : null
  const measures = kind === 'duration' || kind === 'number' || kind === 'level'
  return {
    value: kind === 'level' && isFutureLevel ? null : valueOf(kind, samples, positions, counted),
    samples: positions.length, counted,
    statistics: measures ? statisticsOf(samples.sorted(positions), kind === 'number' ? asItIs : flooredSeconds) : null,
    provisional: samples.countWith(provisionalFlag, positions) > 0
  }
}

const asItIs = (value: number): number => value

function valueOf (kind: Metric['kind'], samples: Samples, positions: Int32Array, counted: number | null): number | null {
  switch (kind) {
    case 'count': case 'level': return positions.length
    case 'distinct': return samples.distinct(positions)
    case 'rate': return positions.length ? counted! / positions.length : null
    default: return null
  }
}

/** What a cell says of samples that were only counted. */
export function figureOfTally ({ kind }: Metric, { samples, counted }: Tally): Figure {
  const isRate = kind === 'rate'
  return { value: !isRate ? samples : samples ? counted / samples : null, samples, counted: isRate ? counted : null, statistics: null, provisional: false }
}

/** What combinations are ranked by: counts by value, others by how many samples. */
export const sizeOf = ({ kind }: Metric, samples: Samples, row: Row): number => kind === 'distinct' ? samples.distinct(row.at(null)) : row.size
