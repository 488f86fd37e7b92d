import type { Job } from '../../events/worker.js'
import { attemptDeliveries, planDeliveries } from './delivering.service.js'

/** Events become deliveries as soon as there are some; deliveries are tried when they are due. */
export const webhookJobs: Job[] = [
  { name: 'planWebhookDeliveries', run: planDeliveries },
  { name: 'attemptWebhookDeliveries', run: attemptDeliveries }
]
