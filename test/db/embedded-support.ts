import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import { isServerOf } from '../../src/db/embedded/alive.js'
import { startEmbedded } from '../../src/db/embedded/start.js'
import type { Embedded } from '../../src/db/embedded/start.js'

export const isRoot = process.getuid?.() === 0
export const root = mkdtempSync(join(tmpdir(), 'supportops-embedded-'))
if (isRoot) chmodSync(root, 0o755)
t.setTimeout(120_000)
t.teardown(() => rmSync(root, { recursive: true, force: true, maxRetries: 10 }))

export const log: string[] = []
export async function start (t: Test, dataDir: string, durable = false): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, durable, log: (message) => log.push(message) })
  t.teardown(() => embedded.stop())
  return embedded
}

export async function query (url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** Polls, because what is waited for happens in processes that are not ours to wait for. */
export async function until (what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!await holds()) {
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`)
    await pause(10)
  }
}

export interface Owner { child: ChildProcess, url: string, adopted: boolean }

export async function startOwner (t: Test, dataDir: string, as: { uid?: number, gid?: number } = {}): Promise<Owner> {
  const isSource = import.meta.url.endsWith('.ts')
  const script = fileURLToPath(new URL(`./embedded-owner.${isSource ? 'ts' : 'js'}`, import.meta.url))
  const loader = isSource ? process.execArgv : []
  const child = spawn(process.execPath, [...loader, script, dataDir], {
    ...as, stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: root }
  })
  t.teardown(() => { child.kill('SIGKILL') })
  let problems = ''
  child.stderr.on('data', (chunk) => { problems += chunk })
  const closed = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) return { child, ...JSON.parse(line) }
  throw new Error(`The owner ended (${await closed}) before it was ready. ${problems}`)
}

export async function end (owner: Owner, how: 'SIGKILL' | 'politely'): Promise<void> {
  const exit = once(owner.child, 'exit')
  if (how === 'SIGKILL') owner.child.kill('SIGKILL')
  else owner.child.stdin?.end()
  await exit
}

export const serverPid = (dataDir: string) => parseInt(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8'))
export const isRunning = (dataDir: string, pid: number) => isServerOf(pid, join(dataDir, 'cluster'))
export const logged = (dataDir: string) => readFileSync(join(dataDir, 'postgres.log'), 'utf8')
