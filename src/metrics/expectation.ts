import { percentile } from './statistics.js'

/** With fewer of its like nothing is expected of a sample. */
const least = 10

/** Samples, and what is expected of their like: the median of all of one sort, in whichever cells they are. */
export class Expectation<Place> {
  readonly #sorts = new Map<string, number>()
  readonly #values: number[][] = []
  /** Those that have a place, a column per property. */
  readonly #sort: number[] = []
  readonly #value: number[] = []
  readonly #place: Place[] = []
  readonly #bucket: number[] = []
  readonly #conversation: number[] = []

  sortOf (text: string): number {
    const known = this.#sorts.get(text)
    if (known !== undefined) return known
    this.#sorts.set(text, this.#values.length)
    return this.#values.push([]) - 1
  }

  /** Every sample: others are measured by it, whether or not it has a place. */
  add (sort: number, value: number): void {
    this.#values[sort]!.push(value)
  }

  hold (sort: number, value: number, place: Place, bucket: number, conversation: number): void {
    this.#sort.push(sort)
    this.#value.push(value)
    this.#place.push(place)
    this.#bucket.push(bucket)
    this.#conversation.push(conversation)
  }

  /** Each that has a place against its like; nothing of those that have too few, or whose median is 0. Only when all are there. */
  * ratios (): Generator<{ ratio: number, place: Place, bucket: number, conversation: number }> {
    const medians = this.#values.map((values) => values.length < least ? 0 : percentile(Float64Array.from(values).toSorted(), 50))
    for (const [at, sort] of this.#sort.entries()) {
      const median = medians[sort]!
      if (median > 0) yield { ratio: this.#value[at]! / median, place: this.#place[at]!, bucket: this.#bucket[at]!, conversation: this.#conversation[at]! }
    }
  }
}
