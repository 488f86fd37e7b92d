import type { Job } from '../../events/worker.js'
import { lookAtGoals } from './looking.service.js'

/** Goals say themselves when they are to be looked at next; whoever is late by seconds misses nothing. */
export const goalsJob: Job = { name: 'lookAtGoals', run: lookAtGoals, woken: false, everyMs: 2_000 }
