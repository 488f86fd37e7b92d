import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Place } from './cluster.js'

/** Under a loader (tsx) it is TypeScript, and needs the same loader there. */
const isSource = import.meta.url.endsWith('.ts')
const script = fileURLToPath(new URL(`./watchdog.process.${isSource ? 'ts' : 'js'}`, import.meta.url))
export const goodbye = 'done\n'

/**
 * Starts a process that outlives us by a moment: its input is a pipe that the system closes when we die, by kill -9
 * too. It then leaves the server on our behalf. While we live it is a shell of one megabyte that waits for that.
 * `dismiss` when we have left ourselves; `release` lets it leave for us now.
 */
export function startWatchdog (place: Place, name: string): { dismiss (): void, release (): void } {
  const log = openSync(place.logFile, 'a', 0o600)
  const command = [process.execPath, ...isSource ? process.execArgv : [], script, place.dir, name]
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
