import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { claim, runBacktests } from '../../src/resources/backtests/running.service.js'
import { projectRoot } from '../../src/root.js'
import { startApp, type Workspace } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const { workspace, clock, services } = await startApp(t)
const minute = 60_000
const hour = 60 * minute
const text = (at: number): string => new Date(at).toISOString()
const everyPriority = (seconds: number) => ({ low: seconds, normal: seconds, high: seconds, urgent: seconds })
const firstReply = (seconds: number) => ({ kind: 'firstReply', seconds: everyPriority(seconds) })
const period = { from: '2026-01-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' }

interface Story { at: string, priority?: string, tagIds?: string[], repliedAfter?: number, resolvedAfter?: number }

/** A workspace with a past: every conversation starts with a customer's message. */
async function withPast (stories: Story[]) {
  const w = await workspace()
  const team = await supportTeam(w)
  const ids: string[] = []
  const now = clock.now
  for (const { at, priority = 'normal', tagIds, repliedAfter, resolvedAfter } of stories) {
    const start = clock.now = Date.parse(at)
    const { body: { conversationId } } = await team.inbound(`m-${at}`, { externalThreadId: at, sentAt: at })
    const path = `/v1/conversations/${conversationId}`
    const actor = { kind: 'agent', id: team.ann.id }
    if (priority !== 'normal') await w.post(`${path}/priority`, { priority, actor })
    if (tagIds) await w.post(`${path}/tag`, { tagIds, actor })
    clock.now = start + (repliedAfter ?? resolvedAfter ?? 0)
    if (repliedAfter !== undefined) await w.post(`${path}/reply`, { text: 'hello', actor })
    if (resolvedAfter !== undefined) await w.post(`${path}/resolve`, { actor })
    ids.push(conversationId)
  }
  clock.now = now
  return { w, ids, ...team }
}

async function standardOf (w: Workspace, targets: object[], more: object = {}) {
  const { status, body } = await w.post('/v1/standards', { name: `Try ${JSON.stringify([targets, more])}`.slice(0, 150), default: true, targets, ...more })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body
}

const january: Story[] = [
  { at: '2026-01-31T23:30:00.000Z', repliedAfter: 30 * minute },
  { at: '2026-01-05T09:00:00.000Z', repliedAfter: 90 * minute },
  { at: '2026-01-12T09:00:00.000Z', priority: 'urgent', repliedAfter: 3 * hour },
  { at: '2026-01-13T09:00:00.000Z', priority: 'urgent', resolvedAfter: 20 * minute },
  { at: '2026-02-02T09:00:00.000Z' },
  { at: '2025-12-31T23:59:59.999Z', repliedAfter: minute },
  { at: '2026-03-01T00:00:00.000Z', repliedAfter: minute }
]

const zero = { clocks: 0, met: 0, metWithoutReply: 0, breached: 0, overdue: 0, running: 0, paused: 0, cancelled: 0, attainment: null }

t.test('the figures of a small history, beside what really happened, the same on both faces', async t => {
  const { w } = await withPast(january)
  const published = await standardOf(w, [firstReply(2 * 3600)])
  await w.post(`/v1/standards/${published.id}/publish`, { occurredAt: '2026-01-10T00:00:00.000Z' })
  const draft = await standardOf(w, [firstReply(3600)], { default: false, condition: { field: 'priority', in: ['normal', 'urgent'] } })
  const asked = await w.post(`/v1/standards/${draft.id}/backtests`, { ...period, dimensions: [{ by: 'priority' }, { by: 'month' }], timeZone: 'Europe/Berlin' })
  t.match([asked.status, asked.headers.location], [201, `/v1/backtests/${asked.body.id}`])
  t.match(asked.body, {
    standardId: draft.id, versionNumber: 1, isDraft: true, state: 'queued', done: 0, total: null, result: null, cells: null, asOf: text(clock.now),
    dimensions: [{ by: 'priority', name: null }, { by: 'month', name: null }], timeZone: 'Europe/Berlin', ...period
  })
  await w.runDue()
  const { body } = await w.get(`/v1/backtests/${asked.body.id}`)
  t.match(body, { state: 'done', done: 5, total: 5, error: null, startedAt: text(clock.now), finishedAt: text(clock.now) })
  // What is promised only since 10 January does not go back to the first one, which had been answered by then.
  t.same(body.result, {
    conversations: 5, triedConversations: 5, realConversations: 4,
    targets: [{
      target: 'firstReply',
      tried: { clocks: 5, met: 2, metWithoutReply: 1, breached: 2, overdue: 1, running: 0, paused: 0, cancelled: 0, attainment: 1 / 4 },
      real: { clocks: 4, met: 2, metWithoutReply: 1, breached: 1, overdue: 1, running: 0, paused: 0, cancelled: 0, attainment: 1 / 3 },
      triedConsumed: { count: 4, p50: body.result.targets[0].triedConsumed.p50, p90: body.result.targets[0].triedConsumed.p90, approximate: true },
      realConsumed: { count: 3, p50: body.result.targets[0].realConsumed.p50, p90: body.result.targets[0].realConsumed.p90, approximate: true }
    }]
  })
  const near = (found: number, exact: number) => t.ok(Math.abs(found - exact) <= exact / 100, `${found} is within 1 % of ${exact}`)
  near(body.result.targets[0].triedConsumed.p50, (1800 + 5400) / 2)
  near(body.result.targets[0].triedConsumed.p90, 10_800)
  near(body.result.targets[0].realConsumed.p50, 1800)
  const one = (of: object) => ({ ...zero, clocks: 1, ...of })
  t.same(body.cells, [
    { values: ['normal', '2026-01-01'], other: false, conversations: 1, targets: [{ target: 'firstReply', tried: one({ breached: 1, attainment: 0 }), real: zero }] },
    { values: ['urgent', '2026-01-01'], other: false, conversations: 2, targets: [{
      target: 'firstReply',
      tried: { ...zero, clocks: 2, met: 1, metWithoutReply: 1, breached: 1, attainment: 0 }, real: { ...zero, clocks: 2, met: 1, metWithoutReply: 1, breached: 1, attainment: 0 }
    }] },
    { values: ['normal', '2026-02-01'], other: false, conversations: 2, targets: [{
      target: 'firstReply',
      tried: { ...zero, clocks: 2, met: 1, overdue: 1, attainment: 1 / 2 }, real: { ...zero, clocks: 2, met: 1, overdue: 1, attainment: 1 / 2 }
    }] }
  ])
  const outcome = 'clocks met metWithoutReply breached overdue running paused cancelled attainment'
  const { data, errors } = await w.graphql(`query ($id: ID!) { backtest(id: $id) { state done standard { id } cells { values other conversations targets { target tried { ${outcome} } real { ${outcome} } } }
    result { conversations triedConversations realConversations targets { target tried { ${outcome} } real { ${outcome} } triedConsumed { count p50 p90 approximate } realConsumed { count p50 p90 approximate } } } }
    backtests { nodes { id cells { conversations } result { conversations } } } }`, { id: body.id })
  t.equal(errors, undefined)
  t.same(data, {
    backtest: { state: 'done', done: 5, standard: { id: draft.id }, cells: body.cells, result: body.result },
    backtests: { nodes: [{ id: body.id, cells: null, result: { conversations: 5 } }] }
  })
  const events = (await w.get('/v1/events?limit=100')).body.data.filter((event: { type: string }) => event.type.startsWith('backtest.'))
  t.same(events.map((event: { type: string }) => event.type), ['backtest.created', 'backtest.started', 'backtest.finished'])
})

t.test('the real figures are those of the clocks that conversations have', async t => {
  const { w, ids } = await withPast(january)
  const published = await standardOf(w, [firstReply(2 * 3600), { kind: 'firstResolution', seconds: everyPriority(1200) }])
  await w.post(`/v1/standards/${published.id}/publish`, { occurredAt: '2026-01-10T00:00:00.000Z' })
  const { body: { id } } = await w.post(`/v1/standards/${published.id}/backtests`, { ...period, filter: { priority: { eq: 'urgent' } } })
  await w.runDue()
  const { result, cells } = (await w.get(`/v1/backtests/${id}`)).body
  const clocks = (await Promise.all(ids.slice(2, 4).map(async id => (await w.get(`/v1/conversations/${id}/clocks`)).body.data))).flat()
  t.equal(result.conversations, 2)
  t.same(cells, [], 'no dimensions, no cells')
  for (const { target, real } of result.targets) {
    const of = clocks.filter(each => each.target === target)
    t.equal(real.clocks, of.length)
    for (const state of ['met', 'breached', 'overdue', 'running', 'paused', 'cancelled']) t.equal(real[state], of.filter(each => each.state === state).length, `${target} ${state}`)
  }
})

t.test('a conversation is in the cell of each of its tags, and once in all of them together', async t => {
  const past = await withPast([{ at: '2026-01-05T09:00:00.000Z', repliedAfter: minute }])
  await past.w.post(`/v1/conversations/${past.ids[0]}/tag`, { tagIds: [past.refund.id, past.angry.id] })
  const draft = await standardOf(past.w, [firstReply(3600)])
  const { body: { id } } = await past.w.post(`/v1/standards/${draft.id}/backtests`, { ...period, dimensions: [{ by: 'tag' }, { by: 'team' }] })
  await past.w.runDue()
  const { result, cells } = (await past.w.get(`/v1/backtests/${id}`)).body
  t.same([result.conversations, result.targets[0].tried.met], [1, 1])
  t.same(new Set(cells.map((cell: { values: unknown[], conversations: number }) => JSON.stringify([cell.values, cell.conversations]))),
    new Set([JSON.stringify([[past.refund.id, null], 1]), JSON.stringify([[past.angry.id, null], 1])]))
})

t.test('a crash costs a stretch and counts nothing twice; two workers at once neither', async t => {
  const { w } = await withPast(january)
  const draft = await standardOf(w, [firstReply(3600)])
  const ask = async () => (await w.post(`/v1/standards/${draft.id}/backtests`, { ...period, dimensions: [{ by: 'day' }] })).body.id
  const [whole, crashed, shared] = [await ask(), await ask(), await ask()]
  const read = async (id: string) => (await w.get(`/v1/backtests/${id}`)).body
  const small = { size: 2, threads: 1, alone: 10 }

  await runBacktests(services, clock.now)
  t.equal((await read(whole)).state, 'done')

  t.equal(await runBacktests(services, clock.now, small), 2)
  t.match(await read(crashed), { state: 'running', done: 2, total: 5, result: null, cells: null })
  const lost = await claim(services, clock.now)
  t.equal(lost!.backtest.id, crashed, 'a worker takes it up, and dies')
  await Promise.all([runBacktests(services, clock.now, small), runBacktests(services, clock.now, small)])
  t.match([(await read(crashed)).done, (await read(shared)).done], [2, 2], 'the others leave it alone while it may be alive, and one of them has the next one')
  clock.advance(3 * minute)
  while (await runBacktests(services, clock.now, small) > 0);
  const { result, cells } = await read(whole)
  for (const id of [crashed, shared]) t.match(await read(id), { state: 'done', done: 5, result, cells })
  t.equal(result.conversations, 5)
  const finished = (await w.get('/v1/events?limit=100&type=backtest.finished')).body.data
  t.equal(finished.length, 3)
})

/** Where tests are compiled, what is shipped is, too: all in a few files, from which threads start. */
async function shipped (): Promise<typeof runBacktests> {
  if (import.meta.url.endsWith('.ts')) return runBacktests
  return (await import(pathToFileURL(join(projectRoot, 'dist/backtest.running.js')).href)).runBacktests
}

t.test('threads count what one does alone, however many there are, and what one of them cannot do fails the backtest', async t => {
  const { w } = await withPast(january)
  const draft = await standardOf(w, [firstReply(3600)])
  const dimensions = [{ by: 'priority' }, { by: 'tag' }, { by: 'month' }]
  const ask = async () => (await w.post(`/v1/standards/${draft.id}/backtests`, { ...period, dimensions })).body.id
  const read = async (id: string) => (await w.get(`/v1/backtests/${id}`)).body
  const alone = await ask()
  await runBacktests(services, clock.now)
  const { result, cells } = await read(alone)
  t.equal(result.conversations, 5)
  for (const [size, threads, run] of [[2, 3, runBacktests], [1, 2, runBacktests], [100, 1, runBacktests], [2, 2, await shipped()]] as const) {
    const id = await ask()
    while (await run(services, clock.now, { size, threads, alone: 0 }) > 0);
    t.match(await read(id), { state: 'done', done: 5, total: 5, result, cells }, `${threads} threads`)
  }
  const id = await ask()
  await services.database.read.$client.query('update backtests set time_zone = \'Nowhere\' where id = $1', [id])
  await runBacktests(services, clock.now, { size: 2, threads: 2, alone: 0 })
  t.match(await read(id), { state: 'failed', result: null, error: 'The server could not compute it; its log says why.' })
  t.equal(await runBacktests(services, clock.now), 0)
})

t.test('one that is cancelled or deleted stops, and leaves nothing behind', async t => {
  const { w } = await withPast(january)
  const draft = await standardOf(w, [firstReply(3600)])
  const ask = async () => (await w.post(`/v1/standards/${draft.id}/backtests`, period)).body.id
  const id = await ask()
  const cancelled = { state: 'cancelled', done: 2, result: null, cells: null, finishedAt: text(clock.now) }
  await runBacktests(services, clock.now, { size: 2, threads: 1, alone: 10 })
  t.match((await w.post(`/v1/backtests/${id}/cancel`)).body, cancelled)
  await w.runDue()
  t.match((await w.get(`/v1/backtests/${id}`)).body, cancelled)
  t.equal((await w.post(`/v1/backtests/${id}/cancel`)).status, 200, 'once more changes nothing')

  const between = await ask()
  const running = claim(services, clock.now)
  t.equal((await running)!.backtest.id, between)
  await w.post(`/v1/backtests/${between}/cancel`)
  clock.advance(3 * minute)
  await w.runDue()
  t.match((await w.get(`/v1/backtests/${between}`)).body, { state: 'cancelled', done: 0 })

  const done = await ask()
  await w.runDue()
  const refused = await w.post(`/v1/backtests/${done}/cancel`)
  t.match([refused.status, refused.body.code], [409, 'conflict'])
  t.equal((await w.delete(`/v1/backtests/${done}`)).status, 204)
  t.equal((await w.get(`/v1/backtests/${done}`)).status, 404)
  t.same((await w.get('/v1/backtests?state=cancelled')).body.data.map((each: { id: string }) => each.id), [between, id])
  t.same((await w.get(`/v1/backtests?standardId=${draft.id}&state=done`)).body.data, [])
})

t.test('what cannot be tried is refused, and nothing is kept', async t => {
  const w = await workspace()
  const draft = await standardOf(w, [firstReply(3600)])
  const ask = async (more: object, path = draft.id) => {
    const { status, body } = await w.post(`/v1/standards/${path}/backtests`, { ...period, ...more })
    return [status, body.code, body.errors?.[0]?.path]
  }
  t.same(await ask({ to: period.from }), [422, 'invalid', 'to'])
  t.same(await ask({ from: '2015-12-31T23:59:59.999Z', to: '2026-01-01T00:00:00.000Z' }), [422, 'invalid', 'to'])
  t.same(await ask({ dimensions: [{ by: 'attribute' }] }), [422, 'invalid', 'dimensions.0.name'])
  t.same(await ask({ dimensions: [{ by: 'tag', name: 'x' }] }), [422, 'invalid', 'dimensions.0.name'])
  t.same(await ask({ dimensions: [{ by: 'tag' }, { by: 'tag' }] }), [422, 'invalid', 'dimensions.1'])
  t.equal((await ask({ dimensions: [{ by: 'tag' }, { by: 'team' }, { by: 'day' }, { by: 'week' }] }))[0], 422)
  t.equal((await ask({ timeZone: 'Nowhere' }))[0], 422)
  t.equal((await ask({ versionNumber: 2 }))[0], 404)
  const review = await standardOf(w, [], { checklist: [{ name: 'Answers the question' }] })
  t.same(await ask({}, review.id), [422, 'invalid', 'versionNumber'])
  const other = await workspace()
  const foreign = await standardOf(other, [firstReply(3600)])
  t.equal((await ask({}, foreign.id))[0], 404)
  t.same((await w.get('/v1/backtests')).body.data, [])
  const { body: { id } } = await other.post(`/v1/standards/${foreign.id}/backtests`, period)
  t.equal((await w.get(`/v1/backtests/${id}`)).status, 404)
  t.equal((await w.post(`/v1/backtests/${id}/cancel`)).status, 404)
  t.equal((await w.delete(`/v1/backtests/${id}`)).status, 404)
  const reader = await other.withScopes(['standards:read'])
  t.equal((await reader.post(`/v1/standards/${foreign.id}/backtests`, period)).status, 403)
  t.equal((await reader.post(`/v1/backtests/${id}/cancel`)).status, 403)
  t.equal((await reader.get(`/v1/backtests/${id}`)).status, 200)
  await other.runDue()
})
