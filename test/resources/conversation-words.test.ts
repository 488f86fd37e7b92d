import t, { type Test } from 'tap'
import { rows } from '../../src/db/connection.js'
import { startApp, type Workspace } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const { workspace, services, clock } = await startApp(t)
const { read } = services.database

/** What conversations are kept by is what their rows say, no more and no less. */
async function requireKept (t: Test, w: Workspace, after: string): Promise<void> {
  const kept = await rows(read, `select word, last_activity_at, conversation_id from conversation_words where workspace_id = $1 order by 1, 2, 3`, [w.workspaceId])
  const told = await rows(read, `select word collate "C" as word, last_activity_at, id as conversation_id from conversations, unnest(array(
      select 'tag=' || tag from unnest(tag_ids) tag union select word from unnest(attribute_words) word where strpos(word, '=') > 0)) word
    where workspace_id = $1 and disposition = 'active' order by 1, 2, 3`, [w.workspaceId])
  t.same(kept, told, `after ${after}`)
}

t.test('words follow everything that may happen to a conversation', async t => {
  const w = await workspace()
  const { conversation, inbound, refund, angry } = await supportTeam(w)
  for (const body of [{ on: 'conversation', key: 'plan', name: 'Plan', type: 'text' }, { on: 'conversation', key: 'seats', name: 'Seats', type: 'number' },
    { on: 'conversation', key: 'topics', name: 'Topics', type: 'choices', allowedValues: ['a', 'b=c'] }]) t.equal((await w.post('/v1/attributes', body)).status, 201)
  const { id } = await conversation({ tagIds: [refund.id], attributes: { plan: 'pro="x"', seats: 7, topics: ['a', 'b=c'] } })
  const other = await conversation({ tagIds: [angry.id, refund.id] })
  await requireKept(t, w, 'creation')
  const threaded = (await inbound('m-1')).body.conversationId as string
  const steps: Array<[string, () => Promise<{ status: number, body: unknown }>]> = [
    ['a tag', () => w.post(`/v1/conversations/${threaded}/tag`, { tagIds: [angry.id] })],
    ['attributes', () => w.patch(`/v1/conversations/${threaded}`, { attributes: { plan: 'free', seats: 7 } })],
    ['a message', () => inbound('m-2')],
    ['a reply', () => w.post(`/v1/conversations/${id}/reply`, { text: 'Hello', andThen: { status: 'resolved', reason: 'done', addTagIds: [angry.id] } })],
    ['an attribute cleared', () => w.patch(`/v1/conversations/${id}`, { attributes: { plan: null, topics: ['b=c'] } })],
    ['a tag less', () => w.post(`/v1/conversations/${other.id}/untag`, { tagIds: [refund.id] })],
    ['spam', () => w.post(`/v1/conversations/${id}/spam`, {})],
    ['a tag on spam', () => w.post(`/v1/conversations/${id}/tag`, { tagIds: [refund.id] })],
    ['no spam', () => w.post(`/v1/conversations/${id}/notSpam`, {})],
    ['merging', () => w.post(`/v1/conversations/${threaded}/merge`, { intoId: id })],
    ['deletion', () => w.delete(`/v1/conversations/${other.id}`)]
  ]
  for (const [name, step] of steps) {
    clock.advance(1000)
    const { status, body } = await step()
    t.ok(status < 300, `${name}: ${status} ${JSON.stringify(body).slice(0, 300)}`)
    await requireKept(t, w, name)
  }
})

t.test('a value that is too long for an index is kept, and found, as any other', async t => {
  const w = await workspace()
  const { conversation } = await supportTeam(w)
  t.equal((await w.post('/v1/attributes', { on: 'conversation', key: 'plan', name: 'Plan', type: 'text' })).status, 201)
  /** Characters of three bytes each that nothing compresses. */
  const long = (seed: number) => Array.from({ length: 1000 }, (_, at) => String.fromCharCode(0x4e00 + (at * at * 7919 + at * 104_729 * seed) % 19_997)).join('')
  const [one, other] = [await conversation({ attributes: { plan: long(1) } }), await conversation({ attributes: { plan: long(2) } })]
  t.equal(one.attributes.plan, long(1))
  await requireKept(t, w, 'long values')
  for (const beside of [[], [{ key: 'plan', isNull: false }]]) {
    const found = async (eq: string) => (await w.post('/v1/conversations/search', { filter: { attributes: [{ key: 'plan', eq }, ...beside] } })).body.data.map(({ id }: { id: string }) => id)
    t.same([await found(long(1)), await found(long(2)), await found(long(3))], [[one.id], [other.id], []])
  }
})

/** Every page of a list, in one. */
async function all (w: Workspace, query: object): Promise<{ ids: string[], totals: number[] }> {
  const [ids, totals]: [string[], number[]] = [[], []]
  for (let after: string | undefined; ;) {
    const { body } = await w.post('/v1/conversations/search', { ...query, limit: 3, count: true, ...(after && { after }) })
    ids.push(...body.data.map(({ id }: { id: string }) => id))
    totals.push(body.page.total)
    if (!body.page.hasMore) return { ids, totals }
    after = body.page.endCursor
  }
}

t.test('one word lists what the same condition among others lists, page by page, and counts as many', async t => {
  const w = await workspace()
  const { conversation, refund, angry } = await supportTeam(w)
  t.equal((await w.post('/v1/attributes', { on: 'conversation', key: 'seats', name: 'Seats', type: 'number' })).status, 201)
  for (let i = 0; i < 20; i++) {
    // Some at the same instant: ids decide then.
    if (i % 3) clock.advance(500)
    const { id } = await conversation({ tagIds: [...i % 2 ? [refund.id] : [], ...i % 7 === 0 ? [angry.id] : []], attributes: { seats: i % 4 } })
    if (i % 9 === 4) await w.post(`/v1/conversations/${id}/spam`, {})
  }
  const filters = [{ tags: { any: [refund.id] } }, { tags: { all: [angry.id] } }, { tags: { any: [refund.id.toUpperCase()] } }, { attributes: [{ key: 'seats', eq: 3 }] }, { attributes: [{ key: 'seats', eq: 9 }] }]
  for (const filter of filters) {
    for (const sort of ['lastActivityAtDesc', 'lastActivityAtAsc', 'createdAtDesc']) {
      const { ids, totals } = await all(w, { filter, sort })
      const among = await all(w, { filter: { and: [filter, { reopenCount: { gte: 0 } }] }, sort })
      t.same({ ids, totals }, among, `${JSON.stringify(filter)} ${sort}: ${ids.length}`)
      t.equal(ids.length > 0, totals[0]! > 0)
    }
  }
  const { body } = await w.get(`/v1/conversations?tagId=${refund.id}&limit=100`)
  t.same(body.data.map(({ id }: { id: string }) => id), (await all(w, { filter: filters[0]! })).ids)
})

t.test('values that have to be equal list what the same conditions among others list, page by page', async t => {
  const w = await workspace()
  const { conversation, ann, ben, team, contact, channel } = await supportTeam(w)
  const company = (await w.post('/v1/companies', { name: 'Acme', tier: 'gold' })).body
  for (let i = 0; i < 24; i++) {
    clock.advance(i % 3 ? 400 : 0)
    const { id } = await conversation({ externalId: `c-${i}`, priority: ['low', 'high'][i % 2], ...i % 3 && { assigneeId: [ann.id, ben.id][i % 2] }, ...i % 4 && { teamId: team.id, companyId: company.id }, language: ['en', 'fr'][i % 5 % 2] })
    if (i % 6 === 1) await w.post(`/v1/conversations/${id}/resolve`, {})
    if (i % 11 === 4) await w.post(`/v1/conversations/${id}/spam`, {})
  }
  const eq = (fields: Record<string, string>) => Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, { eq: value }]))
  const asked: Array<Record<string, string>> = [{}, { companyId: company.id }, { companyId: company.id.toUpperCase(), status: 'resolved' }, { assigneeId: ann.id, teamId: team.id }, { priority: 'high', language: 'fr', tier: 'gold' },
    { contactId: contact.id, channelId: channel.id, channelKind: 'chat', status: 'new' }, { externalId: 'c-7' }, { assigneeId: ben.id, status: 'closed' }]
  for (const fields of asked) {
    for (const sort of ['lastActivityAtDesc', 'lastActivityAtAsc', 'createdAtAsc', 'updatedAtDesc', 'waitingSinceAsc']) {
      const found = await all(w, { filter: eq(fields), sort })
      t.same(found, await all(w, { filter: { and: [eq(fields), { reopenCount: { gte: 0 } }] }, sort }), `${Object.keys(fields)} ${sort}: ${found.ids.length}`)
      const parameters = Object.entries(fields).filter(([field]) => ['status', 'assigneeId', 'teamId', 'contactId', 'channelId', 'priority'].includes(field))
      if (parameters.length !== Object.keys(fields).length) continue
      const { body } = await w.get(`/v1/conversations?${new URLSearchParams({ ...Object.fromEntries(parameters), sort, limit: '100' })}`)
      t.same(body.data.map(({ id }: { id: string }) => id), found.ids, `${Object.keys(fields)} as parameters`)
    }
  }
  t.same((await w.get('/v1/conversations?assigneeId=none&limit=100')).body.data.length, (await all(w, { filter: { assigneeId: { isNull: true } } })).ids.length)
})

t.test('words of messages keep to their workspace, and are found whatever they are', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const [{ inbound }, { inbound: elsewhere }] = await Promise.all([supportTeam(w), supportTeam(other)])
  const long = `https://example.com/${'a'.repeat(2030)}`
  const texts: Record<string, string> = {
    plain: 'The red umbrella of Käthe', quoted: `it's a "rock'n'roll" \\ back\\slash 'tis`, long: `${long} beginning ${'x'.repeat(2046)} umbrella ${'word '.repeat(400)}`,
    mail: 'write to ann.lee@example.com about foo-bar', cyrillic: 'Где мой заказ'
  }
  const found: Record<string, string> = {}
  for (const [name, text] of Object.entries(texts)) {
    const { status, body } = await inbound(name, { externalThreadId: name, text })
    t.equal(status, 201, name)
    found[body.conversationId] = name
  }
  t.equal((await elsewhere('theirs', { text: 'red umbrella' })).status, 201)
  const asked = async (q: string) => (await w.get(`/v1/conversations?${new URLSearchParams({ q, sort: 'createdAtAsc' })}`)).body.data.map(({ id }: { id: string }) => found[id])
  t.same(await asked('umbrella'), ['plain', 'long'])
  t.same(await asked('KÄTHE'), ['plain'])
  t.same(await asked('"red umbrella"'), ['plain'])
  t.same(await asked('"umbrella red"'), [])
  t.same(await asked('umbrella -red'), ['long'])
  t.same(await asked('beginning or slash'), ['quoted', 'long'])
  t.same(await asked(`rock'n'roll`), ['quoted'])
  t.same(await asked('ann.lee@example.com'), ['mail'])
  t.same(await asked('foo-bar'), ['mail'])
  t.same(await asked('заказ'), ['cyrillic'])
  t.same(await asked(`' \\ & | ! ( :* <->`), [])
  t.same((await other.get('/v1/conversations?q=umbrella')).body.data.length, 1)
})

t.test('words are those of the text, each with its place, behind the letters of the workspace and the period', async t => {
  const texts = ['', 'a', `${'y'.repeat(2036)} ${'z'.repeat(2037)}`, `it's 'a' b\\c`, 'one two one', 'x '.repeat(3000), `${'é'.repeat(1000)} ${'ü'.repeat(900)} end`, `${'Ж'.repeat(150_000)} last`,
    Array.from({ length: 40_000 }, (_, at) => `${(at * 7919).toString(36)}-${at.toString(36)}`).join(' '),
    Array.from({ length: 60_000 }, (_, at) => String.fromCodePoint(0x1D400 + at % 900, 0x1D400 + at % 899, 0x1D400 + at % 887)).join('-')]
  for (const text of texts) {
    const [row] = await rows<{ differing: number }>(read, `select count(*)::int as differing from
      (select 'abcd0da' || lexeme as lexeme, positions from unnest(to_tsvector('simple', left($1, case when octet_length($1) > 250000 then 50000 else 100000 end))) where octet_length(lexeme) <= 2036) told
      full join (select lexeme, positions from unnest(words_in('00000000-0000-0000-0000-000000000abc', 53466, $1))) kept using (lexeme) where told.positions is distinct from kept.positions`, [text])
    t.equal(row!.differing, 0, `${text.slice(0, 20)}… of ${text.length}`)
  }
})
