import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { placeAt } from '../../src/db/embedded/cluster.js'
import { ensureDatabase } from '../../src/db/embedded/database.js'
import { availableMemory, findPostmaster, memorySettings } from '../../src/db/embedded/postmaster.js'
import { enter, openSession, stopIfUnused } from '../../src/db/embedded/presence.js'
import { end, isRunning, log, logged, query, root, serverPid, start, startOwner, until } from './embedded-support.js'

t.test('the first start makes a cluster and the database, and says so', async (t) => {
  const dataDir = join(root, 'first')
  log.length = 0
  const embedded = await start(t, dataDir)
  t.equal(embedded.adopted, false)
  t.match(log, [/^First start: creating the database cluster in /, /^Embedded Postgres is ready on port \d+ after/])
  const [settings] = await query(embedded.url, `select current_database() as database, current_user as role,
    (select rolsuper from pg_roles where rolname = current_user) as superuser, current_setting('jit') as jit,
    current_setting('max_connections') as connections, pg_size_bytes(current_setting('shared_buffers')) / 1048576 || 'MB' as buffers,
    current_setting('server_encoding') as encoding, current_setting('timezone') as zone,
    current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync,
    (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as locale`)
  t.strictSame(settings, { database: 'supportops', role: 'supportops', superuser: false, jit: 'off', connections: '100',
    buffers: memorySettings(availableMemory()).shared_buffers, encoding: 'UTF8', zone: 'UTC', addresses: '127.0.0.1', fsync: 'off', locale: 'b C.UTF-8' })
  const pid = serverPid(dataDir)
  await embedded.stop()
  t.equal(isRunning(dataDir, pid), false)
  t.equal(existsSync(join(dataDir, 'cluster', 'postmaster.pid')), false)
  t.equal(statSync(join(dataDir, 'cluster')).mode & 0o777, 0o700)
  t.equal(statSync(join(dataDir, 'cluster', 'password')).mode & 0o777, 0o600)
  await embedded.stop()
})

t.test('without saying otherwise everything acknowledged is on the disk', async (t) => {
  const dataDir = join(root, 'durable')
  const embedded = await start(t, dataDir, true)
  t.strictSame(await query(embedded.url, `select name, setting from pg_settings
    where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name`), [
    { name: 'fsync', setting: 'on' }, { name: 'full_page_writes', setting: 'on' },
    { name: 'synchronous_commit', setting: 'on' }
  ])
  await embedded.stop()
})

t.test('the loopback address asks for the password', async (t) => {
  const embedded = await start(t, join(root, 'first'))
  for (const user of ['supportops', 'postgres']) {
    const url = new URL(embedded.url)
    url.username = user
    url.password = 'guess'
    await t.rejects(query(url.href, 'select 1'), { code: '28P01' })
  }
  await embedded.stop()
})

t.test('data survive a restart', async (t) => {
  const dataDir = join(root, 'first')
  const before = await start(t, dataDir)
  await query(before.url, 'create table note (text text); insert into note values (\'Zürich, 東京\')')
  await before.stop()
  log.length = 0
  const after = await start(t, dataDir)
  t.equal(after.adopted, false)
  t.match(log, [/^Embedded Postgres is ready/])
  t.strictSame(await query(after.url, 'select text from note'), [{ text: 'Zürich, 東京' }])
  await after.stop()
})

t.test('a second start uses the running server, and the last to leave stops it', async (t) => {
  const dataDir = join(root, 'first')
  const first = await start(t, dataDir)
  const pid = serverPid(dataDir)
  const second = await start(t, dataDir)
  t.equal(second.adopted, true)
  t.equal(second.url, first.url)
  t.equal(serverPid(dataDir), pid)
  await first.stop()
  t.strictSame(await query(second.url, 'select 1 as one'), [{ one: 1 }])
  await second.stop()
  t.equal(isRunning(dataDir, pid), false)
})

t.test('the same folder through a symbolic link is the same server', async (t) => {
  const link = join(root, 'link')
  symlinkSync(join(root, 'first'), link)
  const first = await start(t, join(root, 'first'))
  const second = await start(t, link)
  t.equal(second.url, first.url)
  t.equal(second.adopted, true)
  await second.stop()
  await first.stop()
})

t.test('three processes that start at once end with one server', async (t) => {
  const dataDir = join(root, 'three')
  const owners = await Promise.all([startOwner(t, dataDir), startOwner(t, dataDir), startOwner(t, dataDir)])
  t.strictSame(owners.map((owner) => owner.adopted).toSorted(), [false, true, true])
  t.equal(new Set(owners.map((owner) => owner.url)).size, 1)
  const pid = serverPid(dataDir)
  const databases = 'select datname from pg_database where not datistemplate order by 1'
  t.strictSame(await query(owners[0]!.url, databases), [{ datname: 'postgres' }, { datname: 'supportops' }])
  await Promise.all(owners.map((owner) => end(owner, 'politely')))
  t.equal(isRunning(dataDir, pid), false)
  t.strictSame(readdirSync(dataDir).toSorted(), ['cluster', 'postgres.log'])
})

t.test('the server ends when its only user is killed, and the next start just works', async (t) => {
  const dataDir = join(root, 'killed')
  const owner = await startOwner(t, dataDir)
  await query(owner.url, 'create table kept (n int); insert into kept values (42)')
  const pid = serverPid(dataDir)
  await end(owner, 'SIGKILL')
  await until('the server has ended', () => !isRunning(dataDir, pid))
  await until('the watchdog has spoken', () => logged(dataDir).includes('it was the last, the server is stopped'))
  const next = await start(t, dataDir)
  t.equal(next.adopted, false)
  t.strictSame(await query(next.url, 'select n from kept'), [{ n: 42 }])
  await next.stop()
})

t.test('a start in the very moment after the kill', async (t) => {
  const dataDir = join(root, 'killed')
  for (let round = 0; round < 3; round++) {
    await end(await startOwner(t, dataDir), 'SIGKILL')
    const next = await start(t, dataDir)
    t.strictSame(await query(next.url, 'select n from kept'), [{ n: 42 }])
    await next.stop()
  }
})

t.test('the server stays for its other users when the one that started it is killed', async (t) => {
  const dataDir = join(root, 'shared')
  const owner = await startOwner(t, dataDir)
  const user = await start(t, dataDir)
  t.equal(user.adopted, true)
  const pid = serverPid(dataDir)
  await end(owner, 'SIGKILL')
  await until('the watchdog has spoken', () => logged(dataDir).includes('others use the server'))
  t.equal(isRunning(dataDir, pid), true)
  t.strictSame(await query(user.url, 'select 1 as one'), [{ one: 1 }])
  await user.stop()
  t.equal(isRunning(dataDir, pid), false)
})

t.test('a start after both we and the server were killed', async (t) => {
  const dataDir = join(root, 'both')
  const owner = await startOwner(t, dataDir)
  await query(owner.url, 'create table kept (n int); insert into kept values (42)')
  owner.child.kill('SIGSTOP')
  process.kill(serverPid(dataDir), 'SIGKILL')
  await end(owner, 'SIGKILL')
  t.equal(existsSync(join(dataDir, 'cluster', 'postmaster.pid')), true)
  const next = await start(t, dataDir)
  t.strictSame(await query(next.url, 'select n from kept'), [{ n: 42 }])
  await next.stop()
})

t.test('the file of a dead server whose pid now belongs to another program is no server', async (t) => {
  const dataDir = join(root, 'both')
  const file = join(dataDir, 'cluster', 'postmaster.pid')
  writeFileSync(file, [process.pid, join(dataDir, 'cluster'), 1, 1, '', '127.0.0.1', '', 'ready', ''].join('\n'))
  const next = await start(t, dataDir)
  t.equal(next.adopted, false)
  t.strictSame(await query(next.url, 'select n from kept'), [{ n: 42 }])
  await next.stop()
})

t.test('a server that is killed under us comes back where our url says', async (t) => {
  const dataDir = join(root, 'both')
  const embedded = await start(t, dataDir)
  const pid = serverPid(dataDir)
  process.kill(pid, 'SIGKILL')
  await until('it is back', () => query(embedded.url, 'select n from kept').then(([row]) => row?.n === 42, () => false))
  t.not(serverPid(dataDir), pid)
  await until('we are present', () => log.at(-1)!.startsWith('Embedded Postgres is ready'))
  await embedded.stop()
  t.equal(isRunning(dataDir, pid), false)
  t.equal(existsSync(join(dataDir, 'cluster', 'postmaster.pid')), false)
})

t.test('nobody enters a server that is stopping', async (t) => {
  const dataDir = join(root, 'first')
  const embedded = await start(t, dataDir)
  const place = placeAt(dataDir)
  const server = findPostmaster(place)!
  const entered = await enter(place, server, 'test')
  t.ok(entered)
  await entered?.end()

  const file = join(dataDir, 'cluster', 'postmaster.pid')
  const ready = readFileSync(file, 'utf8')
  writeFileSync(file, ready.replace('ready   ', 'stopping'))
  t.equal(await enter(place, server, 'test'), null)
  writeFileSync(file, ready)

  const leaver = (await openSession(place, server, 'leaver'))!
  t.equal(await stopIfUnused(place, server, leaver), false)
  t.strictSame(await query(embedded.url, 'select 1 as one'), [{ one: 1 }])
})

t.test('creating the database twice at once', async (t) => {
  const dataDir = join(root, 'first')
  const embedded = await start(t, dataDir)
  const url = new URL(embedded.url)
  url.username = 'postgres'
  url.pathname = '/postgres'
  await query(url.href, 'drop database supportops')
  await query(url.href, 'drop role supportops')
  const clients = Array.from({ length: 4 }, () => new pg.Client({ connectionString: url.href }))
  await Promise.all(clients.map((client) => client.connect()))
  await Promise.all(clients.map((client) => ensureDatabase(client, url.password)))
  await Promise.all(clients.map((client) => client.end()))
  t.strictSame(await query(embedded.url, 'select current_user as role'), [{ role: 'supportops' }])
  await embedded.stop()
})

t.test('it takes a quarter of the memory for its pages, within bounds', (t) => {
  const of = (gib: number) => Object.values(memorySettings(gib * 2 ** 30))
  t.strictSame([0.25, 0.7, 2, 24].map(of), [['128MB', '256MB'], ['179MB', '358MB'], ['512MB', '1024MB'], ['1024MB', '12288MB']])
  t.end()
})
