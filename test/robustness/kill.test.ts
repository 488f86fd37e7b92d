import pg from 'pg'
import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { startApp } from '../support/app.js'
import { ownDatabase } from '../support/database.js'
import { misfolded } from '../support/folding.js'
import { persistently, type Settled } from '../support/persistent.js'
import { seeded } from '../support/seeded.js'
import { servers, type Server } from '../support/server.js'
import { supportTeam } from '../support/support-team.js'

t.setTimeout(300_000)
const [writers, writesEach, kills] = [20, 16, 4]

const url = await ownDatabase(t)
const { workspace, services } = await startApp(t, {}, { url })
const db = services.database.read
const w = await workspace()
const { channel, contact, ann, refund, angry } = await supportTeam(w)
const random = seeded(20_261_122)

/* The server, which is killed and started again while everybody goes on. */

const start = servers(t, url)
let server: Promise<Server> = start()
const address = async (): Promise<string> => (await server).address

const headers = (key?: string): Record<string, string> =>
  ({ authorization: `Bearer ${w.token!}`, 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) })
const post = (path: string, body: object, key?: string): Promise<Settled> =>
  persistently(address, path, { method: 'POST', headers: headers(key), body: JSON.stringify(body) }, () => { progress.sent++; tell() })

/** Whoever waits for the writers to have got somewhere: as acknowledged writes, or as attempts that are under way. */
const progress = { acknowledged: 0, sent: 0, waiting: [] as Array<{ by: 'acknowledged' | 'sent', count: number, go: () => void }> }
const reached = (by: 'acknowledged' | 'sent', count: number): Promise<void> => new Promise(go => progress.waiting.push({ by, count, go }))
const tell = (): void => {
  for (const each of progress.waiting.filter(({ by, count }) => progress[by] >= count)) {
    progress.waiting.splice(progress.waiting.indexOf(each), 1)
    each.go()
  }
}

/* What is written: every write says in its text who wrote it, so that a second one would be seen. */

interface Acknowledged { kind: string, mark: string, id: string, conversationId: string, tagId?: string }
const acknowledged: Acknowledged[] = []
const doubles: Array<readonly [string, string]> = []
const conversations: string[] = []
const some = <T>(list: readonly T[]): T => list[random(list.length)]!

const inbound = async (mark: string): Promise<Acknowledged> => {
  const body = { externalId: mark, externalThreadId: `thread-${random(12)}`, from: { email: `customer-${random(6)}@example.com` }, text: mark }
  // Providers send a message twice now and then, also both at once.
  const [first, ...again] = await Promise.all([1, ...random(4) === 0 ? [2] : []].map(() => post(`/v1/channels/${channel.id}/messages`, body)))
  doubles.push(...again.map(each => [first!.body.message.id, each.body.message.id] as const))
  return { kind: 'inbound', mark, id: first!.body.message.id, conversationId: first!.body.conversationId }
}
const creation = async (mark: string): Promise<Acknowledged> => {
  const { body } = await post('/v1/conversations', { channelId: channel.id, contactId: contact.id, subject: mark }, mark)
  return { kind: 'conversation', mark, id: body.id, conversationId: body.id }
}
const then = [{}, { andThen: { status: 'pending' } }, { andThen: { status: 'resolved', reason: 'done', addTagIds: [refund.id] } }, { andThen: { assigneeId: ann.id, priority: 'high' } }]
const message = (verb: 'reply' | 'note') => async (mark: string): Promise<Acknowledged> => {
  const conversationId = some(conversations)
  const { body } = await post(`/v1/conversations/${conversationId}/${verb}`, { text: mark, ...verb === 'reply' ? some(then) : {} }, mark)
  return { kind: verb, mark, id: body.id, conversationId: body.conversationId }
}
const tagging = async (mark: string): Promise<Acknowledged> => {
  const conversationId = some(conversations)
  const { body } = await post(`/v1/conversations/${conversationId}/tag`, { tagIds: [angry.id] }, mark)
  return { kind: 'tag', mark, id: body.id, conversationId: body.id, tagId: angry.id }
}
const kinds = [inbound, inbound, inbound, creation, message('reply'), message('reply'), message('note'), tagging]

async function write (mark: string): Promise<void> {
  const done = await (conversations.length ? some(kinds) : creation)(mark)
  if (!done.id) throw new Error(`${done.kind} ${mark} was refused`)
  acknowledged.push(done)
  conversations.push(done.conversationId)
  progress.acknowledged++
  tell()
}

let writing = writers
async function writer (number: number): Promise<void> {
  for (let count = 0; count < writesEach; count++) await write(`w${number}-${count}`)
  writing--
}

/* The feed, from its beginning, for as long as anybody writes and until it has everything. */

interface Event { id: string, sequence: number, type: string, subject: { id: string }, resource: { text?: string } }
const page = async (after: string, limit: number): Promise<{ data: Event[], page: { endCursor: string } }> =>
  (await persistently(address, `/v1/events?limit=${limit}&after=${after}`, { headers: headers() })).body
const lastSequence = async (): Promise<number> =>
  (await rows<{ last: number }>(db, 'select coalesce(max(sequence), 0) as last from events where workspace_id = $1', [w.workspaceId]))[0]!.last

async function follow (): Promise<Event[]> {
  const seen: Event[] = []
  for (let after = '0'; ;) {
    const over = writing === 0
    const { data, page: { endCursor } } = await page(after, 1 + random(40))
    seen.push(...data)
    after = endCursor
    if (over && !data.length && Number(after) >= await lastSequence()) return seen
  }
}

/* Kills at random moments, and one end as it should be. */

const ends: Array<Awaited<Server['ended']>> = []

async function killer (): Promise<void> {
  for (let round = 1; round <= kills; round++) {
    const at = Math.round(writers * writesEach * round / (kills + 2)) + random(20)
    await reached('acknowledged', at)
    const by = some(['acknowledged', 'sent'] as const)
    await reached(by, progress[by] + random(15))
    const dying = await server
    server = (async () => {
      dying.child.kill('SIGKILL')
      ends.push(await dying.ended)
      return start()
    })()
    await server
  }
  await reached('acknowledged', Math.round(writers * writesEach * (kills + 1) / (kills + 2)))
  await endWell()
}

/** SIGTERM in the midst of it, with a request under way that cannot go on yet: it is answered, and the process exits with 0. */
async function endWell (): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const held = (await w.post('/v1/conversations', { channelId: channel.id, subject: 'held' })).body
  await client.query('begin')
  await client.query('select 1 from conversations where id = $1 for update', [held.id])
  const ending = await server
  const slow = fetch(`${ending.address}/v1/conversations/${held.id}/note`, { method: 'POST', headers: headers(), body: '{"text":"held"}' })
  const { rows: [own] } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const isBlocked = 'select from pg_stat_activity where $1::int = any(pg_blocking_pids(pid))'
  while (!(await rows(db, isBlocked, [own!.pid])).length);
  server = (async () => {
    ending.child.kill('SIGTERM')
    ends.push(await ending.ended)
    return start()
  })()
  while (await fetch(`${ending.address}/health/live`).then(({ status }) => status === 200, () => false));
  await client.query('commit')
  await client.end()
  const answer = await slow
  if (answer.status !== 201) throw new Error(`What was under way was answered with ${answer.status}`)
  acknowledged.push({ kind: 'note', mark: 'held', id: ((await answer.json()) as { id: string }).id, conversationId: held.id })
  await server
}

const [feed] = await Promise.all([follow(), killer(), ...Array.from({ length: writers }, (_, number) => writer(number))])

/* What must hold then. */

const stored = await rows<{ id: string, text: string, conversation_id: string }>(db, 'select id, text, conversation_id from messages where workspace_id = $1', [w.workspaceId])
const made = await rows<{ id: string, subject: string, tag_ids: string[] }>(db, 'select id, subject, tag_ids from conversations where workspace_id = $1', [w.workspaceId])

t.test('it was killed in the midst of it, and ended well with what was under way answered', async t => {
  t.same(ends, [...Array.from({ length: kills }, () => ({ code: null, signal: 'SIGKILL' })), { code: 0, signal: null }])
  t.ok(progress.sent > writers * writesEach + kills, 'what was cut off was sent again')
  t.ok(doubles.length > 0)
  for (const [first, again] of doubles) t.equal(again, first, 'a duplicate gives the first result')
})

t.test('every acknowledged write is there, as often as it was asked for', async t => {
  t.equal(acknowledged.length, writers * writesEach + 1)
  const messages = acknowledged.filter(({ kind }) => ['inbound', 'reply', 'note'].includes(kind))
  t.same(stored.map(({ text }) => text).toSorted(), messages.map(({ mark }) => mark).toSorted(), 'each message once, and no other')
  const texts = new Map(stored.map(each => [each.id, each]))
  for (const { mark, id, conversationId } of messages) t.match(texts.get(id), { text: mark, conversation_id: conversationId })
  const subjects = acknowledged.filter(({ kind }) => kind === 'conversation').map(({ mark }) => mark)
  t.same(made.map(({ subject }) => subject).filter(subject => subject?.startsWith('w')).toSorted(), subjects.toSorted(), 'each conversation once')
  const byId = new Map(made.map(each => [each.id, each]))
  for (const { tagId, conversationId } of acknowledged) if (tagId) t.ok(byId.get(conversationId)!.tag_ids.includes(tagId))
})

t.test('the feed misses nothing and doubles nothing, while they write and afterwards', async t => {
  const again: Event[] = []
  for (let after = '0'; ;) {
    const { data, page: { endCursor } } = await page(after, 100)
    again.push(...data)
    after = endCursor
    if (!data.length) break
  }
  const ids = (events: Event[]): string[] => events.map(({ id }) => id)
  t.same(ids(feed), ids(again), 'both readings are the same')
  t.same(ids(again), (await rows<{ id: string }>(db, 'select id from events where workspace_id = $1 order by sequence', [w.workspaceId])).map(({ id }) => id))
  t.equal(new Set(ids(again)).size, again.length)
  const about = (...types: string[]): string[] => again.filter(({ type }) => types.includes(type)).map(({ subject }) => subject.id).toSorted()
  t.same(about('message.received', 'message.sent', 'message.noted'), stored.map(({ id }) => id).toSorted(), 'each message has one event')
  t.same(about('conversation.created'), made.map(({ id }) => id).toSorted(), 'each conversation has one')
})

t.test('every conversation is what its facts make of it', async t => {
  t.same(await misfolded(db, w.workspaceId), [])
  t.same(await rows(db, `select m.id as message, f.id as fact from (select * from messages where workspace_id = $1) m
    full join (select * from conversation_facts where workspace_id = $1 and kind in ('inbound', 'reply', 'note')) f
      on f.id = m.id and f.conversation_id = m.conversation_id
    where m.id is null or f.id is null`, [w.workspaceId]), [], 'each message is one fact')
})
