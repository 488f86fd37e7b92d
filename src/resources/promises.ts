import { rows, type Db } from '../db/connection.js'
import { askForClocks } from './conversations/due.service.js'

/**
 * Says that a workspace's calendars or published standards have changed: whatever was kept of them under an earlier number
 * holds no longer, and the clocks that may say something else are computed again. To be called after every such write, in
 * its transaction; `since`: from when on it applies, where that is in the past.
 */
export const revisePromises = (db: Db, workspaceId: string, since: string | null = null): Promise<unknown> => Promise.all([
  rows(db, 'update workspaces set promises_revision = nextval(\'promises_revision\') where id = $1', [workspaceId]),
  askForClocks(db, workspaceId, since)
])

/** The number by which what is kept holds, as SQL to be read in one statement with whatever it is needed for. */
export const promisesRevision = (workspaceId: string): string =>
  `(select w.promises_revision from workspaces w where w.id = ${workspaceId})`

/** The number by itself. */
export async function revisionOf (db: Db, workspaceId: string): Promise<number> {
  const [row] = await rows<{ revision: number }>(db, `select ${promisesRevision('$1')} as revision`, [workspaceId])
  return row?.revision ?? 0
}
