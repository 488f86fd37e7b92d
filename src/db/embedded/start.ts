import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { serverAccount } from './account.js'
import type { Account } from './account.js'
import { locatePackage, prepareBinaries } from './binaries.js'
import { checkPlace, ensureCluster, openPlace, readPassword } from './cluster.js'
import type { Place } from './cluster.js'
import { database, ensureDatabase } from './database.js'
import { clearStale, findPostmaster, freePort, launchPostmaster } from './postmaster.js'
import type { Launched, Postmaster } from './postmaster.js'
import { enter, leave } from './presence.js'
import type { Session } from './presence.js'
import { startWatchdog } from './watchdog.js'

export interface EmbeddedOptions {
  /** Made when missing. One server per folder, whoever starts first; the others use it too. */
  dataDir: string
  log: (message: string) => void
  /** False only for tests: quicker, and lost when the machine loses power. Does not change a server that runs. */
  durable?: boolean
}

export interface Embedded {
  url: string
  /** Whether the server was running already, started by another user of the same folder. */
  adopted: boolean
  /** Leaves the server; resolves when it has ended, if we were the last to use it. Close your own connections first. */
  stop (): Promise<void>
}

interface Setting { place: Place, account: Account | null, binaries: string, durable: boolean, name: string,
  log: (message: string) => void }

interface Joined { server: Postmaster, client: Session, adopted: boolean }

/** Crash recovery reads back at most what was written since the last checkpoint; this is far beyond it. */
const startLimitMs = 300_000
const launchLimit = 100

/**
 * A Postgres of our own on the loopback address, which lives as long as somebody uses it. Throws a sentence that says
 * what to do (most often: set DATABASE_URL) where the machine does not allow that.
 */
export async function startEmbedded ({ dataDir, log, durable = true }: EmbeddedOptions): Promise<Embedded> {
  const source = locatePackage()
  const place = openPlace(dataDir)
  const account = serverAccount(place.cluster)
  checkPlace(place, account, source.version)
  const binaries = await prepareBinaries(account, log, source)
  await ensureCluster(place, account, binaries, durable, log)
  const setting = { place, account, binaries, durable, log, name: `supportops ${randomUUID()}` }
  // From here on something may outlive us.
  const watchdog = startWatchdog(place, setting.name)
  let joined: Joined | null = null
  try {
    joined = await join(setting)
    const password = readPassword(place)
    await ensureDatabase(joined.client, password)
    const presence = stayPresent(setting, joined)
    const url = `postgres://${database}:${password}@127.0.0.1:${joined.server.port}/${database}?sslmode=disable`
    return { url, adopted: joined.adopted, stop: () => presence.end().then(() => watchdog.dismiss()) }
  } catch (error) {
    await joined?.client.end().catch(() => {})
    watchdog.release()
    throw error
  }
}

/** Enters the server of the cluster, launching one as long as there is none. */
async function join (setting: Setting, port?: number): Promise<Joined> {
  const { place, account, binaries, durable, name, log } = setting
  const began = Date.now()
  let launched: Launched | null = null
  let launches = 0
  while (Date.now() < began + startLimitMs) {
    const server = findPostmaster(place)
    const client = server?.isReady ? await enter(place, server, name) : null
    if (server && client) {
      const adopted = server.pid !== launched?.pid
      log(adopted
        ? `Using the embedded Postgres that is already running on port ${server.port}`
        : `Embedded Postgres is ready on port ${server.port} after ${Date.now() - began} ms; data in ${place.dir}`)
      return { server, client, adopted }
    }
    if (!server && (!launched || launched.hasEnded)) {
      if (launched && (!launched.mayRetry || launches >= launchLimit)) throw launched.failure
      if (launched) await pause(100)
      launches++
      clearStale(place)
      launched = launchPostmaster(place, account, binaries, port ?? await freePort(), durable)
    }
    await pause(10)
  }
  throw new Error(`The embedded Postgres was not ready within ${startLimitMs / 1000} s; see ${place.logFile}`)
}

/**
 * A lost session is opened again, so that a server in use always has a user: one of its processes may have crashed,
 * which ends all sessions; or it was killed as a whole, and then starts again on the port that our url names.
 */
function stayPresent (setting: Setting, joined: Joined): { end (): Promise<void> } {
  let current: Joined | null = joined
  let rejoining: Promise<void> = Promise.resolve()
  let ending: Promise<void> | null = null

  const watch = ({ client, server }: Joined): void => {
    // Being present alone keeps no process alive.
    client.unref()
    client.once('end', () => {
      current = null
      if (ending) return
      setting.log('Lost the embedded Postgres; starting it again')
      rejoining = rejoin(server.port).catch((error) => setting.log(`The embedded Postgres is gone. ${error.message}`))
    })
  }
  const rejoin = async (port: number): Promise<void> => {
    current = await join(setting, port)
    watch(current)
    if (current.server.port !== port) setting.log('The embedded Postgres has another port now: start again')
  }
  watch(joined)

  const end = async (): Promise<void> => {
    await rejoining
    if (current) await leave(setting.place, current.server, current.client)
  }
  return { end: () => ending ??= end() }
}
