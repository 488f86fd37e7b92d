import pg from 'pg'
import pino from 'pino'
import t from 'tap'
import { openDatabase, rows } from '../../src/db/connection.js'
import { migrate } from '../../src/db/migrate.js'
import { testDatabase } from '../support/database.js'

const url = await testDatabase()
const lock = 7_411_902

t.test('reads go on beside one that takes long, whatever comes after it', async t => {
  const database = openDatabase({ url, poolSize: 1, statementTimeoutMs: 20_000, readers: 3, log: pino({ level: 'silent' }) })
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  t.teardown(async () => {
    await holder.end()
    await database.close()
  })
  await holder.query('select pg_advisory_lock($1)', [lock])
  for (const how of [{}, { replan: true }]) {
    let isOver = false
    const slow = rows(database.read, 'select pg_advisory_xact_lock($1)', [lock], how).finally(() => { isOver = true })
    for (let n = 0; n < 12; n++) t.same(await rows(database.read, 'select $1::int as n', [n], how), [{ n }])
    t.notOk(isOver, 'none of them waited for it')
    await holder.query('select pg_advisory_unlock($1)', [lock])
    await slow
    await holder.query('select pg_advisory_lock($1)', [lock])
  }
})

t.test('what is planned for its values is, each time, and read only once', async t => {
  const database = openDatabase({ url, poolSize: 1, statementTimeoutMs: 20_000, readers: 1, log: pino({ level: 'silent' }) })
  t.teardown(() => database.close())
  const asked = 'select $1::int as n, current_setting(\'plan_cache_mode\') as mode'
  for (let n = 0; n < 8; n++) t.same(await rows(database.read, asked, [n], { replan: true }), [{ n, mode: 'force_custom_plan' }])
  t.same(await rows(database.read, asked, [9]), [{ n: 9, mode: 'auto' }])
  const [row] = await rows<{ custom: number, generic: number }>(database.read,
    'select custom_plans::int as custom, generic_plans::int as generic from pg_prepared_statements where statement = $1', [asked], { replan: true })
  t.same(row, { custom: 8, generic: 0 })
})

t.test('a database in another encoding than UTF-8 is refused, and stays as it is', async t => {
  const name = `latin_${process.pid}_${Date.now()}`
  const here = new pg.Client({ connectionString: url })
  await here.connect()
  await here.query(`create database ${name} template template0 encoding 'LATIN1' locale 'C' locale_provider libc`)
  const there = new pg.Client({ connectionString: Object.assign(new URL(url), { pathname: `/${name}` }).href })
  await there.connect()
  t.teardown(async () => {
    await there.end()
    await here.query(`drop database ${name}`)
    await here.end()
  })
  await t.rejects(migrate(there), { message: /encoded in LATIN1.*encoding 'UTF8'/ })
  const { rows: [row] } = await there.query('select count(*)::int as tables from pg_tables where schemaname = \'public\'')
  t.same(row, { tables: 0 })
})
