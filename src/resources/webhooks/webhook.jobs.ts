import type { Job } from '../../events/worker.js'
import { attemptDeliveries, forgetDeliveries, planDeliveries } from './delivering.service.js'

/** Events become deliveries as soon as there are some; deliveries are tried when they are due, and forgotten a month after they are over. */
export const webhookJobs: Job[] = [
  { name: 'planWebhookDeliveries', run: planDeliveries },
  { name: 'attemptWebhookDeliveries', run: attemptDeliveries },
  { name: 'forgetWebhookDeliveries', everyMs: 60_000, woken: false, run: forgetDeliveries }
]
