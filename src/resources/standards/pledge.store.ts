import { rows, type Db } from '../../db/connection.js'
import type { StandardVersion } from './standard.shapes.js'
import { toVersion, versionObject, type VersionRow } from './standard.store.js'

export interface Published { workspace: string, versions: StandardVersion[] }

/** The workspace's name, and the versions of its public standards that are in force, in their order; by slug or id. */
export async function findPublic (db: Db, named: string, isId: boolean): Promise<Published | undefined> {
  const [row] = await rows<{ workspace: string, versions: VersionRow[] }>(db, `
    select w.name as workspace, (
      select coalesce(json_agg(${versionObject} order by s.position, s.id), '[]') from standards s
      cross join lateral (select * from standard_versions each
        where each.workspace_id = s.workspace_id and each.standard_id = s.id and each.published_at is not null order by each.number desc limit 1) v
      where s.workspace_id = w.id and s.state = 'published' and s.audience = 'public') as versions
    from workspaces w where ${isId ? 'w.id = $1::uuid' : 'w.slug = $1'}`, [named])
  return row && { workspace: row.workspace, versions: row.versions.map(toVersion) }
}
