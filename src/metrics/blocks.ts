import { dayMs } from '../clock/instants.js'
import type { Column, Columns, Spans, Value } from './columns.js'
import { attributeColumn } from './attributes.js'
import { attributeKeyOf, plainDimensions } from './dimensions.js'
import type { Named, PlainDimension } from './dimensions.js'
import type { FamilyName } from './families.js'
import { packColumn, packNumbers, packTexts, unpackColumn, unpackNumbers, unpackTexts } from './packing.js'

/** The columns of traces that are kept by themselves: a reader takes those that it needs. */
export type Property = 'conversation' | 'start' | 'end' | 'flags' | 'value' | 'until' | 'key' | 'spans' | 'attributes'
export type ColumnName = Property | PlainDimension
const properties: readonly Property[] = ['conversation', 'start', 'end', 'flags', 'value', 'until', 'key', 'spans', 'attributes']
export const columnNames: readonly ColumnName[] = [...properties, ...plainDimensions]

/** The column that a dimension is read from. */
export const columnOf = (name: Named): ColumnName => attributeKeyOf(name) === null ? name as PlainDimension : 'attributes'

/** The UTC day of an instant, counted from 1970-01-01. */
export const dayOf = (at: number): number => Math.floor(at / dayMs)

/** Which block: the ended traces of a day by their end, or the open ones by their start. */
export interface Place { family: FamilyName, open: boolean, day: number }

/** What is kept in one place is kept in blocks of a bounded size, its parts. */
export interface PlacePart extends Place { part: number }

const lengthsOf = ({ start, end, size }: Columns): number[] => Array.from({ length: size }, (_, at) => end[at]! - start[at]!)

/** Every column as bytes. */
export function packBlock (traces: Columns): Array<{ name: ColumnName, data: Buffer }> {
  const { conversation, start, end, flags, value, until, key, spans, attributes, open } = traces
  const numbers: Partial<Record<Property, ArrayLike<number>>> = { conversation, start: open ? start : lengthsOf(traces), end, flags, value, until }
  return [
    ...Object.entries(numbers).map(([name, column]) => ({ name: name as Property, data: packNumbers(column) })),
    { name: 'key', data: packColumn(key) },
    { name: 'spans', data: Buffer.concat([packNumbers(spans.first), packNumbers(spans.status), packNumbers(spans.from)]) },
    { name: 'attributes', data: packTexts(attributes) },
    ...plainDimensions.map((name) => ({ name, data: packColumn(traces.dimension(name)) }))
  ]
}

/** So many times as long are texts once they are unpacked, more or less. */
const unpackedTimes = 6

/** A block as it was packed; a column is unpacked when it is first asked for, and must have been read. */
export class Block implements Columns {
  readonly #packed = new Map<ColumnName, Buffer>()
  readonly #known = new Map<ColumnName, unknown>()
  /** How much memory it may take, more or less. */
  bytes = 0

  constructor (readonly family: FamilyName, readonly open: boolean, readonly size: number) {}

  read (name: ColumnName, bytes: Buffer): void {
    this.#packed.set(name, bytes)
    this.bytes += 8 * this.size + bytes.length * (name === 'attributes' ? unpackedTimes : 1) + 200
  }

  has (name: ColumnName): boolean {
    return this.#known.has(name) || this.#packed.has(name)
  }

  get conversation (): ArrayLike<number> { return this.#numbers('conversation') }
  get end (): ArrayLike<number> { return this.open ? [] : this.#numbers('end') }
  get flags (): ArrayLike<number> { return this.#numbers('flags') }
  get value (): ArrayLike<number> { return this.#numbers('value') }
  get until (): ArrayLike<number> { return this.#numbers('until') }
  get key (): Column<string | null> { return this.#once('key', unpackColumn<string | null>) }
  get spans (): Spans { return this.#once('spans', spansOf) }
  get attributes (): Column<string> { return this.#once('attributes', unpackTexts) }

  get start (): ArrayLike<number> {
    if (this.open) return this.#numbers('start')
    return this.#once('start', (bytes) => {
      const { numbers: lengths } = unpackNumbers(bytes)
      const { end } = this
      const start = new Float64Array(this.size)
      for (let at = 0; at < this.size; at++) start[at] = end[at]! - lengths[at]!
      return start
    })
  }

  dimension (name: Named): Column<Value> {
    const key = attributeKeyOf(name)
    return key === null ? this.#once(name as PlainDimension, unpackColumn<Value>) : attributeColumn(this.attributes, key)
  }

  #numbers (name: Property): ArrayLike<number> {
    return this.#once(name, (bytes) => unpackNumbers(bytes).numbers)
  }

  #once<T> (name: ColumnName, unpack: (bytes: Buffer) => T): T {
    const known = this.#known.get(name)
    if (known !== undefined) return known as T
    const bytes = this.#packed.get(name)
    if (!bytes) throw new Error(`The column ${name} of ${this.family} was not read`)
    const value = unpack(bytes)
    this.#known.set(name, value)
    this.#packed.delete(name)
    return value
  }
}

function spansOf (bytes: Buffer): Spans {
  const first = unpackNumbers(bytes)
  const status = unpackNumbers(bytes, first.end)
  return { first: first.numbers, status: status.numbers, from: unpackNumbers(bytes, status.end).numbers }
}
