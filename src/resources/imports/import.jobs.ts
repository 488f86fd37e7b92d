import type { Job } from '../../events/worker.js'
import { runImports, tidyImports } from './running.service.js'

export const importJobs: Job[] = [
  { name: 'runImports', woken: false, run: runImports },
  { name: 'tidyImports', everyMs: 60_000, woken: false, run: tidyImports }
]
