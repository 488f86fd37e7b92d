import pg from 'pg'
import t from 'tap'
import { capture, contextIn, recorded, type Statement } from '../../bench/capture.js'
import { block, people, scaleOf, vocabulary } from '../../bench/fill/statements.js'
import { idOf } from '../../bench/fill/told.js'
import type { ConversationQuery } from '../../src/resources/conversations/conversation.shapes.js'
import { SearchConversations } from '../../src/resources/conversations/conversation.shapes.js'
import { searchingOf, waysOf, type Search } from '../../src/resources/conversations/conversation.searching.js'
import { listConversations } from '../../src/resources/conversations/conversation.service.js'
import { applyPromises } from '../../src/resources/clocks/applying.service.js'
import { revisePromises } from '../../src/resources/promises.js'
import { publishStandard } from '../../src/resources/standards/publishing.service.js'
import { createStandard } from '../../src/resources/standards/standard.service.js'
import { CreateStandard } from '../../src/resources/standards/standard.shapes.js'
import { makeSecret } from '../../src/resources/keys/key.secret.js'
import { startApp } from '../support/app.js'
import { ownDatabase } from '../support/database.js'

const url = await ownDatabase(t)
const { services } = await startApp(t, {}, { url })
const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' })
await client.connect()
t.teardown(() => client.end())

/** Two workspaces of as many conversations each. */
const rows = 3000
const scale = scaleOf(rows, '2026-03-01T00:00:00.000Z')
for (const statement of vocabulary) await client.query(statement)
for (const w of [1, 2]) {
  for (const statement of people(scale, w, { ...makeSecret(), scopes: [] })) await client.query(statement)
  for (const statement of block(scale, w, 1, rows)) await client.query(statement)
}
await client.query('vacuum analyze')

interface Node { 'Node Type': string, 'Relation Name'?: string, 'Actual Rows': number, 'Actual Loops': number, 'Rows Removed by Filter'?: number, 'Rows Removed by Index Recheck'?: number, Plans?: Node[] }

/** Which scans a list needs of the tables that grow, and how many rows they look at. */
const scansOf = async (query: object): Promise<{ sequential: string[], looked: number }> =>
  scansIn(await statementOf(query), ['conversations', 'messages', 'conversation_words'])

async function statementOf (query: object): Promise<Statement> {
  const [statement] = await capture(services, 1, ctx => listConversations(ctx, SearchConversations.parse(query) as ConversationQuery))
  return statement!
}

async function scansIn ({ text, values }: Statement, tables: readonly string[]): Promise<{ sequential: string[], looked: number }> {
  const { rows: [row] } = await client.query(`explain (analyze, format json) ${text}`, values)
  const scans: Node[] = []
  const visit = (node: Node): void => {
    if (tables.includes(node['Relation Name'] ?? '')) scans.push(node)
    for (const inner of node.Plans ?? []) visit(inner)
  }
  visit(row['QUERY PLAN'][0].Plan)
  t.ok(scans.length > 0, 'the plan was read')
  return {
    sequential: scans.filter(node => node['Node Type'].includes('Seq Scan')).map(node => node['Relation Name']!),
    looked: scans.reduce((sum, node) => sum + node['Actual Loops'] *
      (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)), 0)
  }
}

const id = idOf
const tag = (n: number) => id('tag', n, 1)
const later = '2026-02-27T00:00:00.000Z'
const earlier = '2025-02-01T00:00:00.000Z'

/** Every documented filter, with a value that few have (or, last, one that everybody has). */
const selective: Record<string, object> = {
  externalId: { externalId: { eq: 'c-77' } },
  'externalId startsWith': { externalId: { startsWith: 'c-77' } },
  id: { id: { eq: id('conversation', 77, 1) } },
  status: { status: { eq: 'pending' }, assigneeId: { eq: id('agent', 29, 1) } },
  priority: { priority: { eq: 'urgent' } },
  'several priorities': { priority: { in: ['high', 'urgent'] } },
  assigneeId: { assigneeId: { eq: id('agent', 8, 1) } },
  teamId: { teamId: { isNull: true } },
  contactId: { contactId: { eq: id('contact', 7, 1) } },
  companyId: { companyId: { eq: id('company', 7, 1) } },
  tier: { tier: { eq: 'silver' } },
  language: { language: { eq: 'fr' } },
  channelId: { channelId: { eq: id('channel', 3, 1) } },
  channelKind: { channelKind: { eq: 'chat' } },
  disposition: { disposition: { eq: 'spam' } },
  createdAt: { createdAt: { lt: earlier } },
  updatedAt: { updatedAt: { gt: later } },
  lastActivityAt: { lastActivityAt: { gt: later } },
  waitingSince: { waitingSince: { lt: earlier } },
  snoozedUntil: { snoozedUntil: { isNull: false } },
  resolvedAt: { resolvedAt: { lt: earlier } },
  reopenCount: { reopenCount: { gt: 1 } },
  'a choice among attributes': { attributes: [{ key: 'plan', eq: 'team' }] },
  'an attribute': { attributes: [{ key: 'orderNumber', eq: 'o-77' }] },
  'an attribute that nobody has': { attributes: [{ key: 'nothing', isNull: false }] },
  'an attribute in order, that nobody has': { attributes: [{ key: 'nothing', gt: 5 }] },
  tags: { tags: { any: [tag(95)] } },
  'all tags': { tags: { all: [tag(3), tag(60)] } },
  'what everybody has': { tier: { eq: 'gold' } }
}

t.test('every documented filter finds its rows by an index', async t => {
  for (const [name, filter] of Object.entries(selective)) {
    const { sequential, looked } = await scansOf({ filter })
    t.same(sequential, [], `${name} reads no table from end to end`)
    t.ok(looked <= rows / 5, `${name} looks at a few rows: ${looked}`)
  }
})

t.test('a page of one tag, or of one value of an attribute, is read where it stands, however many have it', async t => {
  for (const filter of [{ tags: { any: [tag(3)] } }, { tags: { all: [tag(95)] } }, { attributes: [{ key: 'plan', eq: 'team' }] }, { attributes: [{ key: 'orderNumber', eq: 'o-77' }] }]) {
    const { sequential, looked } = await scansOf({ filter })
    t.same(sequential, [])
    t.ok(looked <= 60, `${JSON.stringify(filter)} looks at no more than it shows: ${looked}`)
  }
})

t.test('words are found by their index when they are rare, along the list when they are common', async t => {
  for (const q of ['w3000', 'w70 w300', 'w20 w70', 'w20', 'w2', 'nobodySaysThis']) {
    const { sequential, looked } = await scansOf({ q })
    t.same(sequential, [], `${q} reads no table from end to end`)
    t.ok(looked <= rows / 2, `${q} looks at some rows: ${looked}`)
  }
})

t.test('words are looked for along the list where that is short, or full after some conversations, and else by their index, period by period', async t => {
  const asking = { contactId: null, now: later }
  const way = (query: object) => waysOf(services.database.read, id('workspace', 1, 1), SearchConversations.parse(query) as Search, asking)
  const [list, index] = [{ page: 'list', total: 'index' }, { page: 'index', total: 'index' }]
  for (const q of ['w2', 'w2 or w70', 'w2 -w3']) t.same(await way({ q }), list, q)
  for (const q of ['w300', 'w20 w70', 'nobodySaysThis', '?', '"w2 w3 w2"']) t.same(await way({ q }), index, q)
  for (const query of [{ q: '-w2' }, { q: 'w300 or -w2' }, { q: 'w300', filter: { contactId: { eq: id('contact', 7, 1) } } }]) t.same(await way(query), { page: 'list', total: 'list' }, JSON.stringify(query))
  t.same([await way({ q: 'w70' }), await way({ q: 'w70', limit: 100 })], [list, index], 'a larger page is not full after a thousand')

  await client.query(`update messages set text = text || ' campaign' where workspace_id = $1 and conversation_id in (
    select id from conversations where workspace_id = $1 order by last_activity_at desc limit 40)`, [id('workspace', 1, 1)])
  const { page: { endCursor } } = await listConversations(contextIn(services, 1), SearchConversations.parse({ q: 'campaign' }) as ConversationQuery)
  t.same([await way({ q: 'campaign' }), await way({ q: 'campaign', after: endCursor })], [list, index], 'what only the latest say')

  for (const [q, isByPeriods] of [['w300', true], ['nobodySaysThis', true], ['w2', false]] as const) t.equal((await statementOf({ q })).text.includes('periods.found'), isByPeriods, q)
  for (const sort of ['createdAtDesc', 'lastActivityAtAsc']) t.notMatch((await statementOf({ q: 'w300', sort })).text, /periods\.found/, `not in the order of ${sort}`)
})

t.test('by the index, a search reads a page of periods, not all that have the words', async t => {
  const looked = async (query: object) => {
    const { from, order, params } = searchingOf('index', id('workspace', 1, 1), SearchConversations.parse(query) as Search, { contactId: null, now: later })
    const { sequential, looked } = await scansIn({ text: `select c.id from ${from} order by ${order} limit $${params.length + 1}`, values: [...params, 6] as string[] }, ['messages'])
    t.same(sequential, [])
    return looked
  }
  const [some, all] = [await looked({ q: 'w70' }), await looked({ q: 'w70', sort: 'lastActivityAtAsc' })]
  t.ok(some * 5 < all, `${some} messages instead of ${all}`)
})

t.test('every sort walks its index, from whatever place', async t => {
  for (const sort of ['lastActivityAtDesc', 'lastActivityAtAsc', 'createdAtDesc', 'createdAtAsc', 'updatedAtDesc', 'updatedAtAsc', 'waitingSinceAsc', 'nextDueAtAsc']) {
    const first = await listConversations(contextIn(services, 1), SearchConversations.parse({ sort, limit: 100 }) as ConversationQuery)
    for (const after of [undefined, first.page.endCursor ?? undefined]) {
      const { sequential, looked } = await scansOf({ sort, after })
      t.same(sequential, [])
      t.ok(looked <= 200, `${sort} looks at no more than it shows: ${looked}`)
    }
  }
})

t.test('a stretch of the walk after a publication is found along the primary key, and written by it', async t => {
  const ctx = contextIn(services, 1)
  const { db, caller } = ctx
  const seconds = { low: 3600, normal: 3600, high: 3600, urgent: 3600 }
  const { id } = await createStandard(ctx, CreateStandard.parse({ name: 'All', default: true, targets: [{ kind: 'firstReply', seconds }, { kind: 'firstResolution', seconds }] }))
  await publishStandard(ctx, id, { apply: 'keep', occurredAt: '2020-01-01T00:00:00.000Z' })
  const first: Statement[] = []
  await applyPromises(recorded(services, first))
  while (await applyPromises(services));
  await client.query('vacuum analyze')
  for (const since of ['2020-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z']) {
    await revisePromises(db, caller!.workspaceId, since)
    const statements: Statement[] = []
    await applyPromises(recorded(services, statements), { limit: 50, stretch: 200 })
    const reaching = statements.find(({ text }) => text.includes('with bound'))!
    const { sequential, looked } = await scansIn(reaching, ['conversations', 'clocks'])
    t.same(sequential, [], `since ${since}`)
    t.ok(looked <= 900, `looks at a few rows, whatever there are: ${looked}`)
  }
  await client.query('begin')
  for (const statement of first.filter(({ text }) => / (conversations|conversation_facts|clocks) /.test(text) && !text.startsWith('insert'))) {
    t.same((await scansIn(statement, ['conversations', 'conversation_facts', 'clocks'])).sequential, [], statement.text)
  }
  await client.query('rollback')
})
