import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Column } from './columns.js'

/*
 * Columns as bytes, little-endian: how many, how wide, the smallest, then the differences to it in as few bytes as the largest
 * needs; none where all are the same.
 */

const headerBytes = 16
const widths = { none: 0, byte: 1, short: 2, word: 4, double: 8 } as const

function widthOf (min: number, max: number, whole: boolean): number {
  if (min === max) return widths.none
  const range = max - min
  if (!whole || range > 0xffff_ffff) return widths.double
  return range <= 0xff ? widths.byte : range <= 0xffff ? widths.short : widths.word
}

const arrayOf = (width: number, size: number): Uint8Array | Uint16Array | Uint32Array | Float64Array => width === widths.byte
  ? new Uint8Array(size)
  : width === widths.short ? new Uint16Array(size) : width === widths.word ? new Uint32Array(size) : new Float64Array(size)

/** Whole numbers, or any others, as bytes. */
export function packNumbers (numbers: ArrayLike<number>): Buffer {
  const size = numbers.length
  let [min, max] = [numbers[0] ?? 0, numbers[0] ?? 0]
  let whole = true
  for (let at = 0; at < size; at++) {
    const value = numbers[at]!
    if (value < min) min = value
    else if (value > max) max = value
    whole &&= Number.isInteger(value)
  }
  const width = widthOf(min, max, whole)
  const base = width === widths.double ? 0 : min
  const body = arrayOf(width, width ? size : 0)
  for (let at = 0; at < body.length; at++) body[at] = numbers[at]! - base
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(size, 0)
  header.writeUInt8(width, 4)
  header.writeDoubleLE(base, 8)
  return Buffer.concat([header, new Uint8Array(body.buffer)])
}

/** The same numbers again, and where in the bytes they end. */
export function unpackNumbers (bytes: Uint8Array, from = 0): { numbers: ArrayLike<number>, end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + from)
  const [size, width, base] = [view.getUint32(0, true), view.getUint8(4), view.getFloat64(8, true)]
  const end = from + headerBytes + size * width
  if (width === widths.none) return { numbers: new Float64Array(size).fill(base), end }
  const body = arrayOf(width, size)
  new Uint8Array(body.buffer).set(bytes.subarray(from + headerBytes, end))
  if (base === 0) return { numbers: body, end }
  const numbers = new Float64Array(size)
  for (let at = 0; at < size; at++) numbers[at] = base + body[at]!
  return { numbers, end }
}

/** Codes, then the dictionary as JSON. */
export const packColumn = <T>({ codes, dictionary }: Column<T>): Buffer =>
  Buffer.concat([packNumbers(codes), Buffer.from(JSON.stringify(dictionary))])

export function unpackColumn<T> (bytes: Buffer): Column<T> {
  const { numbers, end } = unpackNumbers(bytes)
  return { codes: numbers, dictionary: JSON.parse(bytes.toString('utf8', end)) as T[] }
}

/** Texts that may be many, and much alike: they are deflated. */
export const packTexts = ({ codes, dictionary }: Column<string>): Buffer =>
  Buffer.concat([packNumbers(codes), deflateRawSync(JSON.stringify(dictionary), { level: 1 })])

export function unpackTexts (bytes: Buffer): Column<string> {
  const { numbers, end } = unpackNumbers(bytes)
  return { codes: numbers, dictionary: JSON.parse(inflateRawSync(bytes.subarray(end)).toString()) as string[] }
}
