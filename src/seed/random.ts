/** Numbers that look random and are the same for the same seed (mulberry32). */
export interface Random {
  /** From 0 up to, not including, 1. */
  next: () => number
  chance: (probability: number) => boolean
  /** A whole number, both ends included. */
  between: (from: number, to: number) => number
  pick: <T>(list: readonly T[]) => T
  /** A duration with this mean, as waiting times are: mostly short, sometimes long; at most five times the mean. */
  wait: (mean: number) => number
}

export function randomOf (seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    chance: probability => next() < probability,
    between,
    pick: list => list[between(0, list.length - 1)]!,
    wait: mean => Math.round(Math.min(-Math.log(1 - next()), 5) * mean)
  }
}
