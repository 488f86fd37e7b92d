import { getTableColumns, getTableName } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { rows, type Db } from './connection.js'

/**
 * Inserts many rows in one statement with one parameter. The columns are those of the first row: what it lacks, all lack, and
 * Postgres fills. `also` is what follows, such as `on conflict do nothing returning id`.
 */
export async function insertMany<T = unknown> (db: Db, table: PgTable, many: readonly object[], also = ''): Promise<T[]> {
  const [first] = many
  if (!first) return []
  const columns = Object.entries(getTableColumns(table) as Record<string, PgColumn>).filter(([name]) => name in first)
  const names = columns.map(([, column]) => column.name).join(', ')
  const name = getTableName(table)
  const json = JSON.stringify(many.map(row => Object.fromEntries(columns.map(([key, column]) => [column.name, (row as Record<string, unknown>)[key]]))))
  return rows<T>(db, `insert into ${name} (${names}) select ${names} from json_populate_recordset(null::${name}, $1::json) ${also}`, [json])
}
