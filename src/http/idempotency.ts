import type { Job } from '../events/worker.js'
import { forgetKeys } from './idempotency.store.js'

/** Forgets the Idempotency-Keys that are older than a day. */
export const forgetKeysJob: Job = {
  name: 'forgetIdempotencyKeys',
  everyMs: 60_000,
  woken: false,
  run: (services, now) => forgetKeys(services.database.read, now)
}
