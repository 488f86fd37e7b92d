export const countedFlag = 1
export const provisionalFlag = 2

const firstCapacity = 1024

/** What a metric counts or measures, a column per property; a sample is its position. Outside of the collected memory, where there may be millions. */
export class Samples {
  size = 0
  conversation = new Int32Array(firstCapacity)
  /** Milliseconds of a duration, in the basis of the query; a plain number of what is a number; else 1. */
  value = new Float64Array(firstCapacity)
  /** Whether it is in the numerator of a rate; whether it may still change by time alone. */
  flags = new Uint8Array(firstCapacity)
  /** What is counted once each, where that is not the sample itself. */
  key = new Int32Array(firstCapacity)
  #scratch = new Float64Array(firstCapacity)

  push (conversation: number, value: number, flags: number, key: number): number {
    if (this.size === this.value.length) this.#grow()
    const at = this.size++
    this.conversation[at] = conversation
    this.value[at] = value
    this.flags[at] = flags
    this.key[at] = key
    return at
  }

  #grow (): void {
    const capacity = this.size * 4
    this.conversation = grown(new Int32Array(capacity), this.conversation)
    this.value = grown(new Float64Array(capacity), this.value)
    this.flags = grown(new Uint8Array(capacity), this.flags)
    this.key = grown(new Int32Array(capacity), this.key)
  }

  countWith (flag: number, positions: Int32Array): number {
    let count = 0
    for (const at of positions) if (this.flags[at]! & flag) count++
    return count
  }

  distinct (positions: Int32Array): number {
    const keys = new Set<number>()
    for (const at of positions) keys.add(this.key[at]!)
    return keys.size
  }

  /** The values at some positions, in order; they may be gone when it is asked again. */
  sorted (positions: Int32Array): Float64Array {
    const count = positions.length
    if (this.#scratch.length < count) this.#scratch = new Float64Array(Math.max(count, this.#scratch.length * 2))
    const sorted = this.#scratch.subarray(0, count)
    for (let index = 0; index < count; index++) sorted[index] = this.value[positions[index]!]!
    return count > few ? sorted.toSorted() : inserted(sorted)
  }
}

function grown<T extends Int32Array | Float64Array | Uint8Array> (into: T, from: T): T {
  into.set(from)
  return into
}

/** So few are sorted sooner than handed over to be sorted. */
const few = 24

function inserted (values: Float64Array): Float64Array {
  for (let at = 1; at < values.length; at++) {
    const value = values[at]!
    let to = at
    for (; to > 0 && values[to - 1]! > value; to--) values[to] = values[to - 1]!
    values[to] = value
  }
  return values
}
