import { getTableColumns } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { instantFromText } from './columns.js'
import { rows, type Db } from './connection.js'

/**
 * Reads rows of a table of many columns, selected under the names that they have in the code. Each comes as one text: the driver
 * takes longer over the names and types of fifty columns, which it is told with every answer, than over what is in them.
 */
export function wideRows<Row extends object> (table: PgTable): (db: Db, text: string, values: unknown[]) => Promise<Row[]> {
  const instants = Object.entries(getTableColumns(table) as Record<string, PgColumn>)
    .filter(([, column]) => column.getSQLType().startsWith('timestamptz')).map(([name]) => name)
  return async (db, text, values) => {
    const found = await rows<{ row: string }>(db, `select row_to_json(r)::text as row from (${text}) r`, values)
    return found.map(({ row }) => rowOf<Row>(row, instants))
  }
}

function rowOf<Row> (text: string, instants: readonly string[]): Row {
  const row = JSON.parse(text) as Record<string, unknown>
  for (const name of instants) {
    const value = row[name]
    if (typeof value === 'string') row[name] = instantFromText(value)
  }
  return row as Row
}
