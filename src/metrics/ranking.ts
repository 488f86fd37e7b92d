import { figureOf, mergedRow, textOf } from './table.js'
import type { Key, Row, Table } from './table.js'

/** One combination of values, or `other`: all that are not among the first. `rows` by metric. */
export interface Group { key: Key, other: boolean, rows: Row[], previous: Row[] }

const none = (): Row => ({ key: [], buckets: new Map(), whole: [] })
const rowsOf = (table: Table | null, text: string): Row[] => table ? table.rows.map((rows) => rows.get(text) ?? none()) : []

function compareKeys (a: Key, b: Key): number {
  for (const [index, value] of a.entries()) {
    const other = b[index]!
    if (value === other) continue
    if (value === null) return 1
    if (other === null) return -1
    return value < other ? -1 : 1
  }
  return 0
}

/**
 * The combinations of both windows by the first metric over the whole window (counts by value, others by samples; ties by
 * key, null last); of more than `top` the rest as one, made from the samples anew.
 */
export function rank (table: Table, previous: Table | null, top: number | null): Group[] {
  const { metrics, groupBy } = table.of
  if (groupBy.length === 0) return [{ key: [], other: false, rows: table.totals, previous: previous?.totals ?? [] }]
  const keys = new Map([...table.rows, ...previous?.rows ?? []].flatMap((rows) => [...rows.values()]).map(({ key }) => [textOf(key), key]))
  const groups = [...keys].map(([text, key]) => ({ key, other: false, rows: rowsOf(table, text), previous: rowsOf(previous, text) }))
  const sized = groups.map((group) => {
    const figure = figureOf(metrics[0]!, group.rows[0]!.whole, false)
    return { group, size: metrics[0]!.kind === 'rate' ? figure.samples : figure.value ?? figure.samples }
  })
  const ranked = sized.toSorted((a, b) => b.size - a.size || compareKeys(a.group.key, b.group.key)).map(({ group }) => group)
  if (top === null || ranked.length <= top) return ranked
  return [...ranked.slice(0, top), otherOf(ranked.slice(top), metrics.length, previous !== null)]
}

function otherOf (rest: readonly Group[], count: number, hasPrevious: boolean): Group {
  const merge = (of: (group: Group) => Row[]): Row[] =>
    Array.from({ length: count }, (_, index) => mergedRow(rest.map((group) => of(group)[index]!)))
  return {
    key: rest[0]!.key.map(() => null), other: true,
    rows: merge(({ rows }) => rows), previous: hasPrevious ? merge(({ previous }) => previous) : []
  }
}
