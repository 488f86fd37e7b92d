import { rows, type Db } from '../../src/db/connection.js'

/** Of each table, what it holds of one workspace, as a digest: two that are equal mean that nothing has changed. */
export type Digest = Record<string, string>

const queries = new WeakMap<Db, Promise<string>>()

/** Columns that reading itself moves, apart from any verb. */
const moving = ['last_used_at']

async function query (db: Db): Promise<string> {
  const tables = await rows<{ name: string, key: string }>(db, `
    select table_name as name, case when table_name = 'workspaces' then 'id' else 'workspace_id' end as key
    from information_schema.columns join information_schema.tables using (table_catalog, table_schema, table_name)
    where table_schema = current_schema() and table_type = 'BASE TABLE'
      and (column_name = 'workspace_id' or (table_name = 'workspaces' and column_name = 'id'))
    order by table_name`)
  const row = `md5((to_jsonb(t) - '{${moving.join(',')}}'::text[])::text)`
  return tables.map(({ name, key }) =>
    `select '${name}' as name, count(*) || ' ' || coalesce(md5(string_agg(${row}, '' order by ${row})), '') as digest
     from "${name}" t where ${key} = $1::uuid`).join('\nunion all\n')
}

/** Reads every table that has a workspace, whatever tables there are, in one statement. */
export async function digestOf (db: Db, workspaceId: string): Promise<Digest> {
  const sql = queries.get(db) ?? query(db)
  queries.set(db, sql)
  const found = await rows<{ name: string, digest: string }>(db, await sql, [workspaceId])
  return Object.fromEntries(found.map(({ name, digest }) => [name, digest]))
}
