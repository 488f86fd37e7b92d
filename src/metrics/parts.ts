import type { Place } from './blocks.js'
import { Growing } from './columns.js'
import type { Columns } from './columns.js'

/** So many traces are in one part of a place at most, but for what one conversation has. */
export const tracesAPart = 4096

export interface Part { part: number, size: number }

/**
 * Which parts of a place are written anew: those that have traces which go, and the smallest of the others where it is at most half full or
 * has room for all that is written. So at most one part is half full or less, as long as no conversation has more than half a part by itself.
 */
export function partsToRewrite<P extends Part> (parts: readonly P[], hasGoing: (part: P) => boolean, added: number, most: number): P[] {
  const going = parts.filter(hasGoing)
  const total = going.reduce((sum, { size }) => sum + size, added)
  const [smallest] = parts.filter(part => !going.includes(part)).toSorted((a, b) => a.size - b.size)
  return smallest && smallest.size <= Math.max(most / 2, most - total) ? [...going, smallest] : going
}

/** A part as it is to be written. */
export interface Rewritten { part: number, traces: Columns }

/** Some parts of a place, taken in one after the other and written anew as soon as they are full. */
export class Rewriting {
  #after: Growing
  /** Numbers of parts that were taken in, and not given to others yet. */
  readonly free: number[] = []

  /** `next`: no part has this number, or a higher one. */
  constructor (private readonly place: Place, private next: number, private readonly most: number) {
    this.#after = this.#empty()
  }

  /** Takes in what stays of a part; gives what is full by then. */
  take (part: number, traces: Columns, without: ReadonlySet<number>): Iterable<Rewritten> {
    this.free.push(part)
    return this.#take(traces, without)
  }

  /** Takes in what is added, and gives all that is left. */
  * finish (added: Columns): Iterable<Rewritten> {
    yield * this.#take(added, none)
    if (this.#after.size) yield this.#full()
  }

  * #take (traces: Columns, without: ReadonlySet<number>): Iterable<Rewritten> {
    const [first, ...others] = runsOf(traces, without, this.most - this.#after.size, this.most)
    this.#after.take(traces, first!)
    for (const positions of others) {
      yield this.#full()
      this.#after.take(traces, positions)
    }
  }

  #full (): Rewritten {
    const full = { part: this.free.shift() ?? this.next++, traces: this.#after }
    this.#after = this.#empty()
    return full
  }

  #empty (): Growing {
    return new Growing(this.place.family, this.place.open)
  }
}

const none: ReadonlySet<number> = new Set()

/**
 * Positions of traces in lists of at most `most`, the first of at most `room`. What one conversation has stays together and in its order,
 * for of one instant the last is the latest.
 */
function runsOf ({ conversation, size }: Columns, without: ReadonlySet<number>, room: number, most: number): number[][] {
  const runs: number[][] = [[]]
  let left = room
  for (let from = 0, to = 0; from < size; from = to) {
    while (to < size && conversation[to] === conversation[from]) to++
    if (without.has(conversation[from]!)) continue
    if (to - from > left && left < most) {
      runs.push([])
      left = most
    }
    for (let at = from; at < to; at++) runs.at(-1)!.push(at)
    left -= to - from
  }
  return runs
}
