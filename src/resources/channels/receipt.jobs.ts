import type { Job } from '../../events/worker.js'
import { takeUpStranded } from './receipt.service.js'

/** Takes up the receipts of processes that died over them. */
export const strandedReceiptsJob: Job = { name: 'takeUpStrandedReceipts', everyMs: 15_000, woken: false, run: takeUpStranded }
