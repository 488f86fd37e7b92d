import pg from 'pg'
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
