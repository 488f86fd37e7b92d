import { sql, type SQL, type SQLWrapper } from 'drizzle-orm'
import { ApiError } from '../errors.js'
import { writable } from '../shapes.js'

export interface PageRequest { limit: number, after?: string | null, count?: boolean }

export interface Page<T> {
  data: T[]
  page: { hasMore: boolean, endCursor: string | null, total?: number }
  /** The cursor behind one row of this page. */
  cursorOf: (row: T) => string
  /** Counts everything that the list holds. (JSON leaves functions out.) */
  count: () => Promise<number>
}

/** One way to sort: a column that is never null, its field in the row, its direction; ties go by id the same way. */
export interface Sort { column: SQLWrapper, field: string, direction: 'asc' | 'desc', cast: Cast }

type Value = string | number
type Cast = 'timestamptz' | 'text' | 'int'
/** Instants are as the API says them. */
const isOf: Record<Cast, (value: unknown) => boolean> = {
  timestamptz: value => typeof value === 'string' && value >= '0001' && new Date(value).toISOString() === value,
  text: value => typeof value === 'string' && writable(value),
  int: value => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31
}
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The opaque place behind a row, in one order. */
export const encodeCursor = (sort: string, value: Value, id: string): string =>
  Buffer.from(JSON.stringify([sort, value, id])).toString('base64url')

/** The place that a cursor stands for: a value in the order, and the id of the row. */
export function placeOf (after: string, sort: string, cast: Cast = 'timestamptz'): [Value, string] {
  try {
    const [name, value, id] = JSON.parse(Buffer.from(after, 'base64url').toString()) as [string, Value, string]
    if (name === sort && isOf[cast](value) && uuid.test(id)) return [value, id]
  } catch { /* worded below */ }
  throw new ApiError('badRequest', 'after: is not a cursor of this list in this order. Use the endCursor of a page as it is.',
    [{ path: 'after', message: 'is not a cursor of this list in this order' }])
}

/** What comes after a cursor. */
export function cursorCondition (after: string, name: string, sort: Sort, id: SQLWrapper): SQL {
  const [value, lastId] = placeOf(after, name, sort.cast)
  const than = sort.direction === 'asc' ? sql`>` : sql`<`
  return sql`(${sort.column}, ${id}) ${than} (${value}::${sql.raw(sort.cast)}, ${lastId}::uuid)`
}

export interface Listing<Row, T> {
  sorts: Record<string, Sort>
  sort: string
  id: SQLWrapper
  request: PageRequest
  /** Reads rows that satisfy `where`, in this order. */
  read: (where: SQL | undefined, orderBy: SQL, limit: number) => Promise<Row[]>
  /** Counts everything that the list holds. */
  total: () => Promise<number>
  where: Array<SQL | undefined>
  toShape: (row: Row) => T
}

/** One page by keyset: stable while rows are added, as fast at the ten-thousandth page as at the first. */
export async function listPage<Row extends object, T extends object> (listing: Listing<Row, T>): Promise<Page<T>> {
  const { request, sorts, id } = listing
  const sort = sorts[listing.sort]!
  const where = listing.where.filter(part => part !== undefined)
  if (request.after) where.push(cursorCondition(request.after, listing.sort, sort, id))
  const direction = sql.raw(sort.direction)
  const [found, total] = await Promise.all([
    listing.read(where.length ? sql.join(where, sql` and `) : undefined,
      sql`${sort.column} ${direction}, ${id} ${direction}`, request.limit + 1),
    request.count ? listing.total() : undefined
  ])
  const data = found.slice(0, request.limit).map(listing.toShape)
  const cursorOf = (row: T): string => {
    const fields = row as Record<string, Value>
    return encodeCursor(listing.sort, fields[sort.field]!, fields.id as string)
  }
  const last = data.at(-1)
  return {
    data,
    page: {
      hasMore: found.length > request.limit,
      endCursor: last ? cursorOf(last) : null,
      ...(total !== undefined && { total })
    },
    cursorOf,
    count: listing.total
  }
}
