import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Test } from 'tap'
import { migrate } from '../../src/db/migrate.js'

/**
 * The database of this run: the one in TEST_DATABASE_URL (the runner starts one for all files), else an embedded one of
 * this file's own. Migrated once; files that start together take turns.
 */
export async function testDatabase (): Promise<string> {
  const url = process.env.TEST_DATABASE_URL
  if (!url) throw new Error('Set TEST_DATABASE_URL, or run the tests by npm test, which starts a database for them.')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await migrate(client)
  } finally {
    await client.end()
  }
  return url
}

/**
 * A database of this file's own, dropped with the test: for tests that hold transactions open, which everybody's feed in
 * the same database waits for.
 */
export async function ownDatabase (t: Test): Promise<string> {
  const shared = await testDatabase()
  const name = `test_${randomBytes(8).toString('hex')}`
  const administer = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: shared })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await administer(`create database ${name}`)
  t.teardown(() => administer(`drop database ${name} with (force)`))
  const url = new URL(shared)
  url.pathname = `/${name}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await migrate(client).finally(() => client.end())
  return url.href
}
