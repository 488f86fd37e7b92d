import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { Config } from '../../config.js'
import type { Services } from '../../context.js'
import { ApiError } from '../../errors.js'
import type { Backtest } from './backtest.shapes.js'
import type { Counted } from './counting.service.js'
import type { Range } from './history.store.js'

export interface Start { config: Config, url: string }
export interface Task { workspaceId: string, backtest: Backtest, range: Range }
export type Answer = { counted: Counted } | { failure: { text: string, unavailable: boolean } }

/** One core is left to requests and to the database. */
export const usualThreads = Math.max(1, availableParallelism() - 1)

/** Node starts threads of JavaScript only: where a loader runs the sources, there are none. */
export const hasThreads = import.meta.url.endsWith('.js')
const file = new URL('./backtest.thread.js', import.meta.url)
/** What is kept is one batch; a thread that takes more is ended, not the server. */
const resourceLimits = { maxOldGenerationSizeMb: 256 }
/** So much a thread may have before its heap is collected whole, however soon the server collects its own: a third less work. */
const collectFromMb = 96

/** A thread that counts; it keeps the process from ending only while it does. */
class Thread {
  private readonly worker: Worker
  ended = false

  constructor ({ config, database }: Services) {
    setFlagsFromString(`--initial-old-space-size=${collectFromMb}`)
    this.worker = new Worker(file, { workerData: { config, url: database.url } satisfies Start, resourceLimits })
    this.worker.unref()
    this.worker.once('online', () => setFlagsFromString('--initial-old-space-size=0'))
    this.worker.on('error', () => {})
    this.worker.on('exit', () => { this.ended = true })
  }

  count (task: Task): Promise<Counted> {
    const { worker } = this
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.unref()
        worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      }
      const onMessage = (answer: Answer): void => {
        settle()
        if ('counted' in answer) resolve(answer.counted)
        else reject(answer.failure.unavailable ? new ApiError('unavailable', 'The database cannot be reached.', undefined, 1) : new Error(answer.failure.text))
      }
      const onError = (error: Error): void => { settle(); reject(error) }
      const onExit = (code: number): void => onError(new Error(`A thread that counts ended (${code})`))
      worker.on('message', onMessage).on('error', onError).on('exit', onExit)
      worker.ref()
      worker.postMessage(task, [])
    })
  }

  stop (): void { void this.worker.terminate() }
}

/** Kept from one stretch to the next, until there is nothing to count. */
const threads = new WeakMap<Services, Thread[]>()

/** Counts each range in a thread of its own. After a failure all threads are new. */
export async function countInThreads (services: Services, workspaceId: string, backtest: Backtest, ranges: readonly Range[]): Promise<Counted[]> {
  const kept = (threads.get(services) ?? []).filter(({ ended }) => !ended)
  threads.set(services, kept)
  while (kept.length < ranges.length) kept.push(new Thread(services))
  try {
    return await Promise.all(ranges.map((range, at) => kept[at]!.count({ workspaceId, backtest, range })))
  } catch (error) {
    stopThreads(services)
    throw error
  }
}

export function stopThreads (services: Services): void {
  for (const thread of threads.get(services) ?? []) thread.stop()
  threads.delete(services)
}
