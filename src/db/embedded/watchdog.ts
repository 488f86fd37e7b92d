import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { placeAt } from './cluster.js'
import type { Place } from './cluster.js'
import { findPostmaster } from './postmaster.js'
import { openSession, stopIfUnused } from './presence.js'
import type { Session } from './presence.js'

const self = fileURLToPath(import.meta.url)
const goodbye = 'done\n'

/**
 * Starts a process that outlives us by a moment: its input is a pipe that the system closes when we die, by kill -9
 * too. It then leaves the server on our behalf. While we live it is a shell of one megabyte that waits for that.
 * `dismiss` when we have left ourselves; `release` lets it leave for us now.
 */
export function startWatchdog (place: Place, name: string): { dismiss (): void, release (): void } {
  const log = openSync(place.logFile, 'a', 0o600)
  // Under a loader (tsx) this file is TypeScript, and needs the same loader there.
  const loader = self.endsWith('.ts') ? process.execArgv : []
  const command = [process.execPath, ...loader, self, place.dir, name]
  const [program, args] = process.platform === 'win32'
    ? [process.execPath, command.slice(1)]
    : ['/bin/sh', ['-c', 'trap "" HUP INT TERM; read -r said || exec "$@"', 'supportops-watchdog', ...command]]
  const { PATH, SystemRoot } = process.env
  const child = spawn(program, args, {
    cwd: place.dir, env: { PATH, SystemRoot }, detached: true, stdio: ['pipe', log, log]
  })
  closeSync(log)
  child.on('error', () => {})
  child.unref()
  const pipe = child.stdin as Socket
  pipe.on('error', () => {})
  pipe.unref()
  return { dismiss: () => { pipe.end(goodbye) }, release: () => { pipe.end() } }
}

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

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [dir, name] = process.argv.slice(2) as [string, string]
  if (await text(process.stdin) !== goodbye) {
    const outcome = await leaveFor(placeAt(dir), name).catch((error) => `leaving failed: ${error.message}`)
    process.stderr.write(`${new Date().toISOString()} watchdog: ${name} has ended; ${outcome}\n`)
  }
}
