import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SourceMapConsumer, type RawSourceMap } from 'source-map-js'

const frame = /(file:\/\/[^\s()]+\.[cm]?js):(\d+):(\d+)/g
const known = new Map<string, string>()

/**
 * A stack as the sources have it: files of ours, and lines in them, where compiled code has a map beside it. Node can do so itself,
 * but then holds every map from the start on; here one is read when an error is told of it, and forgotten.
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
    const map = new SourceMapConsumer(JSON.parse(readFileSync(`${fileURLToPath(file)}.map`, 'utf8')) as RawSourceMap)
    for (const place of places) {
      const [line, column] = place.slice(file.length + 1).split(':').map(Number) as [number, number]
      const found = map.originalPositionFor({ line, column: column - 1 })
      if (found.source) known.set(place, `${fileURLToPath(new URL(found.source, file))}:${found.line}:${found.column + 1}`)
    }
  } catch {} // Without a map the stack stays as it is.
}
