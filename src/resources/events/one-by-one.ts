import type { Following } from './event.feed.js'
import type { Event } from './event.shapes.js'

/** What a follower is given, an event at a time. */
export function oneByOne (following: Following): AsyncIterableIterator<Event> {
  let batch: Event[] = []
  let at = 0
  return {
    async next () {
      while (at === batch.length) {
        const answer = await following.next()
        if (answer.done) return { done: true, value: undefined }
        batch = answer.value
        at = 0
      }
      return { done: false, value: batch[at++]! }
    },
    async return () {
      following.close()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator] () { return this }
  }
}
