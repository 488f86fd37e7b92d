import { rows, type Db } from '../../db/connection.js'

/** Sends one contact to another: its identities, behind the other's own, and its id, with those that led to it before. */
export async function redirect (db: Db, workspaceId: string, fromId: string, intoId: string, givesExternalId: boolean): Promise<void> {
  const pair = [workspaceId, fromId, intoId]
  await Promise.all([
    rows(db, `update contact_identities set contact_id = $3, position = position + (
      select coalesce(max(position), 0) from contact_identities where workspace_id = $1 and contact_id = $3)
      where workspace_id = $1 and contact_id = $2`, pair),
    rows(db, `update contacts set merged_into_id = $3, version = version + 1, updated_at = now(),
      external_id = case when id = $2 and $4::boolean then null else external_id end
      where workspace_id = $1 and (id = $2 or merged_into_id = $2)`, [...pair, givesExternalId])
  ])
}
