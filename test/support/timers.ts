import { systemTimers, type Timers } from '../../src/timers.js'

/** Intervals that pass only when the test says so; single waits, which are short, pass by themselves. */
export interface ManualTimers extends Timers {
  /** Lets everything that happens each `ms` milliseconds happen once. */
  tick: (ms: number) => void
}

export function manualTimers (): ManualTimers {
  const intervals = new Set<{ ms: number, run: () => void }>()
  return {
    after: systemTimers.after,
    every (ms, run) {
      const interval = { ms, run }
      intervals.add(interval)
      return () => intervals.delete(interval)
    },
    tick (ms) {
      const due = [...intervals].filter(interval => interval.ms === ms)
      for (const { run } of due) run()
    }
  }
}
