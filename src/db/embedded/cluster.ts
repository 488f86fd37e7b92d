import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { closedFolder, permits } from './account.js'
import type { Account } from './account.js'
import { isAlive } from './alive.js'

export interface Place {
  /** Holds everything below; real path. */
  dir: string
  /** What Postgres calls its data directory. Made under another name and renamed: it is there whole, or not at all. */
  cluster: string
  logFile: string
}

export const superuser = 'postgres'

/** Makes the folder that holds the cluster. It stays ours: only the cluster inside belongs to the server's account. */
export function openPlace (dataDir: string): Place {
  const dir = resolve(dataDir)
  const root = process.getuid?.() === 0
  // As root every folder made on the way may be passed through; the cluster inside is closed by Postgres itself.
  if (root) makeFolders(dir)
  else mkdirSync(dir, { recursive: true, mode: 0o700 })
  return placeAt(realpathSync(dir))
}

export function placeAt (dir: string): Place {
  return { dir, cluster: join(dir, 'cluster'), logFile: join(dir, 'postgres.log') }
}

function makeFolders (dir: string): void {
  if (lstatSync(dir, { throwIfNoEntry: false })) return
  makeFolders(dirname(dir))
  mkdirSync(dir, { recursive: true })
  chmodSync(dir, 0o755)
}

/** Throws where the account that must run the server cannot get to the data, or the data is not ours to use. */
export function checkPlace (place: Place, account: Account | null, version: string): void {
  if (account) {
    const own = statSync(place.dir)
    if (own.uid === 0 && !permits(own, account, 0o1)) chmodSync(place.dir, own.mode | 0o011)
    const closed = closedFolder(place.dir, account)
    if (closed) {
      throw new Error(`Postgres runs as user ${account.name}, who cannot pass ${closed} to reach ${place.dir}: ` +
        'set DATA_DIR to a folder such as /var/lib/supportops, or set DATABASE_URL')
    }
  }
  const cluster = statSync(place.cluster, { throwIfNoEntry: false })
  if (!cluster) return
  const user = process.getuid?.()
  if (user !== undefined && user !== 0 && cluster.uid !== user) {
    throw new Error(`${place.cluster} belongs to user ${cluster.uid}, not to ${user}: set DATA_DIR to another folder`)
  }
  const major = readFileSync(join(place.cluster, 'PG_VERSION'), 'utf8').trim()
  if (major !== version.split('.')[0]) {
    throw new Error(`${place.cluster} was written by Postgres ${major}, and this is ${version}: ` +
      'move the data with pg_dump, or set DATABASE_URL')
  }
}

/**
 * Needs no lock: starters at once each make a cluster under a name of their own, and the one that renames first wins.
 * The superuser's password lies inside, so that it can never belong to another cluster than the one beside it.
 */
export async function ensureCluster (
  place: Place, account: Account | null, binaries: string, durable: boolean, log: (message: string) => void
): Promise<void> {
  if (lstatSync(place.cluster, { throwIfNoEntry: false })) return
  await sweep(place)
  log(`First start: creating the database cluster in ${place.cluster}`)
  const staging = join(place.dir, `cluster.new-${process.pid}-${randomBytes(4).toString('hex')}`)
  const passwordFile = `${staging}.password`
  try {
    mkdirSync(staging, { mode: 0o700 })
    await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' })
    if (account) for (const path of [staging, passwordFile]) chownSync(path, account.uid, account.gid)
    await initdb(binaries, account, staging, passwordFile, durable)
    await rename(passwordFile, join(staging, 'password'))
    await rename(staging, place.cluster).catch((error: NodeJS.ErrnoException) => {
      if (!lstatSync(place.cluster, { throwIfNoEntry: false })) throw error
    })
    if (durable) await syncFolder(place.dir)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(staging, { recursive: true, force: true })
  }
}

export function readPassword (place: Place): string {
  return readFileSync(join(place.cluster, 'password'), 'utf8')
}

async function initdb (
  binaries: string, account: Account | null, dir: string, passwordFile: string, durable: boolean
): Promise<void> {
  const args = ['-D', dir, `--username=${superuser}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256',
    '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions']
  if (!durable) args.push('--no-sync')
  const child = spawn(join(binaries, 'bin', 'initdb'), args, {
    ...runAs(account), cwd: dir, env: serverEnvironment(), stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output += chunk })
  const code = await new Promise<number | string | null>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (status, signal) => resolve(status ?? signal))
  })
  if (code !== 0) throw new Error(`Could not create the database cluster (${code}). ${output.trim()}`)
}

/** What a starter that was killed half-way left behind. */
async function sweep (place: Place): Promise<void> {
  for (const name of readdirSync(place.dir)) {
    const maker = /^cluster\.new-(\d+)-/.exec(name)?.[1]
    if (!maker || isAlive(Number(maker))) continue
    // Its initdb may live a moment longer than it did, and write on: then the next start sweeps.
    await rm(join(place.dir, name), { recursive: true, force: true }).catch(() => {})
  }
}

async function syncFolder (dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function runAs (account: Account | null): { uid?: number, gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {}
}

/** Nothing of PGDATA, PGPORT and the like; UTC and plain messages wherever the machine stands. */
export function serverEnvironment (): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env
  return { PATH, SystemRoot, TEMP, TZ: 'UTC', LC_ALL: 'C' }
}
