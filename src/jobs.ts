import type { Services } from './context.js'
import { runToTheEnd, Worker, type Job } from './events/worker.js'
import { forgetKeysJob } from './http/idempotency.js'
import { backtestsJob } from './resources/backtests/backtest.jobs.js'
import { importJobs } from './resources/imports/import.jobs.js'
import { strandedReceiptsJob } from './resources/channels/receipt.jobs.js'
import { applyPromisesJob, clocksJob } from './resources/clocks/clock.jobs.js'
import { wakeSnoozedJob } from './resources/conversations/snoozing.jobs.js'
import { goalsJob } from './resources/goals/goal.jobs.js'
import { foldMetricsJob } from './resources/metrics/metric.jobs.js'
import { webhookJobs } from './resources/webhooks/webhook.jobs.js'

/** All background work; adding some is a line here. */
export const jobs: Job[] = [
  ...importJobs,
  strandedReceiptsJob,
  clocksJob,
  applyPromisesJob,
  backtestsJob,
  goalsJob,
  wakeSnoozedJob,
  foldMetricsJob,
  ...webhookJobs,
  forgetKeysJob
]

/** Runs all background work in this process until it is stopped. */
export const startWorker = (services: Services): Worker => new Worker(services, jobs)

/** Does all that is due at `services.now()`, once, and gives how much each job did. */
export const runDue = (services: Services): Promise<Record<string, number>> => runToTheEnd(services, jobs)
