import { getTableColumns } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'

/** What is selected of a row: SQL by the name that it has in the answer. */
export type Selected = Readonly<Record<string, string>>

/**
 * A table's columns by the names that the API has for them, instants written as RFC 3339: for reads that Postgres answers
 * as JSON text, which then goes out as it is. Only for tables, aliases and columns of our own: nothing is escaped.
 */
export function projection (table: PgTable, alias: string, omit: readonly string[] = ['workspaceId']): Selected {
  return Object.fromEntries(Object.entries(getTableColumns(table) as Record<string, PgColumn>)
    .filter(([name]) => !omit.includes(name))
    .map(([name, column]) => [name, instantOrPlain(column, `${alias}.${column.name}`)]))
}

const instantOrPlain = (column: PgColumn, expression: string): string =>
  column.getSQLType().startsWith('timestamptz') ? rfc3339(expression) : expression

/** An instant as the API writes it; sessions run in UTC. */
export const rfc3339 = (expression: string): string => `to_char(${expression}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The list of a `select`. */
export const listed = (selected: Selected): string => Object.entries(selected).map(([name, sql]) => `${sql} as "${name}"`).join(', ')
