import t from 'tap'
import type { Workspace } from '../support/app.js'
import { startApp } from '../support/app.js'
import { factories } from '../support/factories.js'

const { workspace, clock } = await startApp(t)

const day = (number: number, time: string) => `2026-02-${String(number).padStart(2, '0')}T${time}:00.000Z`
const window = { from: day(2, '00:00'), to: day(5, '00:00') }
const statistics = 'count sum avg min max p50 p75 p90 p95 p99'
const figure = `figure { value samples counted statistics { ${statistics} } provisional cursor }`
const previous = `previous { from to ${figure} }`
const document = `query ($input: QueryMetrics!) { metricQuery(input: $input) { now asOf { sequence recordedAt }
  data { metric from to group { dimension value } other ${figure} ${previous} } totals { metric ${figure} ${previous} } } }`

/** Four conversations on two channels: resolved, resolved twice, open, and spam. */
async function history () {
  const w = await workspace()
  const [mail, chat] = [await factories.channels!(w, { kind: 'email' }), await factories.channels!(w, { kind: 'chat' })]
  const agent = await factories.agents!(w)
  const tags = [await factories.tags!(w), await factories.tags!(w)]
  const begin = async (channel: { id: string }, at: string, tagIds: string[] = []) => {
    const conversation = await factories.conversations!(w, { channelId: channel.id, occurredAt: at, tagIds })
    await write(w, conversation, at)
    return conversation as Conversation
  }
  const answer = ({ id }: Conversation, at: string) => send(w, id, 'reply', { text: 'Here.', actor: { kind: 'agent', id: agent.id }, occurredAt: at })
  const a = await begin(mail, day(2, '09:00'), [tags[0].id, tags[1].id])
  await answer(a, day(2, '09:30'))
  await resolve(w, a, day(2, '10:00'))
  const b = await begin(chat, day(3, '09:00'), [tags[0].id])
  await answer(b, day(3, '09:10'))
  await resolve(w, b, day(3, '09:20'))
  await write(w, b, day(4, '09:00'))
  await resolve(w, b, day(4, '10:00'))
  const c = await begin(mail, day(4, '12:00'))
  const d = await begin(mail, day(2, '12:00'))
  await send(w, d.id, 'spam', {})
  return { w, mail, chat, tags, a: a.id, b: b.id, c: c.id }
}

async function send (w: Workspace, id: string, verb: string, body: object): Promise<any> {
  const answer = await w.post(`/v1/conversations/${id}/${verb}`, body)
  if (answer.status >= 300) throw new Error(`${verb}: ${JSON.stringify(answer.body)}`)
  return answer.body
}
interface Conversation { id: string, contactId: string }
const resolve = (w: Workspace, { id }: Conversation, occurredAt: string) => send(w, id, 'resolve', { occurredAt })
const write = (w: Workspace, { id, contactId }: Conversation, occurredAt: string) =>
  send(w, id, 'reply', { text: 'Where is it?', actor: { kind: 'customer', id: contactId }, occurredAt })

const query = async (w: Workspace, input: object) => {
  const { status, body } = await w.post('/v1/metrics/query', input)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body
}
const told = await history()

t.test('the catalogue says what each metric means, the same on both faces', async t => {
  const { body } = await told.w.get('/v1/metrics')
  t.ok(body.data.length > 25)
  t.same((await told.w.get('/v1/metrics/backlog')).body, body.data.find(({ name }: { name: string }) => name === 'backlog'))
  const fields = 'name kind unit direction formula version dimensions additive live question audience outcome owner { id }'
  const { data } = await told.w.graphql(`{ metrics { data { ${fields} } } metric(name: "created") { ${fields} } }`)
  t.same(data.metrics, body)
  t.same(data.metric, body.data[0])
  t.equal((await told.w.get('/v1/metrics/speed')).status, 404)
})

t.test('figures by the day, and the backlog is what came in less what went out', async t => {
  const metrics = ['created', 'reopens', 'resolutions', 'backlog', 'firstReplyTime', 'fullResolutionTime', 'reopenRate', 'conversationsResolved', 'customersServed']
  const { data, totals } = await query(told.w, { ...window, metrics, interval: 'day' })
  const of = (name: string) => data.filter(({ metric }: { metric: string }) => metric === name).map(({ figure }: any) => figure)
  const values = (name: string) => of(name).map(({ value }: any) => value)
  t.same([values('created'), values('reopens'), values('resolutions'), values('backlog')], [[1, 1, 1], [0, 0, 1], [1, 1, 1], [0, 0, 1]])
  values('backlog').reduce((before: number, after: number, index: number) => {
    t.equal(after, before + values('created')[index] + values('reopens')[index] - values('resolutions')[index])
    return after
  }, 0)
  t.same(of('firstReplyTime').map(({ statistics }: any) => statistics.sum), [1800, 600, null])
  t.same(of('fullResolutionTime').map(({ statistics }: any) => statistics.sum), [3600, null, 25 * 3600])
  t.same(of('reopenRate').map(({ value, samples, counted }: any) => [value, samples, counted]), [[0, 1, 0], [1, 1, 1], [0, 1, 0]])
  const total = Object.fromEntries(totals.map(({ metric, figure }: any) => [metric, figure]))
  t.same([total.created.value, total.resolutions.value, total.conversationsResolved.value, total.customersServed.value, total.backlog.value], [3, 3, 2, 2, 1])
  t.same(total.firstReplyTime.statistics, { count: 2, sum: 2400, avg: 1200, min: 600, max: 1800, p50: 1200, p75: 1800, p90: 1800, p95: 1800, p99: 1800 })
})

t.test('cells sum up to the total, a tag\'s cells count a sample once each, and a filter gives its cell', async t => {
  const { w, mail, chat, tags } = told
  const metrics = ['created', 'messagesIn', 'resolutions']
  for (const groupBy of [['channel'], ['channelKind', 'priority'], ['status'], ['agent']]) {
    const { data, totals } = await query(w, { ...window, metrics, groupBy, interval: 'day' })
    for (const { metric, figure } of totals) {
      const cells = data.filter((cell: any) => cell.metric === metric)
      t.equal(cells.reduce((sum: number, cell: any) => sum + cell.figure.value, 0), figure.value, `${metric} by ${groupBy}`)
      if (groupBy[0] !== 'channel') continue
      for (const value of [mail.id, chat.id]) {
        const filtered = await query(w, { ...window, metrics: [metric], filter: { channel: { eq: value } } })
        const cell = cells.filter((each: any) => each.group[0].value === value)
        t.equal(filtered.totals[0].figure.value, cell.reduce((sum: number, each: any) => sum + each.figure.value, 0))
      }
    }
  }
  const byTag = (await query(w, { ...window, metrics: ['created'], groupBy: ['tag'] })).data
  t.same(byTag.map(({ group, figure }: any) => [group[0].value, figure.value]), [[tags[0].id, 2], [tags[1].id, 1], [null, 1]])
  const top = (await query(w, { ...window, metrics: ['created'], groupBy: ['tag'], top: 1 })).data
  t.same(top.map(({ other, figure }: any) => [other, figure.value]), [[false, 2], [true, 2]], 'the rest from its samples')
  const without = await query(w, { ...window, metrics: ['created'], filter: { not: { tag: { eq: tags[1].id } } } })
  t.equal(without.totals[0].figure.value, 2, 'the unset included')
})

t.test('REST, a link, GraphQL and CSV give one answer', async t => {
  const { w } = told
  const input = { ...window, metrics: ['created', 'replyTime', 'reopenRate', 'backlog'], interval: 'day', groupBy: ['channelKind'], previousPeriod: true, timeZone: 'Europe/Berlin' }
  const answer = await query(w, input)
  const link = new URLSearchParams({ ...window, metrics: input.metrics.join(), interval: 'day', groupBy: 'channelKind', previousPeriod: 'true', timeZone: 'Europe/Berlin' })
  t.same((await w.get(`/v1/metrics/query?${link}`)).body, answer)
  t.same((await w.graphql(document, { input })).data.metricQuery, answer)
  const csv = await w.post('/v1/metrics/query', input, { accept: 'text/csv' })
  t.match(csv.headers['content-type'], /^text\/csv/)
  const [header, ...lines] = csv.body.trimEnd().split('\r\n').map((line: string) => line.split(','))
  const column = (name: string) => lines.map((line: string[]) => line[header.indexOf(name)])
  const written = (value: unknown) => value === null || value === undefined ? '' : String(value)
  t.same(column('value'), answer.data.map((cell: any) => written(cell.figure.value)))
  t.same(column('p50'), answer.data.map((cell: any) => written(cell.figure.statistics?.p50)))
  t.same(column('previousValue'), answer.data.map((cell: any) => written(cell.previous?.figure.value)))
  t.same(column('asOfSequence'), answer.data.map(() => String(answer.asOf.sequence)))
})

t.test('behind every figure are exactly the conversations that it was made from', async t => {
  const { w, a, b, c } = told
  const { data, totals } = await query(w, { ...window, metrics: ['created', 'resolutions', 'reopenRate', 'backlog', 'replyTime'], interval: 'day', groupBy: ['tag'], top: 1, previousPeriod: true })
  for (const { metric, figure } of [...data, ...totals, ...totals.map(({ metric, previous }: any) => ({ metric, figure: previous.figure }))]) {
    const { body } = await w.get(`/v1/metrics/conversations?count=true&cursor=${figure.cursor}`)
    t.equal(body.data.reduce((sum: number, each: any) => sum + each.samples, 0), figure.samples, metric)
    t.equal(body.page.total, new Set(body.data.map((each: any) => each.conversationId)).size)
  }
  const cursorOf = (name: string) => totals.find(({ metric }: any) => metric === name).figure.cursor
  const ids = async (name: string) => (await w.get(`/v1/metrics/conversations?cursor=${cursorOf(name)}`)).body.data
  t.same((await ids('created')).map((each: any) => each.conversationId), [a, b, c].toSorted())
  t.same(await ids('reopenRate'), [{ conversationId: a, samples: 1, counted: false }, { conversationId: b, samples: 2, counted: true }])
  const first = await w.get(`/v1/metrics/conversations?limit=1&cursor=${cursorOf('created')}`)
  const rest = await w.graphql('query ($cursor: String!, $after: String) { metricConversations(cursor: $cursor, after: $after) { nodes { conversationId } totalCount } }', { cursor: cursorOf('created'), after: first.body.page.endCursor })
  t.same(rest.data.metricConversations, { nodes: [b, c].map(conversationId => ({ conversationId })), totalCount: 3 })
  t.match((await w.get('/v1/metrics/conversations?cursor=nonsense')).body, { code: 'badRequest' })
})

t.test('an earlier now knows nothing of what came later; the future has no backlog', async t => {
  const { w } = told
  const { data } = await query(w, { from: day(2, '00:00'), to: day(5, '00:00'), metrics: ['resolutions', 'backlog', 'reopenRate'], interval: 'day', now: day(3, '12:00') })
  const values = (name: string) => data.filter(({ metric }: any) => metric === name).map(({ figure }: any) => figure.value)
  t.same([values('resolutions'), values('backlog')], [[1, 1, 0], [1, 1, null]], 'what was marked as spam only later still counted')
  t.same(data.filter(({ metric }: any) => metric === 'reopenRate').map(({ figure }: any) => [figure.counted, figure.provisional]), [[0, true], [0, true], [0, false]])
  const live = await query(w, { metrics: ['currentWait'] })
  t.same(live.totals[0].figure.statistics.sum, (clock.now - Date.parse(day(4, '12:00'))) / 1000)
})

t.test('what a spreadsheet would take for a formula is written as text', async t => {
  const w = await workspace()
  await factories.conversations!(w, { tier: '=HYPERLINK("http://example.com","a")' })
  const input = { metrics: ['created'], from: '2026-03-02T00:00:00.000Z', to: '2026-03-03T00:00:00.000Z', groupBy: ['tier'] }
  t.equal((await query(w, input)).data[0].group[0].value, '=HYPERLINK("http://example.com","a")')
  const { body } = await w.post('/v1/metrics/query', input, { accept: 'text/csv' })
  t.match(body, /,"'=HYPERLINK\(""http:\/\/example\.com"",""a""\)",false,1,1,/)
})

t.test('contacts that were merged are one customer', async t => {
  const w = await workspace()
  const [one, other] = [await factories.conversations!(w), await factories.conversations!(w)]
  for (const { id } of [one, other]) await send(w, id, 'resolve', {})
  const input = { metrics: ['customersServed'], from: '2026-03-02T00:00:00.000Z', to: '2026-03-03T00:00:00.000Z' }
  t.equal((await query(w, input)).totals[0].figure.value, 2)
  t.equal((await w.post(`/v1/contacts/${one.contactId}/merge`, { intoId: other.contactId })).status, 200)
  t.equal((await query(w, input)).totals[0].figure.value, 1)
})

t.test('a write that was acknowledged is in the next figure', async t => {
  const w = await workspace()
  const input = { metrics: ['created'], from: day(2, '00:00'), to: '2026-03-03T00:00:00.000Z' }
  for (let made = 0; made < 10; made++) {
    const answer = await query(w, input)
    t.equal(answer.totals[0].figure.value, made)
    await factories.conversations!(w)
    t.ok((await query(w, input)).asOf.sequence > answer.asOf.sequence)
  }
})

t.test('what has no answer is refused in words', async t => {
  const { w } = told
  const refused = async (input: object) => {
    const { status, body } = await w.post('/v1/metrics/query', { ...window, metrics: ['created'], ...input })
    const { errors } = await w.graphql(document, { input: { ...window, metrics: ['created'], ...input } })
    t.same([errors?.[0]?.extensions.code, errors?.[0]?.message], [body.code, body.detail], 'the same on both faces')
    return [status, body.errors?.[0]?.path, body.detail]
  }
  t.match(await refused({ metrics: ['speed'] }), [422, 'metrics.0', /is no metric; there are created, messagesIn/])
  t.match(await refused({ groupBy: ['actorKind'] }), [422, 'groupBy.0', /created does not have; it has channel/])
  t.match(await refused({ filter: { or: [{ actorKind: { eq: 'agent' } }] } }), [422, 'filter', /names actorKind, which created does not have/])
  t.match(await refused({ timeZone: '+02:00' }), [422, 'timeZone', /IANA/])
  t.match(await refused({ from: '2015-01-01T00:00:00.000Z', to: '2025-01-01T01:00:00.000Z', interval: 'hour' }), [422, 'to', /ten years/])
  t.match(await refused({ basis: 'business' }), [422, 'calendarId', /no default calendar/])
  t.match(await refused({ metrics: ['currentWait'] }), [422, 'from', /has no window/])
  t.match(await refused({ now: '2027-01-01T00:00:00.000Z' }), [422, 'now', /future/])
  t.match(await refused({ to: window.from }), [422, 'to', /not after/])
  t.equal((await (await w.withScopes(['conversations:read'])).post('/v1/metrics/query', { ...window, metrics: ['created'] })).status, 403)
})
