import { readConfig, type Config } from '../config.js'
import type { Services } from '../context.js'
import { startEmbedded } from '../db/embedded/start.js'
import { migrate } from '../db/migrate.js'
import { makeServices } from '../services.js'
import { say } from './say.js'

export interface Running { config: Config, services: Services, stop: () => Promise<void> }

/** The database (an embedded one without DATABASE_URL), migrated, and what works on it. `say` hears the long steps. */
export async function run (say: (line: string) => void, settings: Record<string, string | undefined> = process.env): Promise<Running> {
  const config = readConfig(settings)
  const embedded = config.DATABASE_URL ? null : await startEmbedded({ dataDir: config.DATA_DIR, log: say })
  const services = makeServices(config, config.DATABASE_URL ?? embedded!.url)
  const stop = async () => {
    await services.close()
    await embedded?.stop()
  }
  try {
    const client = await services.database.dedicated()
    try {
      await migrate(client, say)
    } finally {
      await client.end()
    }
    return { config, services, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Runs one command on the database and leaves. */
export async function once (work: (running: Running) => Promise<void>): Promise<void> {
  const running = await run(say, { LOG_LEVEL: 'warn', ...process.env })
  try {
    await work(running)
  } finally {
    await running.stop()
  }
}
