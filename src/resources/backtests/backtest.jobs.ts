import type { Job } from '../../events/worker.js'
import { runBacktests } from './running.service.js'

/** Stretch after stretch, so that a process that is to stop does so soon. */
export const backtestsJob: Job = { name: 'runBacktests', run: (services, now) => runBacktests(services, now) }
