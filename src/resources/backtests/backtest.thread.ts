import { parentPort, workerData } from 'node:worker_threads'
import { systemContext } from '../../context.js'
import { worded } from '../../db/refusals.js'
import { ApiError } from '../../errors.js'
import { makeServices } from '../../services.js'
import { readable } from '../../stacks.js'
import { countRange } from './counting.service.js'
import type { Answer, Start, Task } from './threads.js'

/* A thread that counts stretches of history, on connections of its own. */

const { config, url } = workerData as Start
const services = makeServices(config, url)

async function answer ({ workspaceId, backtest, range }: Task): Promise<Answer> {
  try {
    return { counted: await countRange(systemContext(services, workspaceId, ['standards:read'], 'backtests'), backtest, range) }
  } catch (error) {
    const known = worded(error)
    return { failure: { text: error instanceof Error ? readable(error.stack ?? error.message) : String(error), unavailable: known instanceof ApiError && known.code === 'unavailable' } }
  }
}

parentPort!.on('message', (task: Task) => { void answer(task).then(given => parentPort!.postMessage(given, [])) })
