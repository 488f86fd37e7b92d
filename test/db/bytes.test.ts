import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import pino from 'pino'
import t, { type Test } from 'tap'
import { enclosed, giveBack } from '../../src/db/bytes.js'
import { openDatabase, rows } from '../../src/db/connection.js'
import { testDatabase } from '../support/database.js'

const url = await testDatabase()
const log = pino({ level: 'silent' })
const options = { poolSize: 2, statementTimeoutMs: 10_000, log }
const database = openDatabase({ url, ...options })
t.teardown(() => database.close())

interface Row { n: number, bytes: Buffer | null, text: string | null }
const asked = `select $1::int as n, repeat('ä€𝄞"', $1::int) as bytes, repeat('ä€𝄞"', $1::int) as text`
const sizes = [0, 1, 7, 500, 6000, 6553, 6554, 20_000, 300_000]

t.test('a column named bytes comes in the bytes that the database sent, whatever its size, in every kind of connection', async t => {
  const transaction = await database.begin()
  for (const db of [database.read, transaction.db]) {
    const found = await Promise.all([...sizes, ...sizes.toReversed()].map(size => rows<Row>(db, asked, [size])))
    for (const [{ n, bytes, text }] of found as [Row][]) {
      t.ok(Buffer.isBuffer(bytes), `${n} is bytes`)
      t.ok(bytes!.toString() === 'ä€𝄞"'.repeat(n) && text === bytes!.toString(), `${n} is what was asked for`)
    }
  }
  await transaction.rollback(new Error('over'))
})

t.test('between rows, nulls and errors nothing is taken for something else', async t => {
  const both = async (size: number) => rows<Row>(database.read, `select n, case when n % 3 > 0 then repeat(n::text, $1) end as bytes, case when n % 3 > 1 then n::text end as text from generate_series(1, 50) n`, [size])
  const [small, failed, large, plain] = await Promise.allSettled([both(3), rows(database.read, 'select 1 / $1::int as bytes', [0]), both(5000), rows(database.read, 'select $1::text as text', ['x'])])
  for (const [of, size] of [[small, 3], [large, 5000]] as const) {
    const found = (of as PromiseFulfilledResult<Row[]>).value
    t.same(found.map(({ n, bytes, text }) => [n, bytes?.toString(), text]),
      Array.from({ length: 50 }, (_, at) => [at + 1, (at + 1) % 3 ? String(at + 1).repeat(size) : undefined, (at + 1) % 3 === 2 ? String(at + 1) : null]))
  }
  t.match((failed as PromiseRejectedResult).reason.cause ?? (failed as PromiseRejectedResult).reason, { message: 'division by zero' })
  t.same((plain as PromiseFulfilledResult<unknown>).value, [{ text: 'x' }])
})

/** Passes on what it hears in pieces of so many bytes. */
async function pieces (t: Test, size: number): Promise<string> {
  const target = new URL(url)
  const open = new Set<Socket>()
  const server = createServer(near => {
    const far = connect(Number(new URL(url).port), new URL(url).hostname)
    open.add(near).add(far)
    near.pipe(far)
    far.on('data', (chunk: Buffer) => { for (let at = 0; at < chunk.length; at += size) near.write(Buffer.from(chunk.subarray(at, at + size))) })
    for (const [one, other] of [[near, far], [far, near]] as const) one.on('close', () => other.destroy()).on('error', () => {})
    near.setNoDelay(true)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { for (const socket of open) socket.destroy(); server.close() })
  target.hostname = '127.0.0.1'
  target.port = String((server.address() as AddressInfo).port)
  return target.href
}

t.test('messages that come in pieces are put together, whatever the pieces', async t => {
  for (const size of [1, 3, 17, 4096]) {
    const slow = openDatabase({ url: await pieces(t, size), ...options })
    t.teardown(() => slow.close())
    const found = await Promise.all([0, 1, 7, 600, 40].map(n => rows<Row>(slow.read, asked, [n])))
    t.same(found.map(([row]) => row!.bytes!.toString()), [0, 1, 7, 600, 40].map(n => 'ä€𝄞"'.repeat(n)), `in pieces of ${size}`)
  }
})

t.test('what stands before and after is written around the bytes, and never over what is somebody else\'s', async t => {
  const [[one], [other]] = await Promise.all([rows<Row>(database.read, asked, [4]), rows<Row>(database.read, asked, [4])]) as [[Row], [Row]]
  const text = 'ä€𝄞"'.repeat(4)
  t.equal(enclosed('{"data":', one.bytes!, '}').toString(), `{"data":${text}}`)
  t.equal(enclosed('<', other.bytes!.subarray(0, -10), '>').toString(), `<${'ä€𝄞"'.repeat(3)}>`, 'and where something was cut off, in its place')
  const long = 'x'.repeat(5000)
  const [third] = await rows<Row>(database.read, asked, [4])
  t.equal(enclosed(long, third!.bytes!, long).toString(), `${long}${text}${long}`, 'with more than there is room for')
  const shared = Buffer.from('neighbour|bytes|neighbour')
  t.equal(enclosed('(', shared.subarray(10, 15), ')').toString(), '(bytes)')
  t.equal(shared.toString(), 'neighbour|bytes|neighbour')
})

t.test('a place that was given back is taken by what comes next, and only that', async t => {
  const get = async (size = 500): Promise<Buffer> => (await rows<Row>(database.read, asked, [size]))[0]!.bytes!
  const [kept, given] = [await get(), await get()]
  giveBack(given)
  giveBack(given)
  const [next, after] = [await get(501), await get()]
  t.equal(next.buffer, given.buffer)
  t.not(after.buffer, given.buffer, 'and by one alone')
  t.not(kept.buffer, next.buffer)
  t.equal(kept.toString(), 'ä€𝄞"'.repeat(500))
  t.equal(next.toString(), 'ä€𝄞"'.repeat(501))
  giveBack(Buffer.from('of a pool that is not ours'))
  const large = await get(300_000)
  giveBack(large)
  t.not((await get(300_000)).buffer, large.buffer, 'what is very large is not kept')
})
