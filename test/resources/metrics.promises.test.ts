import t from 'tap'
import { foldWorkspace } from '../../src/resources/metrics/folding.service.js'
import { at, clockCases, target, weekly, type Desk } from '../support/clock-case.js'

t.setTimeout(120_000)
const test = await clockCases(t)

const names = ['attainment', 'conversationAttainment', 'breachOverrun', 'firstContactResolutionRate']
const statistics = 'count sum avg min max p50 p75 p90 p95 p99'
const figure = `figure { value samples counted statistics { ${statistics} } provisional cursor }`
const document = `query ($input: QueryMetrics!) { metricQuery(input: $input) { now asOf { sequence recordedAt }
  data { metric from to group { dimension value } other ${figure} previous { from to ${figure} } } totals { metric ${figure} previous { from to ${figure} } } } }`
const window = { from: at('00:00'), to: at('+1 00:00') }

const query = async ({ w }: Desk, input: object): Promise<any> => {
  const { status, body } = await w.post('/v1/metrics/query', input)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body
}
const told = ({ totals }: any) => Object.fromEntries(totals.map(({ metric, figure: { samples, counted, statistics } }: any) => [metric, [samples, counted ?? statistics?.sum]]))

/** One answered in time, one late, one that nobody answers, one resolved without a word. */
async function morning (desk: Desk) {
  const promise = await desk.promise([target('firstReply', '1h', { warnAt: { share: 0.5 } })])
  const kept = await desk.asked('09:00')
  await kept.reply('09:30')
  await kept.status('09:40', 'resolved')
  const late = await desk.asked('10:00')
  await late.reply('13:00')
  const waits = await desk.asked('12:00')
  const silent = await desk.asked('14:00')
  await silent.status('14:10', 'resolved')
  return { promise, kept, late, waits, silent }
}

test('every face says the same of promises, and behind a figure are exactly its conversations', '18:00', async (t, desk) => {
  const { w } = desk
  const { promise, kept, late, waits, silent } = await morning(desk)
  const answer = await query(desk, { ...window, metrics: names })
  t.same(told(answer), { attainment: [3, 1], conversationAttainment: [3, 1], breachOverrun: [1, 7200], firstContactResolutionRate: [2, 0] })
  t.same(told(await query(desk, { ...window, metrics: names, includeWithoutReply: true })).attainment, [4, 2])
  const input = { ...window, metrics: names, interval: 'hour', groupBy: ['standard', 'agent'], previousPeriod: true, includeWithoutReply: true, bucketBy: 'start' }
  const whole = await query(desk, { ...input, metrics: names.slice(0, 3) })
  const { groupBy, previousPeriod, includeWithoutReply, metrics, ...rest } = { ...input, metrics: names.slice(0, 3) }
  const link = new URLSearchParams({ ...rest, metrics: metrics.join(), groupBy: groupBy.join(), previousPeriod: 'true', includeWithoutReply: 'true' })
  t.same((await w.get(`/v1/metrics/query?${link}`)).body, whole)
  t.same((await w.graphql(document, { input: { ...input, metrics: names.slice(0, 3) } })).data.metricQuery, whole)
  const csv = await w.post('/v1/metrics/query', { ...input, metrics: names.slice(0, 3) }, { accept: 'text/csv' })
  const [header, ...lines] = csv.body.trimEnd().split('\r\n').map((line: string) => line.split(','))
  const column = (name: string) => lines.map((line: string[]) => line[header.indexOf(name)])
  const written = (value: unknown) => value === null || value === undefined ? '' : String(value)
  for (const name of ['samples', 'counted', 'provisional']) t.same(column(name), whole.data.map((cell: any) => written(cell.figure[name])))
  t.same(new Set(column('standard')), new Set([promise.id]))
  for (const { figure: { cursor, samples } } of [...whole.data.filter((cell: any) => cell.figure.samples), ...whole.totals]) {
    const { body } = await w.get(`/v1/metrics/conversations?cursor=${cursor}`)
    t.equal(body.data.reduce((sum: number, each: any) => sum + each.samples, 0), samples)
  }
  const behind = async (name: string) => (await w.get(`/v1/metrics/conversations?cursor=${answer.totals.find(({ metric }: any) => metric === name).figure.cursor}`)).body.data
    .map((each: any) => [each.conversationId, each.counted])
  const sorted = (...all: unknown[][]) => all.toSorted((a, b) => String(a[0]) < String(b[0]) ? -1 : 1)
  t.same(await behind('attainment'), sorted([kept.id, true], [late.id, false], [waits.id, false]))
  t.same(await behind('breachOverrun'), [[late.id, null]])
  t.same(await behind('firstContactResolutionRate'), sorted([kept.id, false], [silent.id, false]))
})

test('an earlier now knows nothing of what came later, and no promise that was made later', '18:00', async (t, desk) => {
  await morning(desk)
  const seen = async (now: string) => told(await query(desk, { ...window, metrics: ['attainment', 'breachOverrun'], now: at(now) }))
  t.same(await seen('09:29'), { attainment: [0, 0], breachOverrun: [0, null] })
  t.same(await seen('09:30'), { attainment: [1, 1], breachOverrun: [0, null] })
  t.same(await seen('12:00'), { attainment: [2, 1], breachOverrun: [0, null] })
  t.same(await seen('13:00'), { attainment: [2, 1], breachOverrun: [1, 7200] })
  const live = async (now: string) => told(await query(desk, { metrics: ['atRisk', 'overdueNow'], now: at(now) }))
  t.same([await live('10:29'), await live('10:30'), await live('12:40')], [{ atRisk: [0, null], overdueNow: [0, null] }, { atRisk: [1, null], overdueNow: [0, null] }, { atRisk: [1, null], overdueNow: [1, null] }].map(each => ({ ...each })))
})

test('a clock is counted where it was due, however long ago the conversation ended', '18:00', async (t, desk) => {
  await desk.promise([target('firstResolution', '240h')])
  const { status } = await desk.asked('09:00')
  await status('10:00', 'resolved')
  const ten = { from: at('+10 00:00'), to: at('+11 00:00') }
  t.same(told(await query(desk, { ...ten, metrics: ['attainment'] })), { attainment: [1, 1] })
  t.same(told(await query(desk, { ...ten, metrics: ['attainment'], now: at('09:59') })), { attainment: [0, 0] })
  desk.now('+40 00:00')
  t.same(told(await query(desk, { ...ten, metrics: ['attainment'] })), { attainment: [1, 1] })
})

test('what is overdue stays so while it is resolved, and somebody has it', '18:00', async (t, desk) => {
  await desk.promise([target('periodicUpdate', '1h')])
  const { status, assign } = await desk.asked('09:00')
  await assign('09:10', { assigneeId: desk.ann.id })
  await status('12:00', 'resolved')
  desk.now('+3 00:00')
  const { data } = await query(desk, { metrics: ['overdueNow'], groupBy: ['agent'] })
  t.same(data.map(({ group, figure }: any) => [group[0].value, figure.value]), [[desk.ann.id, 1]])
})

test('who has how much to do, by the number and by the weight', '18:00', async (t, desk) => {
  const { w, app } = desk
  const [hard, easy, done] = [await desk.asked('09:00', { complexity: 5 }), await desk.asked('09:30'), await desk.asked('10:00', { complexity: 3 })]
  for (const each of [hard, easy, done]) await each.assign('10:30', { assigneeId: desk.ann.id })
  await done.status('11:00', 'pending')
  await desk.asked('12:00', { complexity: 0 })
  const input = { metrics: ['workload'], groupBy: ['agent'] }
  const read = ({ data }: any) => data.map(({ group, figure: { statistics } }: any) => [group[0].value, statistics.count, statistics.sum])
  t.same(read(await query(desk, input)), [[desk.ann.id, 2, 6], [null, 1, 0]])
  t.equal(await foldWorkspace(app.services, w.workspaceId, 9), 4)
  t.same(read(await query(desk, input)), [[desk.ann.id, 2, 6], [null, 1, 0]], 'as it was kept')
  await w.patch(`/v1/conversations/${easy.id}`, { complexity: 2 })
  const { data } = await w.graphql(document, { input })
  t.same(read(data.metricQuery), [[desk.ann.id, 2, 7], [null, 1, 0]], 'as it stands')
  t.match((await w.post('/v1/metrics/query', { ...input, from: window.from })).body, { code: 'invalid', errors: [{ path: 'from' }] })
  t.match((await w.post('/v1/goals', { name: 'Less', why: 'It is much.', metric: 'workload', from: at('00:00'), to: at('+9 00:00'), target: 1, ownerId: desk.ann.id })).body, { errors: [{ path: 'metric', message: /is live/ }] })
})

test('a new conversation of a contact takes the first one\'s credit away, whenever it comes', '18:00', async (t, desk) => {
  const { w } = desk
  const first = await desk.asked('09:00')
  await first.reply('09:10')
  await first.status('09:20', 'resolved')
  const input = { ...window, metrics: ['firstContactResolutionRate'], withinDays: 3 }
  const read = async (more = {}) => { const { figure } = (await query(desk, { ...input, ...more })).totals[0]; return [figure.counted, figure.provisional] }
  t.same(await read(), [1, true])
  const other = await desk.send('/v1/contacts', { name: 'Ada again' })
  desk.now('+5 00:00')
  t.same(await read(), [1, false])
  await desk.started('+2 10:00', { contactId: other.id, actor: { kind: 'customer', id: other.id } })
  t.same(await read(), [1, false])
  t.equal((await w.post(`/v1/contacts/${other.id}/merge`, { intoId: desk.contact.id })).status, 200)
  t.same(await read(), [0, false], 'merged ones are one')
  t.same([await read({ withinDays: 2 }), await read({ now: at('+1 00:00') })], [[1, false], [1, true]])
})

test('each against the median of its like, the same from what is kept and from the facts', '18:00', async (t, desk) => {
  const { w, app } = desk
  const hours = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 14]
  for (const each of hours) {
    const talk = await desk.started('00:00')
    await talk.status(`${String(each).padStart(2, '0')}:00`, 'resolved')
  }
  const high = await desk.started('00:00', { priority: 'high' })
  await high.status('05:00', 'resolved')
  const input = { ...window, metrics: ['expectedTimeRatio', 'firstContactResolutionRate'], interval: 'day', groupBy: ['agent'], filter: { agent: { eq: desk.ann.id } } }
  const { now, asOf, ...fresh } = await query(desk, input)
  const { samples, statistics } = fresh.totals[0].figure
  t.same([samples, statistics.max, statistics.avg], [11, 14 / 6, hours.reduce((sum, each) => sum + each / 6, 0) / 11])
  t.equal(await foldWorkspace(app.services, w.workspaceId, 8), 8)
  const half = await query(desk, input)
  t.same([half.data, half.totals], [fresh.data, fresh.totals])
  t.equal(await foldWorkspace(app.services, w.workspaceId, 8), 4)
  const all = await query(desk, input)
  t.same([all.data, all.totals], [fresh.data, fresh.totals])
})

/** Does what a worker would, and folds all that has changed. */
async function settle ({ app, w }: Desk): Promise<void> {
  for (let done = 1; done > 0;) done = Object.values(await w.runDue()).reduce((sum, each) => sum + each, 0)
  while (await foldWorkspace(app.services, w.workspaceId, 9) > 0);
}

test('hours that are opened later give what had no deadline one', '18:00', async (t, desk) => {
  const { w } = desk
  const calendarId = await desk.calendar('09:00-17:00', { weekly: {} })
  await desk.promise([target('firstReply', '1h', { calendar: calendarId })])
  const talk = await desk.asked('09:00')
  await talk.reply('10:00')
  await talk.status('10:10', 'resolved')
  await settle(desk)
  const ten = { from: at('+10 00:00'), to: at('+11 00:00'), metrics: ['attainment'] }
  t.same(told(await query(desk, ten)), { attainment: [0, 0] })
  await desk.send(`/v1/calendars/${calendarId}/versions`, { timeZone: 'UTC', weekly: { thursday: [{ from: '09:00', to: '17:00' }] }, effectiveFrom: at('+10 00:00') })
  t.same(told(await query(desk, ten)), { attainment: [1, 1] }, 'at once')
  await settle(desk)
  t.same(told(await query(desk, ten)), { attainment: [1, 1] }, 'and when all is kept')
  t.equal((await w.get('/v1/standards/publicationProgress')).body.pending, false)
})

test('what ended long before it was due is due at another instant when hours change until then', '18:00', async (t, desk) => {
  const calendar = await desk.calendar('09:00-17:00')
  await desk.promise([target('firstResolution', '16h', { calendar })])
  const talk = await desk.asked('09:00')
  await talk.status('10:00', 'resolved')
  await settle(desk)
  const seen = async () => {
    const { data } = await query(desk, { from: at('+1 00:00'), to: at('+5 00:00'), metrics: ['attainment'], interval: 'day' })
    return data.map(({ figure: { samples } }: any) => samples)
  }
  t.same(await seen(), [1, 0, 0, 0])
  await desk.send(`/v1/calendars/${calendar}/versions`, { timeZone: 'UTC', weekly: weekly('09:00-11:00'), effectiveFrom: at('+1 00:00') })
  t.same(await seen(), [0, 0, 0, 1], 'at once')
  await settle(desk)
  t.same(await seen(), [0, 0, 0, 1], 'and when all is kept')
})

test('what a snooze holds up is kept as it will be, whatever hours are opened until then', '12:00', async (t, desk) => {
  const calendar = await desk.calendar('09:00-17:00')
  await desk.promise([target('firstReply', '2h', { calendar, pauses: ['snoozed'] })])
  const talk = await desk.asked('09:00')
  await talk.snooze('10:00', '+1 10:00')
  await settle(desk)
  const overdue = async (now: string) => {
    desk.now(now)
    return (await query(desk, { metrics: ['overdueNow'] })).totals[0].figure.value
  }
  t.same([await overdue('16:00'), await overdue('+1 11:00'), await overdue('+1 11:01')], [0, 0, 1])
  desk.now('12:00')
  await desk.send(`/v1/calendars/${calendar}/versions`, { timeZone: 'UTC', weekly: { tuesday: [{ from: '10:30', to: '17:00' }] }, effectiveFrom: at('+1 00:00') })
  await settle(desk)
  t.same([await overdue('16:00'), await overdue('+1 11:01'), await overdue('+1 11:30'), await overdue('+1 11:31')], [0, 0, 0, 1])
})

test('a chart of each', '18:00', async (t, desk) => {
  await morning(desk)
  const svg = { accept: 'image/svg+xml' }
  for (const name of [...names, 'expectedTimeRatio']) {
    const { status, body } = await desk.w.post('/v1/metrics/query', { ...window, metrics: [name], interval: 'hour', groupBy: ['channel'] }, svg)
    t.same([status, String(body).slice(0, 4)], [200, '<svg'], name)
  }
  for (const name of ['workload', 'atRisk', 'overdueNow']) t.equal((await desk.w.post('/v1/metrics/query', { metrics: [name], groupBy: ['agent'] }, svg)).status, 200, name)
  t.match((await desk.w.post('/v1/metrics/query', { metrics: ['overdueNow'], groupBy: ['standard'] }, svg)).body, /Standard 1/, 'standards by their names')
})

test('goals are measured by promises that are kept', '18:00', async (t, desk) => {
  await morning(desk)
  const goal = { name: 'Keep our word', why: 'They count on it.', metric: 'attainment', from: at('00:00'), to: at('+1 00:00'), baselineFrom: at('09:00'), baselineTo: at('17:00'), target: 0.9, ownerId: desk.ann.id }
  const { status, body } = await desk.w.post('/v1/goals', goal)
  t.equal(status, 201)
  t.match(body.baseline, { figure: 1 / 3, samples: 3 })
})

test('attributes: cut, filtered, in a link, and refused where there is none such', '18:00', async (t, desk) => {
  const { w } = desk
  const attribute = (on: string, key: string, more: object) => desk.send('/v1/attributes', { on, key, name: key, ...more })
  await attribute('conversation', 'plan', { type: 'choice', allowedValues: ['free', 'team'] })
  await attribute('conversation', 'uses', { type: 'choices', allowedValues: ['a, b', 'c'] })
  await attribute('contact', 'seats', { type: 'number' })
  await w.patch(`/v1/contacts/${desk.contact.id}`, { attributes: { seats: 12 } })
  const free = await desk.asked('09:00', { attributes: { plan: 'free', uses: ['a, b', 'c'] } })
  await desk.asked('10:00', { attributes: { plan: 'team' } })
  await desk.asked('11:00')
  await w.patch(`/v1/conversations/${free.id}`, { attributes: { plan: 'team' } })
  const input = { ...window, metrics: ['created'], groupBy: ['attribute:plan', 'attribute:seats', 'attribute:uses'] }
  const answer = await query(desk, input)
  const cells = answer.data.map(({ group, figure }: any) => [...group.map(({ value }: any) => value), figure.value])
  t.same(cells, [['free', '12', 'a, b', 1], ['free', '12', 'c', 1], ['team', '12', null, 1], [null, '12', null, 1]])
  t.same(answer.data[0].group[0], { dimension: 'attribute:plan', value: 'free' })
  t.same((await w.graphql(document, { input })).data.metricQuery, answer)
  const link = new URLSearchParams({ ...window, metrics: 'created', groupBy: input.groupBy.join() })
  t.same((await w.get(`/v1/metrics/query?${link}`)).body, answer)
  t.match((await w.get(`/v1/metrics/query?${link}`, { accept: 'text/csv' })).body, /^metric,from,to,attribute:plan,attribute:seats,attribute:uses,other,/)
  t.match((await w.get(`/v1/metrics/query?${new URLSearchParams({ ...window, metrics: 'created', groupBy: 'attribute:plan' })}`, { accept: 'image/svg+xml' })).body, /no plan/)
  const filtered = await query(desk, { ...input, groupBy: [], filter: { not: { attributes: [{ key: 'plan', eq: 'free' }] } } })
  t.equal(filtered.totals[0].figure.value, 2)
  t.same((await w.get(`/v1/metrics/conversations?cursor=${answer.data[0].figure.cursor}`)).body.data.map((each: any) => each.conversationId), [free.id])
  const refused = async (more: object) => (await w.post('/v1/metrics/query', { ...input, ...more })).body
  t.match(await refused({ groupBy: ['attribute:size'] }), { code: 'invalid', detail: /names the attribute size, which is not defined; conversations have plan, seats, uses$/, errors: [{ path: 'groupBy.0' }] })
  t.match(await refused({ groupBy: [], filter: { attributes: [{ key: 'size', eq: 'x' }] } }), { errors: [{ path: 'filter' }] })
  t.match(await refused({ groupBy: ['attribute'] }), { errors: [{ path: 'groupBy.0', message: /is no dimension; there are channel, .*attribute:key/ }] })
  t.match(await refused({ groupBy: ['attribute:plan', 'attribute:plan'] }), { errors: [{ path: 'groupBy', message: /twice/ }] })
  t.match(await refused({ groupBy: ['standard'] }), { errors: [{ path: 'groupBy.0', message: /created does not have/ }] })
})
