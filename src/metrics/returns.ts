/** Who came back with something new: creations by contact, against resolutions that stand as long as nobody did. */
export class Returns {
  readonly #creations = new Map<string, Array<{ conversation: number, at: number }>>()
  readonly #waiting: Array<{ sample: number, contact: string, conversation: number, at: number }> = []

  created (contact: string, conversation: number, at: number): void {
    const known = this.#creations.get(contact)
    if (known) known.push({ conversation, at })
    else this.#creations.set(contact, [{ conversation, at }])
  }

  resolved (sample: number, contact: string, conversation: number, at: number): void {
    this.#waiting.push({ sample, contact, conversation, at })
  }

  /** The samples whose contact had another conversation from the resolution on, within so many milliseconds. Only when all is told. */
  undone (withinMs: number): number[] {
    for (const creations of this.#creations.values()) creations.sort((a, b) => a.at - b.at)
    return this.#waiting.filter((each) => this.#returned(each, withinMs)).map(({ sample }) => sample)
  }

  #returned ({ contact, conversation, at }: { contact: string, conversation: number, at: number }, withinMs: number): boolean {
    const creations = this.#creations.get(contact) ?? []
    for (let index = firstFrom(creations, at); index < creations.length && creations[index]!.at < at + withinMs; index++) {
      if (creations[index]!.conversation !== conversation) return true
    }
    return false
  }
}

/** The index of the first that is not before an instant, in what is sorted. */
function firstFrom (sorted: ReadonlyArray<{ at: number }>, at: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]!.at < at) low = middle + 1
    else high = middle
  }
  return low
}
