import { attributeNamed } from './dimensions.js'
import type { Named, PlainDimension } from './dimensions.js'
import { valuesFor } from './keys.js'
import type { NamedValues } from './keys.js'

/** A condition on a dimension; all that are given must hold. A tag has each of its values. */
export interface ValueCondition { eq?: string, in?: string[], startsWith?: string, isNull?: boolean }

/** The same on an attribute, whose values are compared as the text that cells show. */
export interface AttributeValueCondition extends ValueCondition { key: string }

export type Filter = { and?: Filter[], or?: Filter[], not?: Filter, attributes?: AttributeValueCondition[] } & Partial<Record<PlainDimension, ValueCondition>>

const present = (value: unknown): boolean => value !== undefined && value !== null

/** Whether values pass; `not` is the complement, the unset included (definitions, 4). */
export function matches (filter: Filter, values: NamedValues): boolean {
  return Object.entries(filter).filter(([, part]) => present(part)).every(([word, part]) => {
    if (word === 'and') return (part as Filter[]).every((each) => matches(each, values))
    if (word === 'or') return (part as Filter[]).some((each) => matches(each, values))
    if (word === 'not') return !matches(part as Filter, values)
    if (word === 'attributes') return (part as AttributeValueCondition[]).every(({ key, ...condition }) => holds(condition, valuesFor(values, attributeNamed(key))))
    return holds(part as ValueCondition, valuesFor(values, word as PlainDimension))
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
export function extentOf (filter: Filter, depth = 1): { dimensions: Named[], parts: number, depth: number } {
  const extents = Object.entries(filter).filter(([, part]) => present(part)).flatMap(([word, part]) => {
    if (word === 'and' || word === 'or') return (part as Filter[]).map((each) => extentOf(each, depth + 1))
    if (word === 'not') return [extentOf(part as Filter, depth + 1)]
    if (word === 'attributes') return [{ dimensions: (part as AttributeValueCondition[]).map(({ key }) => attributeNamed(key)), parts: 0, depth }]
    return [{ dimensions: [word as PlainDimension], parts: 0, depth }]
  })
  return {
    dimensions: extents.flatMap(({ dimensions }) => dimensions),
    parts: 1 + extents.reduce((sum, { parts }) => sum + parts, 0),
    depth: Math.max(depth, ...extents.map(({ depth }) => depth))
  }
}

export const dimensionsOf = (filter: Filter | undefined): Named[] => filter ? extentOf(filter).dimensions : []
