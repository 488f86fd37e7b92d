import type { Services } from '../context.js'

/** Background work: what is due is found in the database, so any number of processes may run it. */
export interface Job {
  name: string
  /**
   * Does a batch of what is due at `now` (milliseconds) and says how much it was; it is called again until that is 0. It
   * claims what it does with `for update skip locked`, in the transaction that does it or under a lease.
   */
  run: (services: Services, now: number) => Promise<number>
  /** Whether new events are a reason to look; true when left out. */
  woken?: boolean
  /** How often to look without a reason, in milliseconds; 1,000 when left out. */
  everyMs?: number
}

const everyMsByDefault = 1_000
const firstRetryMs = 1_000
const longestRetryMs = 60_000
/** A job that is never done is broken, and must not keep the others' caller waiting. */
const maxBatches = 100_000

/** Runs the jobs of this process, each in a loop of its own, until it is stopped. */
export class Worker {
  private readonly loops: Loop[]
  private readonly stopWaking: () => void

  constructor (services: Services, jobs: readonly Job[]) {
    this.loops = jobs.map(job => new Loop(services, job))
    const woken = this.loops.filter(loop => loop.job.woken !== false)
    this.stopWaking = woken.length ? services.waker.onEvents(() => { for (const loop of woken) loop.wake() }) : () => {}
  }

  /** Begins nothing new; resolves when the batches that are being done are done. */
  async stop (): Promise<void> {
    this.stopWaking()
    await Promise.all(this.loops.map(loop => loop.stop()))
  }
}

class Loop {
  private running: Promise<void> | null = null
  private again = false
  private stopped = false
  private failures = 0
  private cancelRetry: (() => void) | null = null
  private readonly cancelPolling: () => void

  constructor (private readonly services: Services, readonly job: Job) {
    this.cancelPolling = services.timers.every(job.everyMs ?? everyMsByDefault, () => this.wake())
    this.wake()
  }

  wake (): void {
    this.again = true
    if (this.stopped || this.running || this.cancelRetry) return
    this.running = this.work().finally(() => {
      this.running = null
      if (this.again) this.wake()
    })
  }

  async stop (): Promise<void> {
    this.stopped = true
    this.cancelPolling()
    this.cancelRetry?.()
    await this.running
  }

  private async work (): Promise<void> {
    const { job, services } = this
    try {
      while (this.again && !this.stopped) {
        this.again = false
        if (await job.run(services, services.now()) > 0) this.again = true
      }
      this.failures = 0
    } catch (error) {
      const wait = Math.round(Math.min(firstRetryMs * 2 ** this.failures++, longestRetryMs) * (0.75 + Math.random() / 2))
      services.log.error({ err: error, job: job.name, againInMs: wait }, 'a job failed')
      this.again = false
      if (!this.stopped) this.cancelRetry = services.timers.after(wait, () => { this.cancelRetry = null; this.wake() })
    }
  }
}

/** Does all that is due now, job after job; gives how much each did. Throws what a job throws. */
export async function runToTheEnd (services: Services, jobs: readonly Job[]): Promise<Record<string, number>> {
  const done: Record<string, number> = {}
  for (const job of jobs) {
    done[job.name] = 0
    for (let batch = 0, count = 1; count > 0; batch++) {
      if (batch === maxBatches) throw new Error(`${job.name} is never done`)
      count = await job.run(services, services.now())
      done[job.name]! += count
    }
  }
  return done
}
