import type { Job } from '../../events/worker.js'
import { foldMetrics } from './folding.service.js'

/** Looked for each second: what has changed is answered from its facts until then, so nobody waits for it. */
export const foldMetricsJob: Job = { name: 'foldMetrics', run: (services, now) => foldMetrics(services, now), woken: false }
