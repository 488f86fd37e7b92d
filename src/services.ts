import { pino } from 'pino'
import type { Config } from './config.js'
import type { Services } from './context.js'
import { openDatabase } from './db/connection.js'

/** What one process has: its log, its connections, its clock. */
export function makeServices (config: Config, databaseUrl: string, now: () => number = Date.now): Services {
  const log = pino({
    level: config.LOG_LEVEL,
    redact: {
      paths: ['authorization', 'headers.authorization', 'req.headers.authorization', 'secret', 'password', '*.secret', '*.password',
        'err.config', 'err.parameters'],
      censor: '[redacted]'
    }
  })
  const database = openDatabase({
    url: databaseUrl, poolSize: config.DATABASE_POOL_SIZE, statementTimeoutMs: config.STATEMENT_TIMEOUT_MS, log
  })
  return { config, database, log, now, committed: () => {} }
}
