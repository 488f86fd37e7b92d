import { rows, type Db } from '../../db/connection.js'

/** Where a walk begins: above every id there is. */
const top = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

const startsOver = (over: string, otherwise: string): string => `case when excluded.since <= a.since then ${over} else ${otherwise} end`

/**
 * Asks for the clocks of a workspace to be computed again where promises that apply from `since` on (now where it is null) may say
 * something else; one row, however many conversations there are. What is asked as of an earlier instant than what is under way
 * takes its place, and starts over; as of a later one it follows, since what was walked past would have to be walked again.
 */
export const ask = async (db: Db, workspaceId: string, since: string | null): Promise<unknown> =>
  rows(db, `insert into clock_askings as a (workspace_id, since) values ($1, coalesce($2::timestamptz, now()))
    on conflict (workspace_id) do update set since = least(a.since, excluded.since),
      cursor_id = ${startsOver(`'${top}'`, 'a.cursor_id')}, done = ${startsOver('0', 'a.done')}, asked_at = ${startsOver('excluded.asked_at', 'a.asked_at')},
      then_since = case when excluded.since > a.since and a.cursor_id <> '${top}' then least(a.then_since, excluded.since) end`, [workspaceId, since])

/** Whether an asking stands, as SQL to be read in one statement with whatever it is needed for. */
export const standing = (workspaceId: string): string => `exists (select from clock_askings a where a.workspace_id = ${workspaceId})`

export interface Asking { since: string, askedAt: string, done: number }

export const find = async (db: Db, workspaceId: string): Promise<Asking | undefined> => (await rows<Asking>(db,
  'select since, asked_at as "askedAt", done from clock_askings where workspace_id = $1', [workspaceId]))[0]

/** The workspaces in which one stands, those first that wait longest. */
export const asked = async (db: Db, limit: number): Promise<string[]> => (await rows<{ id: string }>(db,
  'select workspace_id as id from clock_askings order by asked_at limit $1', [limit])).map(({ id }) => id)

export interface Walk { since: string, cursorId: string, passedOver: string[], thenSince: string | null }

/** The workspace's walk, locked; undefined when another process goes on with it, or it is done. */
export const hold = async (db: Db, workspaceId: string): Promise<Walk | undefined> => (await rows<Walk>(db,
  `select since, cursor_id as "cursorId", passed_over as "passedOver", then_since as "thenSince" from clock_askings
   where workspace_id = $1 for update skip locked`, [workspaceId]))[0]

/** How far the walk has come, and how many more conversations it computed. */
export const move = async (db: Db, workspaceId: string, { cursorId, passedOver }: Pick<Walk, 'cursorId' | 'passedOver'>, more: number): Promise<unknown> => rows(db,
  'update clock_askings set cursor_id = $2, passed_over = $3, done = done + $4 where workspace_id = $1', [workspaceId, cursorId, passedOver, more])

/** The walk is over: what was asked for on the way is next, or nothing. */
export const end = async (db: Db, workspaceId: string, { thenSince }: Walk, more: number): Promise<unknown> => thenSince === null
  ? rows(db, 'delete from clock_askings where workspace_id = $1', [workspaceId])
  : rows(db, `update clock_askings set since = then_since, then_since = null, cursor_id = '${top}', passed_over = '{}', done = done + $2 where workspace_id = $1`,
    [workspaceId, more])
