import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { projectRoot } from '../root.js'

const lock = 0x5350_4f50
const folder = join(projectRoot, 'migrations')

export const migrationFiles = async (): Promise<string[]> => (await readdir(folder)).filter(name => name.endsWith('.sql')).toSorted()

async function applied (client: pg.ClientBase): Promise<Set<string>> {
  await client.query(`create table if not exists schema_migrations (
    name text primary key, applied_at timestamptz not null default now())`)
  const { rows } = await client.query<{ name: string }>('select name from schema_migrations')
  return new Set(rows.map(row => row.name))
}

/** Migrations that the database lacks, oldest first. */
export async function pendingMigrations (client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query('select to_regclass($1) as found', ['schema_migrations'])
  const done = rows[0].found ? await applied(client) : new Set()
  return (await migrationFiles()).filter(name => !done.has(name))
}

/** JSON that the database writes goes out in the bytes that it has there. */
async function requireUtf8 (client: pg.ClientBase): Promise<void> {
  const { rows: [row] } = await client.query<{ encoding: string }>('select current_setting(\'server_encoding\') as encoding')
  if (row!.encoding !== 'UTF8') throw new Error(`The database is encoded in ${row!.encoding}. Make one with: create database … encoding 'UTF8' template template0`)
}

/** Applies what is missing, each file in a transaction of its own; processes starting together take turns. */
export async function migrate (client: pg.ClientBase, say: (line: string) => void = () => {}): Promise<number> {
  await requireUtf8(client)
  await client.query('select pg_advisory_lock($1)', [lock])
  try {
    await applied(client)
    const pending = await pendingMigrations(client)
    for (const name of pending) {
      say(`Applying ${name}`)
      await client.query('begin')
      try {
        await client.query(await readFile(join(folder, name), 'utf8'))
        await client.query('insert into schema_migrations (name) values ($1)', [name])
        await client.query('commit')
      } catch (error) {
        await client.query('rollback')
        throw new Error(`Migration ${name} failed: ${(error as Error).message}`, { cause: error })
      }
    }
    return pending.length
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lock])
  }
}
