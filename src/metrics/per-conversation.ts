/** What several traces of one conversation come to in one bucket, or (null) in all of them: at the latest, counted if all are. */
export interface One<Place> { conversation: number, bucket: number | null, counted: boolean, place: Place }

/** Traces that are one sample per conversation and bucket, in whatever order the conversations come; of one instant the last is the latest. */
export class Together<Place> {
  readonly #known = new Map<number, number>()
  readonly #conversation: number[] = []
  readonly #bucket: number[] = []
  readonly #instant: number[] = []
  readonly #counted: boolean[] = []
  readonly #place: Place[] = []

  constructor (private readonly buckets: number) {}

  /** Gives how many samples there are more than before. */
  add (conversation: number, bucket: number, instant: number, counted: boolean, place: Place): number {
    return this.#add(conversation, bucket, instant, counted, place) + this.#add(conversation, this.buckets, instant, counted, place)
  }

  #add (conversation: number, bucket: number, instant: number, counted: boolean, place: Place): number {
    const key = conversation * (this.buckets + 1) + bucket
    const at = this.#known.get(key)
    if (at === undefined) {
      this.#known.set(key, this.#conversation.length)
      this.#conversation.push(conversation)
      this.#bucket.push(bucket)
      this.#instant.push(instant)
      this.#counted.push(counted)
      this.#place.push(place)
      return 1
    }
    this.#counted[at] &&= counted
    if (instant >= this.#instant[at]!) {
      this.#instant[at] = instant
      this.#place[at] = place
    }
    return 0
  }

  /** Only when all are there. */
  * all (): Generator<One<Place>> {
    for (const [at, conversation] of this.#conversation.entries()) {
      const bucket = this.#bucket[at]!
      yield { conversation, bucket: bucket === this.buckets ? null : bucket, counted: this.#counted[at]!, place: this.#place[at]! }
    }
  }
}
