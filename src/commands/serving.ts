import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import closeWithGrace from 'close-with-grace'
import { makeApp } from '../app.js'
import { startWorker } from '../jobs.js'
import { bootstrap } from '../resources/workspaces/workspace.service.js'
import type { Services } from '../context.js'
import type { Running } from './running.js'
import { say } from './say.js'
import { welcome } from './welcome.js'

/** How long requests that are under way may take to end. */
const drainMs = 20_000

/** The heap may grow by this share of what is in use before it is collected; left alone, Node takes four times as much. */
const heapGrowingPercent = 30

/**
 * How long after the start the heap is collected once. Until that has happened it may grow to any size: the share counts from what a
 * collection left. A start leaves too little to be collected by itself.
 */
const settledMs = 1_000

/** Serves until SIGTERM or SIGINT; then takes nothing new, finishes what is under way, and exits with 0. */
export async function serve ({ config, services, stop }: Running): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`)
  const closing: Array<() => Promise<unknown>> = [stop]
  const close = async (): Promise<void> => { for (const each of closing) await each() }
  closeWithGrace({ delay: drainMs, logger: false, onTimeout }, async ({ err }) => {
    if (err) services.log.fatal({ err }, 'the process ends')
    await close()
  })
  try {
    const first = await bootstrap(services)
    const app = await makeApp(services)
    closing.unshift(() => app.close())
    const address = await app.listen({ port: config.PORT, host: config.HOST })
    if (config.WORKER) {
      const worker = startWorker(services)
      closing.splice(1, 0, () => worker.stop())
    }
    closing.unshift(collectOnce(services))
    say(welcome(config.PUBLIC_URL ?? address, first, config.BOOTSTRAP_API_KEY !== undefined))
  } catch (error) {
    await close()
    throw error
  }
}

/** Gives what cancels it. */
function collectOnce ({ timers }: Services): () => Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const cancel = timers.after(settledMs, collect)
  return async () => cancel()
}

const onTimeout = (): void => say(`Requests were still under way after ${drainMs / 1000} s; they are cut off.`)
