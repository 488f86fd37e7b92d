import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { PgTable, type PgColumn } from 'drizzle-orm/pg-core'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import t from 'tap'
import { worded } from '../../src/db/refusals.js'
import { ApiError } from '../../src/errors.js'
import { testDatabase } from '../support/database.js'

const client = new pg.Client({ connectionString: await testDatabase() })
await client.connect()
t.teardown(() => client.end())

/** Every table of every `*.table` module, wherever the tests run from: the sources, or what is compiled from them. */
async function tablesOf (folder: string): Promise<PgTable[]> {
  const files = (await readdir(folder, { recursive: true })).filter(name => /\.table\.[jt]s$/.test(name))
  const modules = await Promise.all(files.map(name => import(pathToFileURL(join(folder, name)).href) as Promise<object>))
  return modules.flatMap(module => Object.values(module)).filter((value): value is PgTable => is(value, PgTable))
}
const tables = await tablesOf(join(import.meta.dirname, '../../src'))

interface Column { name: string, type: string, nullable: boolean, fills: boolean }

/** The columns of a table as Postgres has them; `fills`: it needs no value of ours. */
async function columnsOf (table: string): Promise<Column[]> {
  const { rows } = await client.query<Column>(`
    select attname as name, format_type(atttypid, atttypmod) as type, not attnotnull as nullable,
      atthasdef or attidentity <> '' as fills
    from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`, [table])
  return rows
}

/** Postgres's own name of a type that Drizzle, or we, write another way. */
async function canonical (type: string): Promise<string> {
  const plain = ({ serial: 'integer', bigserial: 'bigint' } as Record<string, string>)[type] ?? type
  const { rows } = await client.query<{ name: string }>(`select pg_typeof(null::${plain})::text as name`)
  return rows[0]!.name
}

t.test('tables are found', async t => { t.ok(tables.length > 0) })

for (const table of tables) {
  const name = getTableName(table)
  t.test(`${name} is in the code as it is in the database`, async t => {
    const real = new Map((await columnsOf(name)).map(column => [column.name, column]))
    t.ok(real.size, `${name} exists; if not, add a migration`)
    const known = Object.values(getTableColumns(table)) as PgColumn[]
    for (const column of known) {
      const found = real.get(column.name)
      if (!found) { t.fail(`${name}.${column.name} is not in the database`); continue }
      t.equal(withoutLength(found.type), withoutLength(await canonical(column.getSQLType())), `${name}.${column.name} has the same type`)
      t.equal(found.nullable, !column.notNull, `${name}.${column.name} can be null in both or in neither`)
    }
    const names = new Set(known.map(column => column.name))
    const lacking = [...real.values()].filter(column => !names.has(column.name) && !column.nullable && !column.fills)
    t.same(lacking.map(column => column.name), [], `${name} needs no value that the code does not know of`)
  })
}

const withoutLength = (type: string): string => type.replace(/\(\d+(?:,\d+)?\)/, '')

interface Constraint { table: string, name: string, kind: string, columns: string[], target: string | null }

/** Keys, unique constraints and indexes, and references of every table that belongs to a workspace. */
const { rows: constraints } = await client.query<Constraint>(`
  with owned as (
    select attrelid from pg_attribute join pg_class on pg_class.oid = attrelid
    where attname = 'workspace_id' and relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace
  )
  select conrelid::regclass::text as table, conname as name, 'reference' as kind, confrelid::regclass::text as target,
    array(select attname::text from unnest(conkey) with ordinality k (n, place) join pg_attribute a on a.attrelid = conrelid and a.attnum = k.n order by place) as columns
  from pg_constraint where contype = 'f' and conrelid in (select attrelid from owned)
  union all
  select indrelid::regclass::text, indexrelid::regclass::text, case when indisprimary then 'key' else 'unique' end, null,
    array(select coalesce(attname::text, '') from unnest(indkey::int[]) with ordinality k (n, place) left join pg_attribute a on a.attrelid = indrelid and a.attnum = k.n and k.n > 0 order by place)
  from pg_index where indisunique and indrelid in (select attrelid from owned)
  order by 1, 2`)

/** Unique over all workspaces on purpose. */
const acrossWorkspaces = new Set(['api_keys_secret_hash_key'])

t.test('the database itself keeps workspaces apart', async t => {
  for (const { table, name, kind, columns, target } of constraints) {
    if (kind === 'reference') t.ok(columns.includes('workspace_id') || target === 'workspaces', `${name}: a reference from ${table} to ${target} includes workspace_id`)
    else if (!acrossWorkspaces.has(name)) t.equal(columns[0], 'workspace_id', `${name}: what is unique in ${table} begins with workspace_id`)
  }
})

/** Their other side is made, or held, by the very verb that writes them. */
const neverMet = new Set([
  'attachments_message_fkey', 'calendar_versions_calendar_fkey', 'calendar_versions_number_key', 'calendars_default_key', 'clocks_conversation_fkey', 'clocks_key_key', 'clocks_standard_fkey',
  'conversation_facts_conversation_fkey', 'conversation_threads_conversation_fkey', 'conversations_merged_into_fkey',
  'conversations_previous_fkey', 'import_errors_import_fkey', 'inbound_receipts_channel_fkey', 'messages_channel_fkey', 'messages_contact_fkey', 'messages_conversation_fkey',
  'standard_versions_draft_key', 'standard_versions_number_key', 'standard_versions_standard_fkey'
])

t.test('every constraint that a caller can meet has its sentence', async t => {
  const ours = new Set(tables.map(table => getTableName(table)))
  for (const { table, name, kind, target } of constraints) {
    if (!ours.has(table) || kind === 'key' || target === 'workspaces' || neverMet.has(name)) continue
    const error = Object.assign(new pg.DatabaseError('refused', 0, 'error'), { constraint: name, code: kind === 'unique' ? '23505' : '23503' })
    t.ok(worded(error) instanceof ApiError, `${name} of ${table} has a sentence; if not, say taken, missing or refusal beside the table, or add it to neverMet`)
  }
  t.same([...neverMet].filter(name => !constraints.some(constraint => constraint.name === name)), [], 'neverMet lists nothing that is gone')
})
