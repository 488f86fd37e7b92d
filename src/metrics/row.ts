import type { Key } from './keys.js'

const firstCapacity = 16

function grown (from: Int32Array): Int32Array {
  const into = new Int32Array(from.length * 4)
  into.set(from)
  return into
}

/** How many samples, and how many of them are in the numerator. */
export interface Tally { samples: number, counted: number }

/**
 * The samples of one metric and combination of values, as their positions: in each bucket, and in the whole window. They are
 * sorted by bucket when they are first looked at: most of millions of them are never looked at by themselves.
 */
export class Row {
  #count = 0
  #samples: Int32Array = new Int32Array(firstCapacity)
  #buckets: Int32Array = new Int32Array(firstCapacity)
  #tallies: { all: Int32Array, counted: Int32Array } | null = null
  #sorted: { samples: Int32Array, first: Int32Array } | null = null

  /** `hasOwnWhole`: it has other samples in the whole window than in its buckets, as levels have; they are put behind the last of these. */
  constructor (readonly key: Key, private readonly buckets: number, private readonly hasOwnWhole: boolean) {}

  /** Counts a sample that nobody will look at, and, of a rate, whether it is in the numerator; a row has either these or the others. */
  tally (bucket: number, counted: boolean): void {
    this.#tallies ??= this.#noTallies()
    this.#tallies.all[bucket]!++
    if (counted) this.#tallies.counted[bucket]!++
    this.#count++
  }

  #noTallies (): { all: Int32Array, counted: Int32Array } {
    return { all: new Int32Array(this.buckets), counted: new Int32Array(this.buckets) }
  }

  /** How many were counted only; null where the samples themselves are there. */
  tallied (bucket: number | null): Tally | null {
    if (!this.#tallies) return null
    const { all, counted } = this.#tallies
    return bucket === null ? { samples: this.#count, counted: counted.reduce((sum, each) => sum + each, 0) } : { samples: all[bucket]!, counted: counted[bucket]! }
  }

  /** No bucket: only in the whole window. */
  push (bucket: number | null, sample: number): void {
    if (this.#count === this.#samples.length) {
      this.#samples = grown(this.#samples)
      this.#buckets = grown(this.#buckets)
    }
    this.#samples[this.#count] = sample
    this.#buckets[this.#count++] = bucket ?? this.buckets
    this.#sorted = null
  }

  /** Those of a bucket; of the whole window where none is named. */
  at (bucket: number | null): Int32Array {
    if (this.#tallies) throw new Error('These samples were only counted')
    if (bucket === null && !this.hasOwnWhole) return this.#samples.subarray(0, this.#count)
    const { samples, first } = this.#sorted ??= this.#sort()
    const index = bucket ?? this.buckets
    return samples.subarray(first[index]!, first[index + 1]!)
  }

  get size (): number {
    return this.hasOwnWhole ? this.at(null).length : this.#count
  }

  get isEmpty (): boolean {
    return this.#count === 0
  }

  #sort (): { samples: Int32Array, first: Int32Array } {
    const first = new Int32Array(this.buckets + 2)
    for (let at = 0; at < this.#count; at++) first[this.#buckets[at]! + 1]!++
    for (let at = 1; at < first.length; at++) first[at]! += first[at - 1]!
    const next = first.slice()
    const samples = new Int32Array(this.#count)
    for (let at = 0; at < this.#count; at++) samples[next[this.#buckets[at]!]!++] = this.#samples[at]!
    return { samples, first }
  }

  /** Adds another's; one that is in both, by its tags, is in it once. */
  absorb (other: Row, known: Set<number>): void {
    if (other.#tallies) return this.#absorbTallies(other.#tallies)
    for (let at = 0; at < other.#count; at++) {
      const [bucket, sample] = [other.#buckets[at]!, other.#samples[at]!]
      const one = sample * (this.buckets + 1) + bucket
      if (known.has(one)) continue
      known.add(one)
      this.push(bucket, sample)
    }
  }

  #absorbTallies ({ all, counted }: { all: Int32Array, counted: Int32Array }): void {
    this.#tallies ??= this.#noTallies()
    for (let bucket = 0; bucket < all.length; bucket++) {
      this.#tallies.all[bucket]! += all[bucket]!
      this.#tallies.counted[bucket]! += counted[bucket]!
      this.#count += all[bucket]!
    }
  }
}
