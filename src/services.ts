import { pino, stdSerializers, type DestinationStream } from 'pino'
import type { Config } from './config.js'
import type { Services } from './context.js'
import { openDatabase } from './db/connection.js'
import { Waker } from './events/waker.js'
import { readable } from './stacks.js'
import { systemTimers, type Timers } from './timers.js'

/** What one process has: its log, its connections, its clock. */
export function makeServices (
  config: Config, databaseUrl: string, now: () => number = Date.now, { logTo, timers = systemTimers }: { logTo?: DestinationStream, timers?: Timers } = {}
): Services {
  const log = pino({
    level: config.LOG_LEVEL,
    serializers: { err: told },
    redact: {
      paths: ['authorization', 'headers.authorization', 'req.headers.authorization', 'secret', 'password', '*.secret', '*.password',
        'err.config', 'err.parameters'],
      censor: '[redacted]'
    }
  }, logTo ?? pino.destination({ dest: 1, sync: false, minLength: 16_000, periodicFlush: 100 }))
  const database = openDatabase({
    url: databaseUrl, poolSize: config.DATABASE_POOL_SIZE, statementTimeoutMs: config.STATEMENT_TIMEOUT_MS, log
  })
  const waker = new Waker(database, log, timers)
  return {
    config, database, log, now, timers, waker,
    committed: workspaceId => waker.committed(workspaceId),
    callers: forgetting(),
    perform: async () => { throw new Error('The app is not made yet') },
    async close () {
      await waker.stop()
      await database.close()
    }
  }
}

function told (error: Error): unknown {
  const telling = stdSerializers.err(error) as { stack?: string } | undefined
  if (telling?.stack) telling.stack = readable(telling.stack)
  return telling
}

function forgetting (): Services['callers'] {
  const callbacks = new Set<() => void>()
  return { forget: () => { for (const callback of callbacks) callback() }, onForget: callback => { callbacks.add(callback) } }
}
