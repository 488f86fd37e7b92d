import { rows, type Db } from '../db/connection.js'
import { ApiError, conflict } from '../errors.js'

/** How long a key is remembered. */
export const rememberedMs = 24 * 3_600_000

/**
 * Holds the key until the transaction ends. Null when it is new; the first result when the same request was answered
 * before; 409 while another transaction holds it, 422 when it was used for another request.
 */
export async function claimKey (db: Db, workspaceId: string, { key, hash }: { key: string, hash: Buffer }): Promise<{ result: unknown } | null> {
  // Two statements, because the second must see what a transaction that just gave up the lock has committed.
  const lock = rows<{ free: boolean }>(db,
    'select pg_try_advisory_xact_lock(hashtextextended($1 || $2, 1)) as free', [workspaceId, key])
  const read = rows<{ request_hash: Buffer, result: unknown }>(db,
    `select request_hash, result from idempotency_keys
     where workspace_id = $1 and key = $2 and created_at > now() - interval '24 hours'`, [workspaceId, key])
  const [[locked], [earlier]] = await Promise.all([lock, read])
  if (!locked?.free) throw conflict('A request with this Idempotency-Key is still being worked on. Try again shortly.')
  if (!earlier) return null
  if (!earlier.request_hash.equals(hash)) {
    throw new ApiError('idempotencyMismatch', 'This Idempotency-Key was used for another request. Use a new one.')
  }
  return { result: earlier.result }
}

export const keepResult = async (db: Db, workspaceId: string, { key, hash }: { key: string, hash: Buffer }, result: unknown): Promise<unknown> =>
  rows(db, `insert into idempotency_keys (workspace_id, key, request_hash, result) values ($1, $2, $3, $4)
    on conflict (workspace_id, key) do update
    set request_hash = excluded.request_hash, result = excluded.result, created_at = now()`,
  [workspaceId, key, hash, JSON.stringify(result ?? null)])

const batch = 1_000

/** Forgets a batch of the keys that are older than a day at `now` (milliseconds); gives how many. */
export const forgetKeys = async (db: Db, now: number): Promise<number> => (await rows<{ done: number }>(db,
  `with forgotten as (
     delete from idempotency_keys where (workspace_id, key) in (
       select workspace_id, key from idempotency_keys where created_at < $1
       order by created_at limit $2 for update skip locked)
     returning 1)
   select count(*)::int as done from forgotten`, [new Date(now - rememberedMs).toISOString(), batch]))[0]!.done
