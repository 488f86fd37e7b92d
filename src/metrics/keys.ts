import type { Dimension } from './catalogue.js'
import type { Values } from './subject.js'

/** One value of each grouped dimension; null is unset. */
export type Key = ReadonlyArray<string | null>

/** A value each, of tags each one; null is unset. */
export const valuesFor = (values: Values, dimension: Dimension): ReadonlyArray<string | null> =>
  dimension === 'tag' ? (values.tag.length ? values.tag : [null]) : [values[dimension]]

export const combinations = (values: Values, groupBy: readonly Dimension[]): Key[] => groupBy
  .reduce<Key[]>((keys, dimension) => keys.flatMap((key) => valuesFor(values, dimension).map((value) => [...key, value])), [[]])

export const textOf = (key: Key): string => JSON.stringify(key)
