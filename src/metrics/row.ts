import type { Metric } from './catalogue.js'
import type { Key } from './keys.js'

/** The samples of one metric and combination of values, as their positions: in each bucket, and in the whole window. */
export class Row {
  readonly buckets = new Map<number, number[]>()
  #last: number | null = null
  #list: number[] = []

  /** `level`: the samples of the whole window, where they are others than those of the buckets. */
  constructor (readonly key: Key, public level: number[] | null = null) {}

  get whole (): number[] {
    if (this.level) return this.level
    const all: number[] = []
    for (const list of this.buckets.values()) for (const position of list) all.push(position)
    return all
  }

  get size (): number {
    if (this.level) return this.level.length
    let size = 0
    for (const list of this.buckets.values()) size += list.length
    return size
  }

  /** What follows each other is mostly in one bucket. */
  push (bucket: number | null, sample: number): void {
    if (bucket === null) return void this.level?.push(sample)
    if (bucket !== this.#last) {
      const known = this.buckets.get(bucket)
      this.#list = known ?? []
      this.#last = bucket
      if (!known) this.buckets.set(bucket, this.#list)
    }
    this.#list.push(sample)
  }
}

/** A level, and what is told once per conversation, have other samples in the whole window than in its buckets. */
export const emptyRow = ({ kind, measure }: Metric, key: Key): Row => new Row(key, kind === 'level' || measure.perConversation ? [] : null)
