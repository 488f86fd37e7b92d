import { bucketIndex } from './buckets.js'
import type { Bucket } from './buckets.js'

/** The traces of one conversation in one bucket, or (null) in all of them, as one: at the latest, counted if all are. */
export interface Together { bucket: number | null, at: number, counted: boolean }

/** `positions` of traces in the window, `counted` as each is; of two at the same instant the later position is the latest. */
export function together (
  positions: readonly number[], conversation: ArrayLike<number>, end: ArrayLike<number>, counted: (at: number) => boolean, buckets: readonly Bucket[]
): Together[] {
  const found = new Map<string, Together>()
  for (const at of positions) {
    const isCounted = counted(at)
    for (const bucket of [bucketIndex(buckets, end[at]!), null]) {
      const key = `${conversation[at]} ${bucket}`
      const known = found.get(key)
      if (!known) found.set(key, { bucket, at, counted: isCounted })
      else {
        known.counted &&= isCounted
        if (end[at]! >= end[known.at]!) known.at = at
      }
    }
  }
  return [...found.values()]
}
