import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { startApp } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const { app, workspace } = await startApp(t)
const origin = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
const path = '/v1/conversations?limit=50&expand=contact,tags'

async function filled (name: string): Promise<{ key: string, page: string }> {
  const w = await workspace()
  const { conversation, refund } = await supportTeam(w)
  for (let i = 0; i < 50; i++) await conversation({ subject: `${name} ${i} ${name.repeat(100)}`, tagIds: [refund.id] })
  return { key: w.token!, page: await (await fetch(new URL(path, origin), { headers: { authorization: `Bearer ${w.token!}` } })).text() }
}

/** Every body on a connection, until there are so many. */
async function bodiesOn (socket: Socket, count: number): Promise<string[]> {
  const bodies: string[] = []
  let rest = Buffer.alloc(0)
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer])
    for (;;) {
      const end = rest.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(rest.subarray(0, Math.max(end, 0)).toString())?.[1])
      if (end === -1 || rest.length < end + 4 + length) break
      bodies.push(rest.subarray(end + 4, end + 4 + length).toString())
      rest = rest.subarray(end + 4 + length)
    }
    if (bodies.length === count) return bodies
  }
  return bodies
}

t.test('an answer that its client has not read yet is never written over by somebody else\'s', async t => {
  const [mine, theirs] = [await filled('mine'), await filled('theirs')]
  t.ok(mine.page.length > 100_000 && !mine.page.includes('theirs'))
  const one = new URL(`/v1/conversations/${JSON.parse(theirs.page).data[0].id}`, origin)
  const etag = (await fetch(one, { headers: { authorization: `Bearer ${theirs.key}` } })).headers.get('etag')
  const count = 150
  const stalled = connect(Number(origin.port), origin.hostname)
  await once(stalled, 'connect')
  stalled.write(`GET ${path} HTTP/1.1\r\nhost: ${origin.host}\r\nauthorization: Bearer ${mine.key}\r\n\r\n`.repeat(count))
  const left = connect(Number(origin.port), origin.hostname)
  left.write(`GET ${path} HTTP/1.1\r\nhost: ${origin.host}\r\nauthorization: Bearer ${mine.key}\r\n\r\n`.repeat(5))
  for (let round = 0; round < 20; round++) {
    const pages = await Promise.all(Array.from({ length: 8 }, async () => (await fetch(new URL(path, origin), { headers: { authorization: `Bearer ${theirs.key}` } })).text()))
    t.ok(pages.every(page => page === theirs.page), `round ${round}`)
    const head = await fetch(new URL(path, origin), { method: 'HEAD', headers: { authorization: `Bearer ${theirs.key}` } })
    t.same([head.headers.get('content-length'), await head.text()], [String(Buffer.byteLength(theirs.page)), ''])
    const known = await fetch(one, { headers: { authorization: `Bearer ${theirs.key}`, 'if-none-match': etag! } })
    t.same([known.status, await known.text()], [304, ''])
    if (round === 3) left.destroy()
  }
  const bodies = await bodiesOn(stalled, count)
  t.equal(bodies.length, count)
  t.ok(bodies.every(body => body === mine.page), 'each is what was asked for')
  stalled.destroy()
})
