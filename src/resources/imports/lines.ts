import { nestsDeeper, sent } from '../../validate.js'
import { ApiError, type FieldError } from '../../errors.js'
import { ImportLine, placeOf } from './line.shapes.js'

/** One line of a file. `text` is null where it is longer than any line may be; `end` is the byte after it. */
export interface FileLine { number: number, text: string | null, end: number }

export const maxLineBytes = 4 * 1_048_576
const newline = 0x0a

/**
 * The lines of a stream of bytes, as many at a time as came together; `from` is where an earlier reading stopped. No more
 * is kept than one line.
 */
export async function * linesOf (source: AsyncIterable<Uint8Array>, from: { line: number, byte: number } = { line: 0, byte: 0 }): AsyncGenerator<FileLine[]> {
  let { line, byte } = from
  let [rest, restBytes]: [Buffer[], number] = [[], 0]
  const finish = (part: Buffer): FileLine => {
    const length = restBytes + part.length
    const text = length > maxLineBytes ? null : Buffer.concat([...rest, part]).toString('utf8')
    rest = []
    restBytes = 0
    return { number: ++line, text, end: byte }
  }
  for await (const bytes of source) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const lines: FileLine[] = []
    let start = 0
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
      byte += at + 1 - start
      lines.push(finish(chunk.subarray(start, at)))
      start = at + 1
    }
    const tail = chunk.subarray(start)
    byte += tail.length
    restBytes += tail.length
    if (restBytes <= maxLineBytes) rest.push(tail)
    else rest = []
    if (lines.length) yield lines
  }
  if (restBytes) yield [finish(Buffer.alloc(0))]
}

export interface ReadLine { number: number, stage: number, key: string, part: number, data: string, occurredAt: string | null }
export interface BadLine { number: number, errors: FieldError[] }

const bad = (number: number, message: string): BadLine => ({ number, errors: [{ path: '', message }] })

/** A line as it is to be loaded, or what is wrong with it; null where it is empty. */
export function readLine ({ number, text }: FileLine): ReadLine | BadLine | null {
  if (text === null) return bad(number, `is longer than ${maxLineBytes / 1_048_576} MiB`)
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (!trimmed) return null
  if (nestsDeeper(trimmed)) return bad(number, 'nests too deep')
  let value: unknown
  try { value = JSON.parse(trimmed) } catch { return bad(number, 'is not JSON') }
  const result = ImportLine.safeParse(value)
  if (!result.success) return { number, errors: errorsOf(value) }
  return { number, ...placeOf(result.data), data: JSON.stringify(result.data), occurredAt: 'occurredAt' in result.data ? result.data.occurredAt : null }
}

/** The words of the API for what is wrong. */
function errorsOf (value: unknown): FieldError[] {
  try {
    sent(ImportLine, value, 'line')
  } catch (error) {
    if (error instanceof ApiError && error.errors?.length) return error.errors.slice(0, 20)
    throw error
  }
  return []
}

export const isBad = (line: ReadLine | BadLine): line is BadLine => 'errors' in line
