import type { Job } from '../../events/worker.js'
import { wakeSnoozed } from './snoozing.service.js'

/** Wakes what has been snoozed long enough. It is looked for each second, because a time passes without an event. */
export const wakeSnoozedJob: Job = { name: 'wakeSnoozed', woken: false, run: wakeSnoozed }
