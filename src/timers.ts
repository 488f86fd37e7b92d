/** How the process waits; tests pass their own. Each gives back what cancels it. Intervals in milliseconds. */
export interface Timers {
  after: (ms: number, run: () => void) => () => void
  every: (ms: number, run: () => void) => () => void
}

export const systemTimers: Timers = {
  after (ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  every (ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  }
}
