import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { encodeCursor } from '../../src/db/page.js'
import { byWeeks, findingOf, type Finding } from '../../src/resources/conversations/conversation.finding.js'
import { SearchConversations, type ConversationQuery } from '../../src/resources/conversations/conversation.shapes.js'
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

/** Messages whose week is not that of their conversation's last activity; and how many are of another week than their own. */
async function weeks (): Promise<{ wrong: number, moved: number }> {
  const [row] = await rows<{ wrong: number, moved: number }>(read, `select count(*) filter (where coalesce(m.active_in, week_of(m.occurred_at)) <> week_of(c.last_activity_at))::int as wrong,
      count(m.active_in)::int as moved
    from messages m join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id where m.workspace_id = $1`, [w.workspaceId])
  return row!
}

t.test('every message keeps the week in which its conversation was active last, whatever happens to both', async t => {
  const text = (): string => Array.from({ length: 1 + random(3) }, () => words[random(words.length)]).join(' ')
  const threads: string[] = []
  const said = async (thread: string, more = {}) => inbound(`m-${random(2 ** 30)}`, { externalThreadId: thread, text: text(), ...more })
  const any = (): string => threads[random(threads.length)]!
  for (let step = 0; step < 120; step++) {
    clock.advance(random(3 * day))
    const { status, body } = await [
      async () => { threads.push(`t-${step}`); return said(`t-${step}`) },
      async () => said(any()),
      async () => said(any(), { occurredAt: new Date(clock.now - random(40) * day).toISOString() }),
      async () => w.post(`/v1/conversations/${(await said(any())).body.conversationId}/reply`, { text: text() }),
      async () => w.post(`/v1/conversations/${(await conversation()).id}/note`, { text: text() }),
      async () => {
        const [one, other] = [(await said(any())).body.conversationId, (await said(any())).body.conversationId]
        return one === other ? { status: 200, body: {} } : w.post(`/v1/conversations/${one}/merge`, { intoId: other })
      }
    ][threads.length < 3 ? 0 : random(6)]!()
    t.ok(status < 300, `step ${step}: ${status} ${JSON.stringify(body).slice(0, 200)}`)
    t.equal((await weeks()).wrong, 0, `after step ${step}`)
  }
  t.ok((await weeks()).moved > 20, 'there are messages of conversations that went on for weeks')
  t.equal((await rows<{ weeks: number }>(read, 'select (week_of(timestamptz \'2026-03-05 00:00Z\') - week_of(timestamptz \'2026-03-04 23:59:59.999Z\')) as weeks'))[0]!.weeks, 1, 'a week begins on a Thursday, as 1970 did')
})

/** All pages of what is searched for, found in one way. */
async function pagesOf (query: object, find: (query: ConversationQuery) => Finding): Promise<string[][]> {
  const pages: string[][] = []
  for (let after: string | undefined; ;) {
    const { from, order, at, params } = find({ ...SearchConversations.parse({ ...query, limit: 4 }), ...(after && { after }) } as ConversationQuery)
    const page = await rows<{ id: string, at: string }>(read, `select c.id, ${at} as at from ${from} order by ${order} limit $${params.length + 1}`, [...params, 4])
    pages.push(page.map(({ id }) => id))
    if (page.length < 4) return pages
    after = encodeCursor('lastActivityAtDesc', page.at(-1)!.at, page.at(-1)!.id)
  }
}

t.test('week by week, words find the same pages as by conditions', async t => {
  const asking = { contactId: null, now: new Date(clock.now).toISOString() }
  for (const id of (await w.get('/v1/conversations?limit=8')).body.data.slice(2, 7).map(({ id }: { id: string }) => id)) await w.post(`/v1/conversations/${id}/spam`, {})
  const [{ contact_id: contactId }] = await rows<{ contact_id: string }>(read, 'select contact_id from conversations where workspace_id = $1 and contact_id is not null limit 1', [w.workspaceId]) as [{ contact_id: string }]
  for (const who of [asking, { ...asking, contactId }]) {
    for (const query of [...words.map(q => ({ q })), { q: 'umbrella refund' }, { q: '-parcel' }, { q: 'nothing' }, { q: '?' }, { q: 'angry', filter: { status: { eq: 'new' } } }, { q: 'invoice', filter: { disposition: { eq: 'spam' } } }]) {
      const found = await pagesOf(query, query => byWeeks(w.workspaceId, query, who))
      t.same(found, await pagesOf(query, query => findingOf(w.workspaceId, query, who)), `${JSON.stringify(query)}: ${found.flat().length}`)
    }
  }
  t.ok((await pagesOf({ q: 'umbrella' }, query => byWeeks(w.workspaceId, query, asking))).length > 3, 'of several pages')
})
