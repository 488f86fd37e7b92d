import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { placeAt } from './cluster.js'
import type { Place } from './cluster.js'
import { findPostmaster } from './postmaster.js'
import { openSession, stopIfUnused } from './presence.js'
import type { Session } from './presence.js'
import { goodbye } from './watchdog.js'

/* What the watchdog becomes when its owner has died: a process that leaves the server on its behalf. */

/** `name` is the session of the user that died; the server may still be starting for it. */
async function leaveFor (place: Place, name: string): Promise<string> {
  // A server that was launched a moment before the death has not written its file yet.
  let appears = Date.now() + 2_000
  const deadline = Date.now() + 300_000
  while (Date.now() < deadline) {
    const server = findPostmaster(place)
    if (!server && Date.now() > appears) return 'no server is running'
    if (server) appears = 0
    const client = server?.isReady ? await openSession(place, server, 'watchdog') : null
    if (server && client) {
      if (!await hasGone(client, name, deadline)) return 'its session does not end'
      const hasStopped = await stopIfUnused(place, server, client)
      return hasStopped ? 'it was the last, the server is stopped' : 'others use the server'
    }
    await pause(20)
  }
  return 'the server does not answer'
}

async function hasGone (client: Session, name: string, deadline: number): Promise<boolean> {
  const sessions = 'select 1 from pg_stat_activity where application_name = $1'
  while (Date.now() < deadline) {
    if ((await client.query(sessions, [name])).rowCount === 0) return true
    await pause(20)
  }
  return false
}

const [dir, name] = process.argv.slice(2) as [string, string]
if (await text(process.stdin) !== goodbye) {
  const outcome = await leaveFor(placeAt(dir), name).catch((error) => `leaving failed: ${error.message}`)
  process.stderr.write(`${new Date().toISOString()} watchdog: ${name} has ended; ${outcome}\n`)
}
