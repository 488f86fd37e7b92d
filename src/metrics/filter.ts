import type { Dimension } from './catalogue.js'
import { valuesFor } from './keys.js'
import type { Values } from './subject.js'

/** A condition on a dimension; all that are given must hold. A tag has each of its values. */
export interface ValueCondition { eq?: string, in?: string[], startsWith?: string, isNull?: boolean }

export type Filter = { and?: Filter[], or?: Filter[], not?: Filter } & Partial<Record<Dimension, ValueCondition>>

const present = (value: unknown): boolean => value !== undefined && value !== null

/** Whether values pass; `not` is the complement, the unset included (definitions, 4). */
export function matches (filter: Filter, values: Values): boolean {
  return Object.entries(filter).filter(([, part]) => present(part)).every(([word, part]) => {
    if (word === 'and') return (part as Filter[]).every((each) => matches(each, values))
    if (word === 'or') return (part as Filter[]).some((each) => matches(each, values))
    if (word === 'not') return !matches(part as Filter, values)
    return holds(part as ValueCondition, valuesFor(values, word as Dimension))
  })
}

function holds ({ eq, in: some, startsWith, isNull }: ValueCondition, values: ReadonlyArray<string | null>): boolean {
  const any = (test: (value: string) => boolean): boolean => values.some((value) => value !== null && test(value))
  return (!present(eq) || any((value) => value === eq)) &&
    (!present(some) || any((value) => some!.includes(value))) &&
    (!present(startsWith) || any((value) => value.startsWith(startsWith!))) &&
    (!present(isNull) || values.includes(null) === isNull)
}

/** The dimensions that a filter names, and how many parts and levels it has. */
export function extentOf (filter: Filter, depth = 1): { dimensions: Dimension[], parts: number, depth: number } {
  const extents = Object.entries(filter).filter(([, part]) => present(part)).flatMap(([word, part]) => {
    if (word === 'and' || word === 'or') return (part as Filter[]).map((each) => extentOf(each, depth + 1))
    if (word === 'not') return [extentOf(part as Filter, depth + 1)]
    return [{ dimensions: [word as Dimension], parts: 0, depth }]
  })
  return {
    dimensions: extents.flatMap(({ dimensions }) => dimensions),
    parts: 1 + extents.reduce((sum, { parts }) => sum + parts, 0),
    depth: Math.max(depth, ...extents.map(({ depth }) => depth))
  }
}

export const dimensionsOf = (filter: Filter | undefined): Dimension[] => filter ? extentOf(filter).dimensions : []
