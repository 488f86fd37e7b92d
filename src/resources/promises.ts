import { rows, type Db } from '../db/connection.js'
import * as askings from './clocks/asking.store.js'

/**
 * Says that a workspace's calendars or published standards have changed: whatever was kept of them under an earlier number
 * holds no longer, and a worker computes the clocks that may say something else again. To be called after every such write, in
 * its transaction, which takes the same moment however many conversations there are; `since`: from when on it applies, now where it is null.
 */
export const revisePromises = (db: Db, workspaceId: string, since: string | null = null): Promise<unknown> => Promise.all([
  rows(db, 'update workspaces set promises_revision = nextval(\'promises_revision\') where id = $1', [workspaceId]),
  holdMaking(db, workspaceId),
  askings.ask(db, workspaceId, since)
])

/**
 * From when on a change of promises applies that is still being applied to conversations: what is stored of the clocks of those
 * that it may concern, and what metrics keep of them, may be as it was before. Null when there is none such.
 */
export const pendingSince = async (db: Db, workspaceId: string): Promise<string | null> => (await askings.find(db, workspaceId))?.since ?? null

/** Whether there is one, as SQL, to be read in one statement with whatever it is needed for. */
export const promisesStanding = askings.standing

/**
 * A conversation is made either before promises change, and walked over by the worker, or after, and made under the new
 * ones: those who make some, and the worker, share the lock that whoever changes promises holds alone.
 */
export const shareMaking = async (db: Db, workspaceId: string): Promise<unknown> =>
  rows(db, 'select pg_advisory_xact_lock_shared(hashtextextended($1, 3))', [workspaceId])
const holdMaking = async (db: Db, workspaceId: string): Promise<unknown> =>
  rows(db, 'select pg_advisory_xact_lock(hashtextextended($1, 3))', [workspaceId])

/** The number by which what is kept holds, as SQL to be read in one statement with whatever it is needed for. */
export const promisesRevision = (workspaceId: string): string =>
  `(select w.promises_revision from workspaces w where w.id = ${workspaceId})`

/** The number by itself. */
export async function revisionOf (db: Db, workspaceId: string): Promise<number> {
  const [row] = await rows<{ revision: number }>(db, `select ${promisesRevision('$1')} as revision`, [workspaceId])
  return row?.revision ?? 0
}
