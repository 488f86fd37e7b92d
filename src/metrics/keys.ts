import type { Value } from './columns.js'
import type { Named } from './dimensions.js'

/** One value of each grouped dimension; null is unset. */
export type Key = ReadonlyArray<string | null>

/** What traces have of the dimensions that a query names. */
export type NamedValues = Readonly<Record<Named, Value>>

/** A value each as text; of tags, and of an attribute that has several, each one; null is unset. */
export function valuesFor (values: NamedValues, name: Named): ReadonlyArray<string | null> {
  const value = values[name] ?? null
  if (value === null) return [null]
  if (typeof value === 'object') return value.length ? value : [null]
  return [String(value)]
}

export const combinations = (values: NamedValues, groupBy: readonly Named[]): Key[] => groupBy
  .reduce<Key[]>((keys, dimension) => keys.flatMap((key) => valuesFor(values, dimension).map((value) => [...key, value])), [[]])

export const textOf = (key: Key): string => JSON.stringify(key)
