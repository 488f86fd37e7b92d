import { rows, type Db } from '../../db/connection.js'

export interface WorkspaceRow { id: string, slug: string, name: string, timeZone: string, settings: Record<string, unknown>, version: number, createdAt: string, updatedAt: string }

const columns = 'id, slug, name, time_zone as "timeZone", settings, version, created_at as "createdAt", updated_at as "updatedAt"'

export async function insert (db: Db, { id, slug, name, timeZone }: { id: string, slug: string, name: string, timeZone: string }): Promise<WorkspaceRow> {
  const [row] = await rows<WorkspaceRow>(db, `insert into workspaces (id, slug, name, time_zone) values ($1, $2, $3, $4) returning ${columns}`, [id, slug, name, timeZone])
  return row!
}

/** By slug or id. */
export async function find (db: Db, named: string): Promise<WorkspaceRow | undefined> {
  return (await rows<WorkspaceRow>(db, `select ${columns} from workspaces where slug = $1 or id::text = $1`, [named]))[0]
}

export const anyExists = async (db: Db): Promise<boolean> => (await rows(db, 'select 1 from workspaces limit 1')).length > 0

/** One process at a time makes the first workspace. */
export const holdBootstrap = async (db: Db): Promise<unknown> => rows(db, 'select pg_advisory_xact_lock(6002)', [])

export const insertKey = async (db: Db, key: { workspaceId: string, id: string, name: string, prefix: string, hash: Buffer, scopes: readonly string[], expiresAt: string | null }): Promise<unknown> =>
  rows(db, `insert into api_keys (workspace_id, id, name, prefix, secret_hash, scopes, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [key.workspaceId, key.id, key.name, key.prefix, key.hash, key.scopes, key.expiresAt])
