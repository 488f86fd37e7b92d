import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const frame = /(file:\/\/[^\s()]+\.[cm]?js):(\d+):(\d+)/g
const known = new Map<string, string>()

/**
 * A stack as the sources have it: files of ours, and lines in them, where compiled code has a map beside it. Node can do so itself,
 * but then holds every map from the start on; here one is read when the first error is told, and only walked through.
 */
export function readable (stack: string): string {
  const unknown = new Map<string, Set<string>>()
  for (const [place, file] of stack.matchAll(frame)) {
    if (!known.has(place)) unknown.set(file!, (unknown.get(file!) ?? new Set()).add(place))
  }
  for (const [file, places] of unknown) learn(file, [...places])
  return stack.replace(frame, place => known.get(place)!)
}

function learn (file: string, places: readonly string[]): void {
  for (const place of places) known.set(place, place)
  try {
    const { sources, mappings } = JSON.parse(readFileSync(`${fileURLToPath(file)}.map`, 'utf8')) as { sources: string[], mappings: string }
    const wanted = places.map(place => {
      const [line, column] = place.slice(file.length + 1).split(':').map(Number) as [number, number]
      return { place, line: line - 1, column: column - 1 }
    })
    for (const { place, source, line, column } of walk(mappings, wanted)) {
      known.set(place, `${fileURLToPath(new URL(sources[source]!, file))}:${line + 1}:${column + 1}`)
    }
  } catch {} // Without a map the stack stays as it is.
}

interface Wanted { place: string, line: number, column: number }
interface Found { place: string, source: number, line: number, column: number }

const digits = new Map([...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((letter, value) => [letter, value]))

/** What stands in the mappings of a source map (version 3) for each place: the last mapping of its line that begins at or before it. */
function * walk (mappings: string, wanted: readonly Wanted[]): Generator<Found> {
  let [source, line, column] = [0, 0, 0]
  for (const [at, ofLine] of mappings.split(';').entries()) {
    const here = wanted.filter(each => each.line === at)
    const found = new Map<Wanted, Found>()
    let start = 0
    for (const segment of ofLine ? ofLine.split(',') : []) {
      const [moved, sources, lines, columns] = numbersOf(segment)
      start += moved!
      source += sources ?? 0
      line += lines ?? 0
      column += columns ?? 0
      if (sources === undefined) continue
      for (const each of here) if (each.column >= start) found.set(each, { place: each.place, source, line, column })
    }
    yield * found.values()
  }
}

/** Base64 VLQ: five bits a letter, the lowest first; the sixth says that there are more, and the lowest bit of all is the sign. */
function numbersOf (segment: string): number[] {
  const numbers: number[] = []
  let [value, shift] = [0, 0]
  for (const letter of segment) {
    const digit = digits.get(letter)!
    value += (digit & 31) << shift
    shift += 5
    if (digit & 32) continue
    numbers.push(value & 1 ? -(value >> 1) : value >> 1)
    value = shift = 0
  }
  return numbers
}
