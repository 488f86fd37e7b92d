import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../src/db/embedded/postmaster.js'
import { projectRoot } from '../src/root.js'

/** A server in a process of its own. */
export interface Server { origin: string, readyMs: number, memoryMiB: () => number, cpuMs: () => number, stop: () => Promise<void> }

/** How `npm start` and the image start it. */
const shipped = { args: ['--max-semi-space-size=8'], env: { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' } }

export async function start (file: string, databaseUrl: string, more: Record<string, string> = {}): Promise<Server> {
  const port = await freePort()
  const began = performance.now()
  const isProduct = file.startsWith('dist/')
  const child = spawn(process.execPath, [...isProduct ? process.env.BENCH_NODE_ARGS?.split(' ') ?? shipped.args : [], join(projectRoot, file)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...isProduct && shipped.env, PORT: String(port), DATABASE_URL: databaseUrl, ...more }
  })
  const origin = `http://127.0.0.1:${port}`
  await ready(child, `${origin}/health/ready`)
  return { origin, readyMs: performance.now() - began, memoryMiB: () => residentMiB(child.pid!), cpuMs: () => usedMs(child.pid!), stop: () => stop(child) }
}

async function ready (child: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 3_000; tries++) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended (${child.exitCode})`)
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  throw new Error(`${url} was never ready`)
}

function stop (child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

/** The most that the process ever had in memory; 0 where the system does not say. */
function residentMiB (pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch { return 0 }
}

/** Time of the processor that the process took so far, in steps of ten milliseconds; 0 where the system does not say. */
function usedMs (pid: number): number {
  try {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13)
    return (Number(user) + Number(system)) * 10
  } catch { return 0 }
}

/** What a program says, on both streams, once it has ended well. */
export function outputOf (program: string, given: string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => { output += chunk })
  return new Promise((resolve, reject) => child.on('close', code => code === 0 ? resolve(output) : reject(new Error(`${program}: ${output}`))))
}
