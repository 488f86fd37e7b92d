export const countedFlag = 1
export const provisionalFlag = 2

/** What a metric counts or measures, a column per property; a sample is its position. */
export class Samples {
  readonly conversation: number[] = []
  /** Milliseconds of a duration, in the basis of the query; a plain number of what is a number; else 1. */
  readonly value: number[] = []
  /** Whether it is in the numerator of a rate; whether it may still change by time alone. */
  readonly flags: number[] = []
  /** What is counted once each, where that is not the sample itself. */
  readonly key: number[] = []

  push (conversation: number, value: number, flags: number, key: number): number {
    this.conversation.push(conversation)
    this.value.push(value)
    this.flags.push(flags)
    return this.key.push(key) - 1
  }

  countWith (flag: number, positions: readonly number[]): number {
    let count = 0
    for (const at of positions) if (this.flags[at]! & flag) count++
    return count
  }

  distinct (positions: readonly number[]): number {
    const keys = new Set<number>()
    for (const at of positions) keys.add(this.key[at]!)
    return keys.size
  }

  values (positions: readonly number[]): Float64Array {
    const values = new Float64Array(positions.length)
    for (const [index, at] of positions.entries()) values[index] = this.value[at]!
    return values
  }
}
