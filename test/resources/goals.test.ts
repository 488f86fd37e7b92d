import t from 'tap'
import { runDue } from '../../src/jobs.js'
import { startApp } from '../support/app.js'
import { ownDatabase } from '../support/database.js'
import { at, desk, march, words } from '../support/desk.js'
import { factories } from '../support/factories.js'
import { manualTimers } from '../support/timers.js'

const url = await ownDatabase(t)
const { workspace, clock, services } = await startApp(t, {}, { url, timers: manualTimers() })
t.setTimeout(120_000)
const start = clock.now
t.beforeEach(() => { clock.now = start })

t.test('a goal sets out from a baseline that the server measures, and is the same on both faces', async t => {
  const { w, answered, set, agent, progress } = await desk(await workspace())
  for (const [day, minutes] of [[2, 100], [3, 60], [20, 40], [27, 200]] as const) await answered(at(2, day, '09:00:00.000'), minutes)
  await answered(at(3, 1, '08:00:00.000'), 30)
  await answered(at(3, 2, '08:00:00.000'), 50)
  const goal = await set({ metric: 'firstReplyTime', target: 3600, stretchTarget: 1800, ownerId: agent.id, externalId: 'g-1' })
  t.match(goal, {
    ...words, ...march, metric: 'firstReplyTime', statistic: 'p50', direction: 'less', scope: { kind: 'workspace', id: null }, filter: null, basis: 'calendar', calendarId: null,
    timeZone: 'UTC', target: 3600, stretchTarget: 1800, ownerId: agent.id, externalId: 'g-1', state: 'onTrack', decidedAt: null, decidedFigure: null, archivedAt: null, version: 1
  })
  const query = await w.post('/v1/metrics/query', { metrics: ['firstReplyTime'], ...march, previousPeriod: true })
  const [{ figure, previous }] = query.body.totals
  t.same(goal.baseline, {
    from: at(2, 1), to: at(3, 1), figure: 4800, samples: 4, comparable: 4800, measuredAt: new Date(start).toISOString(), asOf: goal.baseline.asOf
  })
  t.equal(goal.baseline.figure, previous.figure.statistics.p50)
  t.equal(figure.statistics.p50, 2400)

  const stands = await progress(goal.id)
  t.match(stands, {
    goalId: goal.id, now: new Date(start).toISOString(), state: 'onTrack', figure: 2400, samples: 2, provisional: false, pace: null,
    share: 2, stretchShare: 0.8, forecast: null, noForecast: 'tooFewSamples'
  })
  t.same(stands.buckets.map(({ from, to, figure, samples }: any) => [from, to, figure, samples]), [
    [at(3, 1), at(3, 2), 1800, 1], [at(3, 2), at(3, 9), 3000, 1]
  ], 'weeks from Monday, none ahead')

  const fields = `id externalId version createdAt updatedAt name why metric statistic direction scope { kind id } filter basis calendarId withinDays timeZone from to
    baseline { from to figure samples comparable measuredAt asOf { sequence recordedAt } } target stretchTarget ownerId state decidedAt decidedFigure archivedAt`
  const figures = `goalId now asOf { sequence recordedAt } state figure samples provisional elapsed pace share stretchShare forecast { value low high confidence method } noForecast
    buckets { from to figure samples provisional }`
  const { data, errors } = await w.graphql(`{ goal(id: "external:g-1") { ${fields} owner { id } team { id } progress { ${figures} } } goalProgress(id: "${goal.id}") { ${figures} } }`)
  t.same(errors, undefined)
  const { owner, team, progress: inside, ...same } = data.goal
  t.same(same, goal)
  t.same([owner, team, inside, data.goalProgress], [{ id: agent.id }, null, stands, stands])
  t.same((await w.get('/v1/goals/external:g-1')).body, goal)
  t.same((await w.get(`/v1/events?subjectId=${goal.id}`)).body.data.map(({ type, resource }: any) => [type, resource]), [['goal.created', goal]])
})

t.test('progress is the metric\'s own figure, by scope, filter, statistic and basis', async t => {
  const { w, answered, set, progress, channel, other, agent } = await desk(await workspace())
  for (const [channelId, minutes] of [[channel.id, 30], [channel.id, 90], [other.id, 600]] as const) await answered(at(3, 1, '09:00:00.000'), minutes, at(3, 1, '20:00:00.000'), channelId)
  const { body: calendar } = await w.post('/v1/calendars', { name: 'Sundays', timeZone: 'UTC', weekly: { sunday: [{ from: '09:00', to: '10:00' }] } })
  const cases: Array<[object, number | null]> = [
    [{ metric: 'replyTime', statistic: 'max', target: 60 }, 36_000],
    [{ metric: 'replyTime', statistic: 'max', target: 60, scope: { kind: 'channel', id: channel.id } }, 5400],
    [{ metric: 'replyTime', statistic: 'avg', target: 60, scope: { kind: 'agent', id: agent.id }, filter: { not: { channel: { eq: other.id } } } }, 3600],
    [{ metric: 'replyTime', statistic: 'max', target: 60, basis: 'business', calendarId: calendar.id }, 3600],
    [{ metric: 'oneTouchRate', target: 0.5 }, 1],
    [{ metric: 'backlog', target: 3 }, 0],
    [{ metric: 'backlog', statistic: 'p90', target: 3 }, null],
    [{ metric: 'customersServed', target: 50 }, 3],
    [{ metric: 'resolutions', direction: 'more', target: 50, scope: { kind: 'channel', id: other.id } }, 1]
  ]
  for (const [fields, figure] of cases) {
    const goal = await set(fields)
    t.equal((await progress(goal.id, '?interval=month')).figure, figure, JSON.stringify(fields))
  }
})

t.test('what is no goal is refused in words that say what to do, and nothing is kept', async t => {
  const { w, answered, agent, team } = await desk(await workspace())
  await answered(at(2, 10, '09:00:00.000'), 30, at(2, 10, '10:00:00.000'))
  const stranger = await factories.teams!(await workspace())
  const good = { ...words, ...march, metric: 'firstReplyTime', target: 60 }
  const cases: Array<[object, string, RegExp, string?]> = [
    [{ metric: 'speed' }, 'metric', /is no metric; there are created, /],
    [{ metric: 'currentWait' }, 'metric', /is live/],
    [{ statistic: 'value' }, 'statistic', /firstReplyTime does not have; it has avg, /],
    [{ metric: 'created', direction: 'more', statistic: 'p50' }, 'statistic', /it has value/],
    [{ metric: 'created' }, 'direction', /required: of created neither/],
    [{ direction: 'more' }, 'direction', /less is better/],
    [{ to: march.from }, 'to', /not after/],
    [{ from: at(1, 1), to: at(2, 1) }, 'to', /over already/],
    [{ to: '2031-03-02T00:00:00.000Z' }, 'to', /more than 5 years/],
    [{ target: 1801 }, 'target', /worse than the baseline of 1800.*choose one below it/],
    [{ target: -1 }, 'target', /never below 0/],
    [{ metric: 'reopenRate', target: 1.5 }, 'target', /is a share: 0 to 1/],
    [{ stretchTarget: 60 }, 'stretchTarget', /no better than the target/],
    [{ filter: { actorKind: { eq: 'agent' } } }, 'filter', /actorKind, which firstReplyTime does not have; it has channel/],
    [{ metric: 'selfServeRate', target: 0.5, scope: { kind: 'agent', id: agent.id } }, 'scope.kind', /cannot be cut by; it has channel/],
    [{ scope: { kind: 'team' } }, 'scope.id', /required: which team/],
    [{ scope: { kind: 'workspace', id: team.id } }, 'scope.id', /leave it out/],
    [{ scope: { kind: 'team', id: stranger.id } }, 'scope.id', /names no team of this workspace/, 'notFound'],
    [{ scope: { kind: 'agent', id: team.id } }, 'scope.id', /names no agent of this workspace/, 'notFound'],
    [{ ownerId: team.id }, 'ownerId', /names no agent of this workspace/, 'notFound'],
    [{ calendarId: team.id }, 'calendarId', /for the business basis/],
    [{ basis: 'business' }, 'calendarId', /is required/],
    [{ timeZone: 'Berlin' }, 'timeZone', /IANA/],
    [{ baselineFrom: at(1, 1) }, 'baselineTo', /required beside/],
    [{ baselineFrom: at(2, 1), baselineTo: at(1, 1) }, 'baselineTo', /not after/],
    [{ baselineFrom: at(2, 1), baselineTo: at(3, 3) }, 'baselineTo', /future/],
    [{ why: '' }, 'why', /./]
  ]
  for (const [fields, path, message, code = 'invalid'] of cases) {
    const { body } = await w.post('/v1/goals', { ...good, ...fields })
    t.match(body, { code, errors: [{ path, message }] }, JSON.stringify(fields))
  }
  t.equal((await w.post('/v1/goals', { ...good, basis: 'business', calendarId: team.id })).body.code, 'notFound')
  const { errors } = await w.graphql('mutation ($input: CreateGoal!) { createGoal(input: $input) { id } }', { input: { ...good, target: 1801 } })
  t.match(errors, [{ extensions: { code: 'invalid', errors: [{ path: 'target', message: /worse than the baseline of 1800/ }] } }])
  t.equal((await w.get('/v1/goals?count=true')).body.page.total, 0)
  t.same((await w.get('/v1/events?type=goal.created')).body.data, [])
  t.equal((await w.post('/v1/goals', { ...good, target: 1800 })).status, 201, 'to hold what there is')
})

t.test('the baseline is of the period before, in local months, or of the one that is named; a total is compared in proportion', async t => {
  const { answered, set } = await desk(await workspace())
  for (const day of [1, 2, 10, 28]) await answered(at(2, day, '12:00:00.000'), 5, at(2, day, '13:00:00.000'))
  const february = await set({ metric: 'resolutions', direction: 'more', target: 100 })
  t.match(february.baseline, { from: at(2, 1), to: at(3, 1), figure: 4, comparable: 4.4286 })
  const berlin = await set({ metric: 'resolutions', direction: 'more', target: 100, timeZone: 'Europe/Berlin', from: at(2, 28, '23:00:00.000'), to: at(3, 31, '22:00:00.000') })
  t.match(berlin.baseline, { from: at(1, 31, '23:00:00.000'), to: at(2, 28, '23:00:00.000') }, 'a local month')
  const named = await set({ metric: 'resolutions', direction: 'more', target: 100, baselineFrom: at(2, 1), baselineTo: at(2, 2, '12:00:00.000') })
  t.match(named.baseline, { from: at(2, 1), to: at(2, 2, '12:00:00.000'), figure: 1, comparable: 20.6667 })
  const ahead = await set({ metric: 'firstReplyTime', target: 60, from: at(4, 1), to: at(5, 1) })
  t.match([ahead.state, ahead.baseline], ['notStarted', { from: at(1, 31), to: at(3, 2), figure: 300, samples: 4 }], 'thirty days to the last midnight')
  const none = await set({ metric: 'reopenRate', target: 0.1, baselineFrom: at(1, 1), baselineTo: at(1, 2) })
  t.match(none.baseline, { figure: null, samples: 0, comparable: null })
})

t.test('a goal changes by versions; what it measures does not', async t => {
  const { w, answered, set, agent } = await desk(await workspace())
  await answered(at(2, 10, '09:00:00.000'), 30)
  const goal = await set({ metric: 'firstReplyTime', target: 600, filter: { priority: { eq: 'normal' } }, externalId: 'own' })
  const path = `/v1/goals/${goal.id}`
  t.match((await w.patch(path, { target: 900, ownerId: agent.id }, { 'if-match': '"1"' })).body, { target: 900, ownerId: agent.id, version: 2 })
  t.match((await w.patch(path, { target: 901 }, { 'if-match': '"1"' })).body, { code: 'preconditionFailed' })
  t.match((await w.patch(path, { target: 1801 })).body, { code: 'invalid', errors: [{ path: 'target' }] })
  t.match((await w.patch(path, { stretchTarget: 901 })).body, { code: 'invalid', errors: [{ path: 'stretchTarget' }] })
  t.match((await w.patch(path, { metric: 'created' })).body, { code: 'invalid', errors: [{ path: 'metric' }] })
  t.match((await w.patch(path, { target: 900 })).body, { version: 2 }, 'no change')
  const same = { ...words, ...march, metric: 'firstReplyTime', target: 900, filter: { priority: { eq: 'normal' } } }
  t.match((await w.put('/v1/goals/external:own', same)).body, { outcome: 'unchanged' })
  t.match((await w.put('/v1/goals/external:own', { ...same, name: 'Best' })).body, { outcome: 'updated', resource: { name: 'Best', version: 3, baseline: goal.baseline } })
  t.match((await w.put('/v1/goals/external:own', { ...same, statistic: 'avg', to: at(5, 1) })).body, { code: 'conflict', errors: [{ path: 'statistic' }, { path: 'to' }] })
  const upserted = await w.put('/v1/goals/external:new', same)
  t.match([upserted.status, upserted.body.outcome, upserted.body.resource.externalId], [201, 'created', 'new'])
  t.match((await w.post('/v1/goals', { ...same, externalId: 'own' })).body, { code: 'conflict', errors: [{ path: 'externalId' }] })
  t.match((await w.post(`${path}/archive`)).body, { archivedAt: new Date(start).toISOString(), version: 4 })
  clock.now = Date.parse(at(4, 2))
  await runDue(services)
  t.match((await w.get(path)).body, { decidedAt: null, version: 4 }, 'nobody looks at it')
  t.match((await w.post(`${path}/unarchive`)).body, { archivedAt: null, version: 5 })
  await runDue(services)
  t.match((await w.get(path)).body, { decidedAt: march.to, version: 6 })
  t.match((await w.patch(path, { target: 60 })).body, { code: 'conflict' })
  t.match((await w.patch(path, { why: 'Still.' })).body, { why: 'Still.', version: 7 })
  const types = (await w.get(`/v1/events?subjectId=${goal.id}`)).body.data.map(({ type }: any) => type)
  t.same(types, ['goal.created', 'goal.updated', 'goal.updated', 'goal.archived', 'goal.unarchived', 'goal.stateChanged', 'goal.updated'])
})

t.test('the same key sets one goal; two that race for one external id end as one', async t => {
  const { w } = await desk(await workspace())
  const body = { ...words, ...march, metric: 'reopens', target: 5 }
  const first = await w.post('/v1/goals', body, { 'idempotency-key': 'k' })
  t.same((await w.post('/v1/goals', body, { 'idempotency-key': 'k' })).body, first.body)
  const raced = await Promise.all(Array.from({ length: 4 }, () => w.put('/v1/goals/external:one', body)))
  t.same(raced.map(({ body }) => body.outcome).toSorted(), ['created', 'unchanged', 'unchanged', 'unchanged'])
  t.equal((await w.get('/v1/goals?count=true')).body.page.total, 2)
})

t.test('goals are found by what they are of and how they stand, and are nobody else\'s', async t => {
  const { w, set, channel, team, agent } = await desk(await workspace())
  const a = await set({ metric: 'reopens', target: 5, name: 'A', scope: { kind: 'team', id: team.id }, ownerId: agent.id })
  const b = await set({ metric: 'reopenRate', target: 0.2, name: 'B', scope: { kind: 'channel', id: channel.id }, to: at(3, 20) })
  const c = await set({ metric: 'reopens', target: 5, name: 'C', from: at(4, 1), to: at(5, 1), scope: { kind: 'agent', id: agent.id } })
  const names = async (query: string) => (await w.get(`/v1/goals?${query}`)).body.data.map(({ name }: any) => name)
  t.same(await names(''), ['B', 'A', 'C'], 'those that end first, first')
  t.same(await names('sort=nameDesc'), ['C', 'B', 'A'])
  t.same(await names('metric=reopens'), ['A', 'C'])
  t.same(await names('state=notStarted'), ['C'])
  t.same([await names(`teamId=${team.id}`), await names(`channelId=${channel.id}`), await names(`agentId=${agent.id}`), await names(`ownerId=${agent.id}`)], [['A'], ['B'], ['C'], ['A']])
  t.same(await names(`filter=${JSON.stringify({ or: [{ scopeKind: { eq: 'team' } }, { to: { lt: at(3, 25) } }] })}`), ['B', 'A'])
  await w.post(`/v1/goals/${b.id}/archive`)
  t.same([await names('archived=true'), await names('archived=false')], [['B'], ['A', 'C']])
  const page = await w.get('/v1/goals?limit=2')
  t.same((await w.get(`/v1/goals?limit=2&after=${page.body.page.endCursor}`)).body.data, [c])
  const { data } = await w.graphql('{ goals(filter: { scopeKind: { in: [team, channel, agent] } }, sort: nameAsc) { nodes { name team { id } channel { id } agent { id } owner { id } progress(interval: month) { state } } totalCount } }')
  const nothing = { team: null, channel: null, agent: null, owner: null }
  t.same(data.goals, { totalCount: 3, nodes: [
    { ...nothing, name: 'A', team: { id: team.id }, owner: { id: agent.id }, progress: { state: 'noData' } },
    { ...nothing, name: 'B', channel: { id: channel.id }, progress: { state: 'noData' } },
    { ...nothing, name: 'C', agent: { id: agent.id }, progress: { state: 'notStarted' } }
  ] })
  const stranger = await workspace()
  t.same((await stranger.get('/v1/goals')).body.data, [])
  for (const path of ['', '/progress']) t.equal((await stranger.get(`/v1/goals/${a.id}${path}`)).status, 404)
  const reader = await w.withScopes(['goals:read'])
  t.equal((await reader.get(`/v1/goals/${a.id}/progress`)).status, 200, 'who may read goals may read what they say')
})

t.test('the progress of ten goals at a time', async t => {
  const { w, set } = await desk(await workspace())
  for (let n = 0; n < 11; n++) await set({ metric: 'reopens', target: 5 })
  const ask = (first: number) => w.graphql(`{ goals(first: ${first}) { nodes { progress { state } } } }`)
  t.equal((await ask(10)).data.goals.nodes.length, 10)
  t.match((await ask(11)).errors, [{ extensions: { code: 'tooComplex' } }])
})
