import { getTableColumns } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'

/**
 * SQL that names a table's columns as the API does, instants written as RFC 3339: for reads that Postgres answers as
 * JSON text, which then goes out as it is. Only for tables, aliases and columns of our own: nothing is escaped.
 */
export function projection (table: PgTable, alias: string, omit: readonly string[] = ['workspaceId']): string {
  return Object.entries(getTableColumns(table) as Record<string, PgColumn>)
    .filter(([name]) => !omit.includes(name))
    .map(([name, column]) => `${instantOrPlain(column, `${alias}.${column.name}`)} as "${name}"`)
    .join(', ')
}

const instantOrPlain = (column: PgColumn, expression: string): string =>
  column.getSQLType().startsWith('timestamptz') ? rfc3339(expression) : expression

/** An instant as the API writes it; sessions run in UTC. */
export const rfc3339 = (expression: string): string => `to_char(${expression}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
