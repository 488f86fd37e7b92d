import { sizeOf } from './figures.js'
import { textOf } from './keys.js'
import type { Key } from './keys.js'
import type { Row } from './row.js'
import type { Table } from './table.js'

/** One combination of values, or `other`: all that are not among the first. `rows` by metric. */
export interface Group { key: Key, other: boolean, rows: Row[], previous: Row[] }

const rowsOf = (table: Table | null, text: string): Row[] => table ? table.rows.map((rows, index) => rows.get(text) ?? table.emptyRow(index, [])) : []

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
  const groups = [...keysOf(table, previous)].map(([text, key]) => ({ key, other: false, rows: rowsOf(table, text), previous: rowsOf(previous, text) }))
  const sized = groups.map((group) => ({ group, size: sizeOf(metrics[0]!, table.samples[0]!, group.rows[0]!) }))
  const ranked = sized.toSorted((a, b) => b.size - a.size || compareKeys(a.group.key, b.group.key)).map(({ group }) => group)
  if (top === null || ranked.length <= top) return ranked
  return [...ranked.slice(0, top), otherOf(ranked.slice(top), table, previous)]
}

/** Combinations that have samples. */
function keysOf (table: Table, previous: Table | null): Map<string, Key> {
  const rows = [...table.rows, ...previous?.rows ?? []].flatMap((rows) => [...rows.values()])
  return new Map(rows.filter(({ isEmpty }) => !isEmpty).map(({ key }) => [textOf(key), key]))
}

function otherOf (rest: readonly Group[], table: Table, previous: Table | null): Group {
  const merge = (into: Table, of: (group: Group) => Row[]): Row[] => into.of.metrics.map((_, index) => {
    const merged = into.emptyRow(index, [])
    const known = new Set<number>()
    for (const group of rest) merged.absorb(of(group)[index]!, known)
    return merged
  })
  return {
    key: rest[0]!.key.map(() => null), other: true,
    rows: merge(table, ({ rows }) => rows), previous: previous ? merge(previous, ({ previous }) => previous) : []
  }
}
