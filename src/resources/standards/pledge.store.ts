import { rows, type Db } from '../../db/connection.js'
import type { StandardVersion } from './standard.shapes.js'
import { toVersion, versionObject, type VersionRow } from './standard.store.js'

export interface Published { workspaceId: string, workspace: string, tellsAttainment: boolean, versions: StandardVersion[] }

/** The workspace's name, whether it tells how its promises are kept, and the versions of its public standards that are in force, in their order; by slug or id. */
export async function findPublic (db: Db, named: string, isId: boolean): Promise<Published | undefined> {
  const [row] = await rows<Omit<Published, 'versions'> & { versions: VersionRow[] }>(db, `
    select w.id as "workspaceId", w.name as workspace, coalesce((w.settings ->> 'publicPledgeAttainment')::boolean, false) as "tellsAttainment", (
      select coalesce(json_agg(${versionObject} order by s.position, s.id), '[]') from standards s
      cross join lateral (select * from standard_versions each
        where each.workspace_id = s.workspace_id and each.standard_id = s.id and each.published_at is not null order by each.number desc limit 1) v
      where s.workspace_id = w.id and s.state = 'published' and s.audience = 'public') as versions
    from workspaces w where ${isId ? 'w.id = $1::uuid' : 'w.slug = $1'}`, [named])
  return row && { ...row, versions: row.versions.map(toVersion) }
}

/** How many clocks of a standard's target were kept and missed. */
export interface Attained { standardId: string, target: string, met: number, missed: number }

/**
 * Of the clocks that fell due in `[from, now)` (definitions, 4, `attainment`): met by a reply or by what else fulfils them, or
 * missed, also when nobody noticed yet. Running, paused and cancelled ones are in neither, as is what ended as spam, merged
 * or deleted.
 */
export const attainedSince = async (db: Db, workspaceId: string, standardIds: readonly string[], from: string, now: string): Promise<Attained[]> => rows(db, `
  select k.standard_id as "standardId", k.target,
    count(*) filter (where k.state = 'met' and k.ended_by <> 'resolvedWithoutReply') as met,
    count(*) filter (where k.state in ('breached', 'overdue', 'running', 'atRisk')) as missed
  from clocks k join conversations c on c.workspace_id = k.workspace_id and c.id = k.conversation_id and c.disposition = 'active'
  where k.workspace_id = $1 and k.standard_id = any($2::uuid[]) and k.due_at >= $3 and k.due_at < $4
  group by k.standard_id, k.target`, [workspaceId, standardIds, from, now])
