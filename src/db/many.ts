import { getTableColumns, getTableName } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { rows, type Db } from './connection.js'

/**
 * Inserts many rows in one statement with one parameter: their JSON, as they are. The columns are those of the first row:
 * what it lacks, all lack, and Postgres fills; what is no column is left out. `same`: SQL of columns beside them, the same for all.
 */
export async function insertMany (db: Db, table: PgTable, many: readonly object[], same: Record<string, string> = {}): Promise<unknown> {
  const [first] = many
  if (!first) return
  const columns = Object.entries(getTableColumns(table) as Record<string, PgColumn>).filter(([name]) => name in first)
  const list = (each: (name: string, column: PgColumn) => string): string => columns.map(([name, column]) => each(name, column)).join(', ')
  return rows(db, `insert into ${getTableName(table)} (${[list((_, column) => column.name), ...Object.keys(same)].join(', ')})
    select ${['given.*', ...Object.values(same)].join(', ')} from json_to_recordset($1::json) as given (${list((name, column) => `"${name}" ${column.getSQLType()}`)})`, [JSON.stringify(many)])
}
