import type { Job } from '../../events/worker.js'
import { applyPromises } from './applying.service.js'
import { noticeClocks } from './noticing.service.js'

/** What time alone changes is noticed within two seconds: nobody's write says when. */
export const clocksJob: Job = { name: 'noticeClocks', run: noticeClocks, woken: false, everyMs: 500 }

/** What was published is applied to the conversations that there are; deadlines are noticed beside it, in a loop of their own. */
export const applyPromisesJob: Job = { name: 'applyPromises', run: services => applyPromises(services), woken: false, everyMs: 500 }
