import { dayMs } from '../../clock/instants.js'
import { zoneNamed, type Zone } from '../../clock/zone.js'
import type { BacktestDimension } from './backtest.shapes.js'
import type { Past } from './history.store.js'

/** What a conversation has of each dimension: one value, or each of its tags (or of an attribute's values). */
export function valuesBy (dimensions: readonly BacktestDimension[], timeZone: string): (past: Past) => unknown[][] {
  const zone = zoneNamed(timeZone)
  const readers = dimensions.map(dimension => reader(dimension, zone))
  return past => readers.map(read => read(past))
}

/** The cells of a conversation with these values; none without a dimension. */
export const cellsOf = (values: readonly unknown[][]): unknown[][] => values.length === 0 ? [] : values.reduce<unknown[][]>(
  (cells, each) => cells.flatMap(cell => each.map(value => [...cell, value])), [[]])

type Reader = (past: Past) => unknown[]

function reader ({ by, name }: BacktestDimension, zone: Zone): Reader {
  switch (by) {
    case 'channel': return past => [past.channelId]
    case 'channelKind': return past => [past.channelKind]
    case 'priority': return past => [past.priority]
    case 'team': return past => [past.teamId]
    case 'agent': return past => [past.agentId]
    case 'company': return past => [past.companyId]
    case 'tier': return past => [past.tier]
    case 'language': return past => [past.language]
    case 'status': return past => [past.status]
    case 'tag': return past => several(past.tagIds)
    case 'attribute': return past => several(Object.hasOwn(past.attributes, name!) ? past.attributes[name!] : null)
    case 'month': case 'week': case 'day': return startsOf(by, zone)
  }
}

const several = (value: unknown): unknown[] => Array.isArray(value) ? value.length ? [...new Set(value)] : [null] : [value]

/** The local date on which the month, week or day of the creation starts; the same for all of a day, so kept. */
function startsOf (by: 'month' | 'week' | 'day', zone: Zone): Reader {
  const known = new Map<number, string>()
  return ({ createdAt }) => {
    const day = Math.floor((createdAt + zone.offsetAt(createdAt)) / dayMs)
    let start = known.get(day)
    if (start === undefined) known.set(day, start = startOf(by, day))
    return [start]
  }
}

function startOf (by: 'month' | 'week' | 'day', day: number): string {
  // 1970-01-01 was a Thursday.
  const first = by === 'week' ? day - (((day + 3) % 7) + 7) % 7 : day
  const date = new Date(first * dayMs).toISOString().slice(0, 10)
  return by === 'month' ? `${date.slice(0, 7)}-01` : date
}
