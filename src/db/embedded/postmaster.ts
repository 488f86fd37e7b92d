import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, linkSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Account } from './account.js'
import { isAlive, isServerOf, readIfThere } from './alive.js'
import { runAs, serverEnvironment } from './cluster.js'
import type { Place } from './cluster.js'

const logBytesKept = 10 * 1024 * 1024

/** A living server, as its own `postmaster.pid` tells it. */
export interface Postmaster { pid: number, port: number, isReady: boolean }

const pidFile = (place: Place): string => join(place.cluster, 'postmaster.pid')

/** Which server has the cluster; null when none does. */
export function findPostmaster (place: Place): Postmaster | null {
  const lines = readIfThere(pidFile(place))?.split('\n') ?? []
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (!(pid > 0) || !(port > 0) || !isServerOf(pid, lines[1] ?? '')) return null
  return { pid, port, isReady: lines[7]?.trim() === 'ready' }
}

/**
 * Clears away the file of a dead server whose pid now belongs to another program: Postgres would refuse to start,
 * seeing that the pid is alive. This happens where pids are few: in a container.
 */
export function clearStale (place: Place): void {
  const file = pidFile(place)
  const seen = readIfThere(file)
  const [pid, dir] = seen?.split('\n') ?? []
  if (!seen || !isAlive(Number(pid)) || isServerOf(Number(pid), dir ?? '')) return
  // Between reading and removing another starter may have put a living server's file there: that one is put back.
  const aside = `${file}.${randomBytes(4).toString('hex')}`
  try {
    renameSync(file, aside)
    if (readFileSync(aside, 'utf8') !== seen) linkSync(aside, file)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  rmSync(aside, { force: true })
}

/**
 * SIGINT ends the sessions and then the server; SIGTERM would wait for the sessions for ever. Where there are no
 * signals (Windows) this ends it at once, and the next start recovers from its log. Resolves when it is gone.
 */
export async function stopPostmaster (place: Place, pid: number, limitMs = 120_000): Promise<void> {
  const deadline = Date.now() + limitMs
  if (findPostmaster(place)?.pid !== pid) return
  process.kill(pid, 'SIGINT')
  while (isServerOf(pid, place.cluster)) {
    if (Date.now() > deadline) throw new Error(`Postgres (pid ${pid}) has not ended within ${limitMs / 1000} s`)
    await pause(10)
  }
}

/** A server that we have started, until it is ready or has ended. */
export interface Launched { pid: number | undefined, hasEnded: boolean, mayRetry: boolean, failure: Error }

/** Several may be launched for one cluster at once: by `postmaster.pid` Postgres itself lets only one of them live. */
export function launchPostmaster (
  place: Place, account: Account | null, binaries: string, port: number, durable: boolean
): Launched {
  turnOver(place.logFile)
  const log = openSync(place.logFile, 'a+', 0o600)
  const start = fstatSync(log).size
  const program = join(binaries, 'bin', 'postgres')
  const child = spawn(program, ['-D', place.cluster, '-p', String(port), ...settings(durable)], {
    ...runAs(account), cwd: place.cluster, env: serverEnvironment(), detached: true, stdio: ['ignore', log, log]
  })
  child.unref()
  const launched: Launched = { pid: child.pid, hasEnded: false, mayRetry: false, failure: new Error(program) }
  whenEnded(child, (how) => {
    const said = readFrom(log, start)
    closeSync(log)
    // Another server has the cluster, another program the port, a killed server's sessions have not ended yet; or (0)
    // somebody who was leaving found this server before its first user had entered, and stopped it.
    launched.mayRetry = how === '0' || /already (exists|in use)|still in use/.test(said)
    launched.failure = new Error(`Postgres did not start (${how}). ${said.trim()}`)
    launched.hasEnded = true
  })
  return launched
}

function whenEnded (child: ChildProcess, then: (how: string) => void): void {
  let told = false
  const once = (how: string) => {
    if (!told) then(how)
    told = true
  }
  child.on('error', (error) => once(`${error.message}; if this system lacks what the program needs, set DATABASE_URL`))
  child.on('exit', (code, signal) => once(String(code ?? signal)))
}

/** Of so many bytes of memory a quarter for its own pages, as its manual advises, up to a gigabyte: the system keeps the rest of what is read. */
export function memorySettings (bytes: number): { shared_buffers: string, effective_cache_size: string } {
  const mib = bytes / 2 ** 20
  return { shared_buffers: `${Math.floor(Math.min(1024, Math.max(128, mib / 4)))}MB`, effective_cache_size: `${Math.floor(Math.max(256, mib / 2))}MB` }
}

/** What the machine, or the container around this process, has. */
export const availableMemory = (): number => Math.min(totalmem(), process.constrainedMemory() || Infinity)

/** For a small product on two cores beside its own server; everything durable unless the data are a test's. */
function settings (durable: boolean): string[] {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...memorySettings(availableMemory()),
    max_connections: '100',
    // At the usual 1 GB a large import begins a checkpoint every few seconds, and writes every page twice.
    max_wal_size: '4GB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // The server's own affairs, but not statements that failed: those are answered to whoever sent them, and quoting
    // them would copy customers' words into a file.
    log_min_messages: 'log',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off'
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** A port that was free a moment ago. Should another program take it first, the server ends, and we ask again. */
export async function freePort (): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function turnOver (logFile: string): void {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > logBytesKept) renameSync(logFile, `${logFile}.1`)
}

function readFrom (log: number, start: number): string {
  const tail = Buffer.alloc(4096)
  return tail.toString('utf8', 0, readSync(log, tail, 0, tail.length, start))
}
