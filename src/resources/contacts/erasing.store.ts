import { rows, type Db } from '../../db/connection.js'

export const mergedInto = async (db: Db, workspaceId: string, id: string): Promise<string[]> =>
  (await rows<{ id: string }>(db, 'select id from contacts where workspace_id = $1 and merged_into_id = $2', [workspaceId, id])).map(row => row.id)

export const clear = async (db: Db, workspaceId: string, ids: readonly string[], at: string): Promise<unknown> => Promise.all([
  rows(db, 'delete from contact_identities where workspace_id = $1 and contact_id = any($2::uuid[])', [workspaceId, ids]),
  rows(db, `update contacts set external_id = null, name = null, company_id = null, language = null, time_zone = null, attributes = '{}',
    blocked_at = null, erased_at = $3, version = version + 1, updated_at = now()
    where workspace_id = $1 and id = any($2::uuid[])`, [workspaceId, ids, at])
])

/** The events stay, with their types and times; what they showed of the contact goes. */
export const scrubEvents = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<unknown> =>
  rows(db, `update events set resource = json_build_object('id', subject_id), changes = null
    where workspace_id = $1 and subject_id = any($2::uuid[]) and subject_type = 'contact'`, [workspaceId, ids])
