import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { encodeCursor } from '../../src/db/page.js'
import type { Finding } from '../../src/resources/conversations/conversation.finding.js'
import { foundOf, searchingOf, type Search } from '../../src/resources/conversations/conversation.searching.js'
import { SearchConversations } from '../../src/resources/conversations/conversation.shapes.js'
import { startApp } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const { workspace, services, clock } = await startApp(t)
const { read } = services.database
const day = 86_400_000
let seed = 7
const random = (below: number): number => (seed = seed * 48_271 % 2_147_483_647) % below

const w = await workspace()
const { inbound, conversation } = await supportTeam(w)
const words = ['umbrella', 'refund', 'parcel', 'invoice', 'angry']

/** Messages whose period is not that of their conversation's last activity; and how many are of another period than their own. */
async function periods (): Promise<{ wrong: number, moved: number }> {
  const [row] = await rows<{ wrong: number, moved: number }>(read, `select count(m.active_in)::int as moved,
      count(*) filter (where coalesce(m.active_in, period_of(m.occurred_at)) <> period_of(c.last_activity_at))::int as wrong
    from messages m join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id where m.workspace_id = $1`, [w.workspaceId])
  return row!
}

t.test('every message keeps the period in which its conversation was active last, whatever happens to both', async t => {
  const text = (): string => Array.from({ length: 1 + random(3) }, () => words[random(words.length)]).join(' ')
  const threads: string[] = []
  const said = async (thread: string, more = {}) => inbound(`m-${random(2 ** 30)}`, { externalThreadId: thread, text: text(), ...more })
  const any = (): string => threads[random(threads.length)]!
  for (let step = 0; step < 120; step++) {
    clock.advance(random(12 * day))
    const { status, body } = await [
      async () => { threads.push(`t-${step}`); return said(`t-${step}`) },
      async () => said(any()),
      async () => said(any(), { occurredAt: new Date(clock.now - random(150) * day).toISOString() }),
      async () => w.post(`/v1/conversations/${(await said(any())).body.conversationId}/reply`, { text: text() }),
      async () => w.post(`/v1/conversations/${(await conversation()).id}/note`, { text: text() }),
      async () => {
        const [one, other] = [(await said(any())).body.conversationId, (await said(any())).body.conversationId]
        return one === other ? { status: 200, body: {} } : w.post(`/v1/conversations/${one}/merge`, { intoId: other })
      }
    ][threads.length < 3 ? 0 : random(6)]!()
    t.ok(status < 300, `step ${step}: ${status} ${JSON.stringify(body).slice(0, 200)}`)
    t.equal((await periods()).wrong, 0, `after step ${step}`)
  }
  t.ok((await periods()).moved > 20, 'there are messages of conversations that went on for months')
  const [bounds] = await rows(read, `select count(*)::int as days, count(distinct period_of(day))::int as periods, bool_and(day >= period_start(period_of(day)) and day < period_start(period_of(day) + 1)) as held
    from generate_series(timestamptz '1969-01-01', '1971-12-31', '1 day') day`)
  t.same(bounds, { days: 1095, periods: 80, held: true }, 'periods follow each other, before 1970, too')
})

/** An index has nothing for words that are only ruled out. */
const ways = ['list', 'index'] as const

/** All pages of what is searched for, found in one way. */
async function pagesOf (query: object, find: (query: Search) => Finding): Promise<string[][]> {
  const pages: string[][] = []
  for (let after: string | undefined; ;) {
    const { from, order, at, params } = find({ ...SearchConversations.parse({ ...query, limit: 4 }), ...(after && { after }) } as Search)
    const page = await rows<{ id: string, at: string }>(read, `select c.id, ${at} as at from ${from} order by ${order} limit $${params.length + 1}`, [...params, 4])
    pages.push(page.map(({ id }) => id))
    if (page.length < 4) return pages
    after = encodeCursor(SearchConversations.parse(query).sort, page.at(-1)!.at, page.at(-1)!.id)
  }
}

/** Which conversations say it, by reading every message. */
const saying = async (q: string, seen: string, order: string): Promise<string[]> => (await rows<{ id: string }>(read, `select c.id from conversations c
  where c.workspace_id = $1 and exists (select from messages m where m.workspace_id = $1 and m.conversation_id = c.id
    and to_tsvector('simple', coalesce(m.subject, '') || ' ' || m.text) @@ websearch_to_tsquery('simple', $2)) and ${seen} order by ${order}`, [w.workspaceId, q])).map(({ id }) => id)

t.test('along the list and by the index, words find the same pages, of what says them', async t => {
  const asking = { contactId: null, now: new Date(clock.now).toISOString() }
  for (const { id } of (await w.get('/v1/conversations?limit=8')).body.data.slice(2, 7)) await w.post(`/v1/conversations/${id}/spam`, {})
  const [{ contact_id: contactId }] = await rows<{ contact_id: string }>(read, 'select contact_id from conversations where workspace_id = $1 and contact_id is not null limit 1', [w.workspaceId]) as [{ contact_id: string }]
  const active = "c.disposition = 'active'"
  const cases: Array<[object, string]> = [
    ...words.map((q): [object, string] => [{ q }, active]), [{ q: 'umbrella refund' }, active], [{ q: '"refund parcel"' }, active], [{ q: 'umbrella or angry' }, active],
    [{ q: 'angry -refund' }, active], [{ q: '-parcel' }, active], [{ q: 'nothing' }, active], [{ q: '?' }, active], [{ q: 'angry', filter: { status: { eq: 'new' } } }, `${active} and c.status = 'new'`],
    [{ q: 'invoice', filter: { disposition: { eq: 'spam' } } }, "c.disposition = 'spam'"], [{ q: 'parcel', filter: { disposition: { in: ['spam', 'active'] } } }, "c.disposition <> 'merged'"]
  ]
  for (const [sort, order] of [['lastActivityAtDesc', 'c.last_activity_at desc, c.id desc'], ['lastActivityAtAsc', 'c.last_activity_at, c.id'], ['createdAtDesc', 'c.created_at desc, c.id desc']] as const) {
    for (const [query, seen] of cases) {
      const expected = await saying((query as { q: string }).q, seen, order)
      for (const way of (query as { q: string }).q.startsWith('-') ? ['list'] as const : ways) {
        t.same((await pagesOf({ ...query, sort }, query => searchingOf(way, w.workspaceId, query, asking))).flat(), expected, `${way}: ${JSON.stringify(query)} by ${sort}: ${expected.length}`)
        const { text, params } = foundOf(way, w.workspaceId, SearchConversations.parse(query) as Search, asking)
        t.equal((await rows<{ total: number }>(read, text, params))[0]!.total, expected.length, 'and as many are counted')
      }
    }
  }
  for (const q of words) {
    const own = await pagesOf({ q }, query => searchingOf('list', w.workspaceId, query, { ...asking, contactId }))
    t.same(await pagesOf({ q }, query => searchingOf('index', w.workspaceId, query, { ...asking, contactId })), own, `a contact finds the same of its own: ${own.flat().length}`)
  }
  t.ok((await pagesOf({ q: 'umbrella' }, query => searchingOf('index', w.workspaceId, query, asking))).length > 3, 'of several pages')
})
