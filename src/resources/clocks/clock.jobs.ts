import type { Job } from '../../events/worker.js'
import { noticeClocks } from './noticing.service.js'

/** What time alone changes is noticed within two seconds: nobody's write says when. */
export const clocksJob: Job = { name: 'noticeClocks', run: noticeClocks, woken: false, everyMs: 500 }
