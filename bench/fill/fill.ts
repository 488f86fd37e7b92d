import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { getTableColumns } from 'drizzle-orm'
import pg from 'pg'
import { pino } from 'pino'
import { fold } from '../../src/clock/state.js'
import { openDatabase } from '../../src/db/connection.js'
import { migrate, migrationFiles } from '../../src/db/migrate.js'
import { rowOf } from '../../src/resources/conversations/conversation.row.js'
import { conversations } from '../../src/resources/conversations/conversation.table.js'
import { readFacts } from '../../src/resources/conversations/fact.store.js'
import { makeSecret } from '../../src/resources/keys/key.secret.js'
import { projectRoot } from '../../src/root.js'
import { scopes } from '../../src/scopes.js'
import { block, people, scaleOf, vocabulary } from './statements.js'
import { idOf } from './told.js'

/** The key of each workspace: 1 is measured, 2 stands beside it and takes what the raw base writes. */
export const secretOf = (w: number): string => `sup_live_benchmark_${String(w).repeat(40)}`
const blockSize = 20_000
const bulk = ['conversations', 'messages', 'conversation_facts', 'conversation_threads', 'contacts', 'contact_identities', 'conversation_words']

async function withClient<T> (url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC -c datestyle=ISO' })
  await client.connect()
  return use(client).finally(() => client.end())
}

/** What the fill was made by: other tables of what is filled, or another story, make another database. */
async function fingerprint (): Promise<string> {
  const hash = createHash('sha256')
  for (const name of await migrationFiles()) {
    const sql = await readFile(join(projectRoot, 'migrations', name), 'utf8')
    if (bulk.some(table => sql.includes(`create table ${table} (`))) hash.update(sql)
  }
  for (const name of ['stories', 'told', 'statements']) hash.update(await readFile(join(projectRoot, 'bench/fill', `${name}.ts`)))
  return hash.digest('hex').slice(0, 8)
}

/** A filled database beside the one that `url` names; kept, so that it is there at once the next time. */
export async function filled (url: string, rows: number, say: (line: string) => void): Promise<string> {
  const name = `bench_${rows}_${await fingerprint()}`
  const own = new URL(url)
  own.pathname = `/${name}`
  const there = await withClient(url, async client => {
    const { rows: [found] } = await client.query('select shobj_description(oid, \'pg_database\') as done from pg_database where datname = $1', [name])
    if (found?.done === 'filled') return true
    const { rows: old } = await client.query<{ datname: string }>('select datname from pg_database where datname like $1', [`bench\\_${rows}\\_%`])
    for (const { datname } of old) await client.query(`drop database ${datname} with (force)`)
    await client.query(`create database ${name}`)
    return false
  })
  if (there) {
    await withClient(own.href, client => migrate(client))
    return own.href
  }
  const start = performance.now()
  await fill(own.href, rows, say)
  await withClient(url, client => client.query(`comment on database ${name} is 'filled'`))
  say(`filled ${rows} conversations twice in ${Math.round((performance.now() - start) / 1000)} s`)
  return own.href
}

async function fill (url: string, rows: number, say: (line: string) => void): Promise<void> {
  const scale = scaleOf(rows, new Date(Date.now() - 3 * 86_400_000).toISOString())
  const restore = await withClient(url, async client => {
    await migrate(client)
    for (const statement of vocabulary) await client.query(statement)
    return strip(client)
  })
  await Promise.all([1, 2].map(w => withClient(url, async client => {
    await client.query('set synchronous_commit = off')
    for (const statement of people(scale, w, { ...makeSecret(secretOf(w)), scopes })) await client.query(statement)
    for (let from = 1; from <= rows; from += blockSize) {
      const to = Math.min(rows, from + blockSize - 1)
      for (const statement of block(scale, w, from, to)) await client.query(statement)
      if (w === 1) say(`${to} of ${rows} conversations`)
    }
  })))
  await withClient(url, client => client.query(keptPeriods))
  say('indexes')
  await Promise.all([0, 1].map(half => withClient(url, async client => {
    await client.query('set maintenance_work_mem = \'256MB\'')
    for (const statement of restore.indexes.filter((_, at) => at % 2 === half)) await client.query(statement)
  })))
  await withClient(url, async client => {
    for (const statement of [...keptWords, ...restore.constraints]) await client.query(statement)
    await client.query('vacuum analyze')
  })
  await checkSamples(url, rows)
}

/** What triggers keep row by row, all at once. */
const keptPeriods = `update messages m set active_in = period_of(c.last_activity_at) from conversations c
  where c.workspace_id = m.workspace_id and c.id = m.conversation_id and period_of(c.last_activity_at) <> period_of(m.occurred_at)`
/** In the order of its index, which is then written from end to end. */
const keptWords = ['set work_mem = \'256MB\'', `insert into conversation_words (workspace_id, word, last_activity_at, conversation_id)
    select workspace_id, word, last_activity_at, id from conversations, unnest(conversation_words_of(tag_ids, attribute_words)) word
    where disposition = 'active' order by 1, 2, 3, 4`, 'alter table conversations enable trigger user', 'alter table messages enable trigger user']

/** Takes the indexes and references away; what comes back puts them there again, which is quicker than filling with them. */
async function strip (client: pg.Client): Promise<{ indexes: string[], constraints: string[] }> {
  const { rows: references } = await client.query<{ drop: string, add: string }>(`select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
      format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as add
    from pg_constraint where contype = 'f' and conrelid::regclass::text = any($1)`, [bulk])
  const { rows: indexes } = await client.query<{ name: string, add: string }>(`select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as add from pg_index
    where indrelid::regclass::text = any($1) and not exists (select from pg_constraint where conindid = indexrelid)`, [bulk])
  for (const { drop } of references) await client.query(drop)
  for (const table of ['conversations', 'messages']) await client.query(`alter table ${table} disable trigger user`)
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  return { indexes: indexes.map(({ add }) => add), constraints: references.map(({ add }) => add) }
}

/** The rows must be what the product itself makes of the facts, or the writes would not be the product's. */
async function checkSamples (url: string, rows: number): Promise<void> {
  const database = openDatabase({ url, poolSize: 1, statementTimeoutMs: 10_000, readers: 1, log: pino({ level: 'silent' }) })
  const workspaceId = idOf('workspace', 1, 1)
  for (let i = rows; i > Math.max(0, rows - 40); i--) {
    const id = idOf('conversation', i, 1)
    const [{ rows: [row] }, facts] = await Promise.all([
      database.read.$client.query('select * from conversations c where workspace_id = $1 and id = $2', [workspaceId, id]),
      readFacts(database.read, workspaceId, id)
    ])
    const expected = rowOf(fold(facts)) as unknown as Record<string, unknown>
    for (const [name, { name: column }] of Object.entries(getTableColumns(conversations))) {
      if (!(name in expected) || isDeepStrictEqual(row[column], expected[name])) continue
      throw new Error(`Conversation ${i}: ${column} is ${JSON.stringify(row[column])}, and by its facts ${JSON.stringify(expected[name])}`)
    }
  }
  await database.close()
}
