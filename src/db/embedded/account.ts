import { readFileSync, realpathSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname } from 'node:path'

/** The user that the server runs as where we are root, whom Postgres refuses. */
export interface Account { name: string, uid: number, gid: number }

const execute = 0o1
export const readAndExecute = 0o5

/**
 * Null when we are an ordinary user: the server then runs as us. As root: the owner of a cluster that already exists,
 * else `postgres`, else `nobody`. Throws where the passwd file knows neither.
 */
export function serverAccount (clusterDir: string, passwdFile = '/etc/passwd'): Account | null {
  if (process.getuid?.() !== 0) return null
  const accounts = readAccounts(passwdFile)
  const owner = statSync(clusterDir, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0) {
    const known = accounts.find((account) => account.uid === owner.uid)
    return known ?? { name: String(owner.uid), uid: owner.uid, gid: owner.gid }
  }
  const account = ['postgres', 'nobody'].map((name) => accounts.find((each) => each.name === name)).find(Boolean)
  if (account) return account
  throw new Error(`Postgres does not run as root, and ${passwdFile} has neither the user postgres nor nobody: ` +
    'start as an ordinary user, or set DATABASE_URL')
}

function readAccounts (passwdFile: string): Account[] {
  return readFileSync(passwdFile, 'utf8').split('\n').map((line) => line.split(':'))
    .filter((fields) => Number(fields[2]) > 0)
    .map(([name, , uid, gid]) => ({ name: name ?? '', uid: Number(uid), gid: Number(gid) }))
}

/** The first folder on the way to `path`, itself included, that the account may not pass; null when it gets there. */
export function closedFolder (path: string, account: Account): string | null {
  const folders = [realpathSync(path)]
  while (dirname(folders[0] as string) !== folders[0]) folders.unshift(dirname(folders[0] as string))
  return folders.find((folder) => !permits(statSync(folder), account, execute)) ?? null
}

export function permits (stats: Stats, account: Account, wanted: number): boolean {
  const shift = stats.uid === account.uid ? 6 : stats.gid === account.gid ? 3 : 0
  return ((stats.mode >> shift) & wanted) === wanted
}
