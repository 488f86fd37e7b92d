import pg from 'pg'
import t, { type Test } from 'tap'
import { systemContext, transact } from '../../../src/context.js'
import { runDue } from '../../../src/jobs.js'
import { noticeClocks } from '../../../src/resources/clocks/noticing.service.js'
import { createConversation } from '../../../src/resources/conversations/conversation.service.js'
import { clocksDue } from '../../../src/resources/conversations/due.service.js'
import { runBatch } from '../../../src/resources/imports/running.service.js'
import { publishStandard } from '../../../src/resources/standards/publishing.service.js'
import { makeServices } from '../../../src/services.js'
import { at, clockCases, said, target, type Desk, type Talk } from '../../support/clock-case.js'
import { Died, mortal } from '../../support/mortal.js'

const test = await clockCases(t)
const clock = (minutes: number): string => `${String(9 + Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Conversations that were asked a minute after each other from nine on. */
async function asked (desk: Desk, count: number): Promise<Talk[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => desk.asked(clock(index))))
}

interface Recorded { conversationId: string, occurredAt: string, recordedAt: string }
const recorded = async ({ w }: Desk, type: string): Promise<Recorded[]> => (await w.get(`/v1/events?type=${type}&limit=100`)).body.data

/** When each conversation's deadline was passed, as it was recorded. */
async function deadlines (desk: Desk, talks: readonly Talk[]): Promise<Array<string | null>> {
  const events = await recorded(desk, 'clock.breached')
  return talks.flatMap(({ id }) => events.filter(({ conversationId }) => conversationId === id).map(({ occurredAt }) => said(occurredAt)))
}

const hourLater = (talks: readonly Talk[]): string[] => talks.map((_, index) => clock(60 + index))

/** The services of another process on the same database, under a name of their own. */
function otherProcess (t: Test, { app }: Desk, name: string) {
  const url = new URL(app.services.database.url)
  url.searchParams.set('application_name', name)
  const services = makeServices(app.services.config, url.href, () => app.clock.now)
  t.teardown(() => services.close())
  return services
}

test('after an hour without a worker every deadline is recorded once, at its own time', '10:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h', { warnAt: { share: 0.5 } })])
  const talks = await asked(desk, 24)
  await talks[7]!.reply('09:40')
  desk.now('10:05:00.001')
  await desk.w.runDue()
  t.same(await deadlines(desk, talks), hourLater(talks.slice(0, 6)))
  desk.now('11:05')
  t.same((await desk.w.get('/v1/conversations?overdue=true&limit=100&count=true')).body.page.total, 23, 'lists knew it all along')
  await desk.w.runDue()
  const late = talks.filter((_, index) => index !== 7)
  t.same(await deadlines(desk, late), hourLater(talks).filter((_, index) => index !== 7))
  t.same((await recorded(desk, 'clock.breached')).map(event => said(event.recordedAt)).filter(time => time === '11:05').length, 17)
  t.equal((await recorded(desk, 'clock.atRisk')).length, 24, 'and each warning')
  await desk.w.runDue()
  t.equal((await recorded(desk, 'clock.breached')).length, 23)
})

test('two workers at once record nothing twice', '10:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h', { warnAt: { share: 0.5 } })])
  const talks = await asked(desk, 24)
  const other = otherProcess(t, desk, 'other')
  desk.now('12:00')
  const done = await Promise.all([runDue(desk.app.services), runDue(other), runDue(desk.app.services)])
  t.equal(done.reduce((sum, { noticeClocks = 0 }) => sum + noticeClocks, 0), talks.length)
  t.same(await deadlines(desk, talks), hourLater(talks))
  t.equal((await recorded(desk, 'clock.atRisk')).length, 24)
  t.equal((await recorded(desk, 'clock.started')).length, 24)
  t.same((await Promise.all(talks.map(talk => talk.clock()))).map(({ state }) => state), talks.map(() => 'overdue'))
})

async function administrator (t: Test, { app }: Desk): Promise<pg.Client> {
  const admin = new pg.Client({ connectionString: app.services.database.url })
  await admin.connect()
  t.teardown(() => admin.end())
  return admin
}

test('a conversation that is being made while a standard is published is promised what it says', '10:00', async (t, desk) => {
  const { body: standard } = await desk.w.post('/v1/standards', { name: 'All', default: true, targets: [target('firstResolution', '1h')] })
  const admin = await administrator(t, desk)
  const publishers = async (): Promise<number> => (await admin.query(`select count(*)::int as count from pg_locks
    where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`)).rows[0].count
  let [made, commit] = [() => {}, () => {}]
  const isMade = new Promise<void>(resolve => { made = resolve })
  const mayCommit = new Promise<void>(resolve => { commit = resolve })
  const making = transact(systemContext(desk.app.services, desk.w.workspaceId, ['conversations:write']), async ctx => {
    const conversation = await createConversation(ctx, { channelId: desk.channel.id })
    made()
    await mayCommit
    return conversation
  })
  await isMade
  const publishing = desk.send(`/v1/standards/${standard.id}/publish`, {})
  while (!await publishers());
  commit()
  const [{ id }] = await Promise.all([making, publishing])
  await desk.w.runDue()
  t.match((await desk.w.get(`/v1/clocks?filter={"conversationId":{"eq":"${id}"}}`)).body.data, [{ state: 'running', dueAt: at('11:00') }])
})

test('a worker whose connection is lost in the middle of a conversation loses nothing', '10:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talks = await asked(desk, 6)
  const doomed = otherProcess(t, desk, 'doomed')
  // One holds the worker up; the other looks on outside of a transaction, in which it would always see the same.
  const [admin, watcher] = [await administrator(t, desk), await administrator(t, desk)]
  const backends = async (): Promise<number[]> => (await watcher.query(
    "select pid from pg_stat_activity where application_name = 'doomed' and datname = current_database() and wait_event_type = 'Lock'")).rows.map(({ pid }) => pid)
  desk.now('12:00')
  await admin.query('begin')
  await admin.query('lock table clocks in exclusive mode')
  const running = runDue(doomed).catch(() => null)
  let waiting: number[] = []
  while (!waiting.length) waiting = await backends()
  await watcher.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [waiting])
  await admin.query('rollback')
  await running
  await desk.w.runDue()
  t.same(await deadlines(desk, talks), hourLater(talks))
  t.same((await Promise.all(talks.map(talk => talk.told())))[0], ['started 09:00', 'breached 10:00'])
})

test('a worker that dies at any step of its work is gone on from', '10:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talks = await asked(desk, 12)
  desk.now('12:00')
  let deaths = 0
  for (let step = 0; step < 10; step++) {
    for (const when of ['before', 'after'] as const) {
      const died = await noticeClocks(mortal(desk.app.services, { step, when }), desk.app.clock.now).then(() => null, error => error)
      t.ok(died === null || died instanceof Died, `dies ${when} step ${step}`)
      if (died) deaths++
    }
  }
  t.ok(deaths >= 5, 'some of them before anything was done')
  await desk.w.runDue()
  t.same(await deadlines(desk, talks), hourLater(talks))
  t.equal((await recorded(desk, 'clock.corrected')).length, 0)
  t.match(await talks[3]!.clock(), { state: 'overdue', dueAt: at('10:03') })
})

test('computing clocks again says nothing twice', '10:00', async (t, desk) => {
  const vip = await desk.tag('vip')
  await desk.promise([target('firstReply', '1h', { warnAt: { share: 0.5 } }), target('firstResolution', '2h', { warnAt: { share: 0.5 } })])
  await desk.promise([target('firstReply', '20m'), target('totalResolution', '4h'), target('ownership', '8h')], { condition: { field: 'tag', in: [vip] } })
  const talk = await desk.asked('09:00')
  await talk.tag('09:10', vip)
  await talk.assign('09:15', { assigneeId: desk.ann.id })
  await talk.reply('09:40')
  await talk.status('09:50', 'pending')
  await talk.says('09:55')
  await talk.status('09:58', 'resolved')
  await talk.says('09:59')
  await desk.w.runDue()
  const all = async () => (await desk.w.get(`/v1/events?conversationId=${talk.id}&limit=100`)).body.data.map((event: { id: string }) => event.id)
  const [events, clocks, shown] = [await all(), await talk.clocks(), await talk.shown()]
  for (const _ of [1, 2]) {
    await desk.app.services.database.read.$client.query('update conversations set clocks_asked = true where id = $1', [talk.id])
    t.equal((await desk.w.runDue()).noticeClocks, 1)
    t.same([await all(), await talk.clocks(), await talk.shown()], [events, clocks, shown])
  }
})

test('a deadline is noticed before what a publication asks for', '10:00', async (t, desk) => {
  const care = await desk.promise([target('firstReply', '1h')])
  const talks = await asked(desk, 3)
  await desk.change(care.id, { targets: [target('firstReply', '1h'), target('firstResolution', '9h')] }, { from: '10:00', apply: 'reapply' })
  desk.now('10:00:00.001')
  const due = await clocksDue(desk.app.services.database.read, at('10:00:00.001'), 1)
  t.same(due, [{ workspaceId: desk.w.workspaceId, id: talks[0]!.id, asked: false }])
  await desk.w.runDue()
  t.same((await talks[0]!.told()).filter(text => text.startsWith('breached')), ['breached 10:00'])
  t.same(await clocksDue(desk.app.services.database.read, at('10:00:00.001'), 100), [])
})

test('a conversation that reopens while a standard is published is promised what it says', '10:00', async (t, desk) => {
  const care = await desk.promise([target('firstReply', '1h')], { from: '-30 00:00' })
  const talk = await desk.asked('-20 09:00')
  await talk.status('-20 09:30', 'resolved')
  await desk.w.runDue()
  await desk.w.patch(`/v1/standards/${care.id}`, { targets: [target('firstReply', '1h'), target('totalResolution', '4h')] })
  const watcher = await administrator(t, desk)
  const waiting = async (): Promise<number> => (await watcher.query(`select count(*)::int as count from pg_locks
    where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`)).rows[0].count
  let [published, commit] = [() => {}, () => {}]
  const isPublished = new Promise<void>(resolve => { published = resolve })
  const mayCommit = new Promise<void>(resolve => { commit = resolve })
  // It asked for what was open when it looked, and has not committed when another one opens.
  const publishing = transact(systemContext(desk.app.services, desk.w.workspaceId, ['standards:write']), async ctx => {
    await publishStandard(ctx, care.id, { apply: 'keep' })
    published()
    await mayCommit
  })
  await isPublished
  await talk.status('10:00', 'open')
  const noticing = noticeClocks(desk.app.services, desk.app.clock.now)
  while (!await waiting());
  commit()
  await Promise.all([publishing, noticing])
  const { body: { data } } = await desk.w.get(`/v1/clocks?filter={"conversationId":{"eq":"${talk.id}"}}&sort=startedAtDesc`)
  t.match(data.find((each: { target: string }) => each.target === 'totalResolution'), { state: 'running', dueAt: at('13:30'), consumedSeconds: 1800 })
})

test('what is imported into a conversation leaves its deadline where it was, and asks for its clocks', '09:10', async (t, desk) => {
  const { services } = desk.app
  await desk.promise([target('firstReply', '1h')])
  const talk = await desk.asked('09:00', { externalId: 'open' })
  await desk.w.runDue()
  const kept = async () => (await services.database.read.$client.query('select clocks_check_at as at, clocks_asked as asked from conversations where id = $1', [talk.id])).rows
  t.same(await kept(), [{ at: at('10:00:00.001'), asked: false }])
  const line = { type: 'priority', conversation: 'open', priority: 'low', occurredAt: at('09:05') }
  const { status, body: { id } } = await desk.w.post('/v1/imports', `${JSON.stringify(line)}\n`, { 'content-type': 'application/x-ndjson' })
  t.equal(status, 202)
  await runBatch(services, { workspaceId: desk.w.workspaceId, id }, false)
  t.match(await talk.shown(), { priority: 'low' })
  t.same(await kept(), [{ at: at('10:00:00.001'), asked: true }])
  desk.now('10:05')
  t.equal((await clocksDue(services.database.read, at('10:05'), 1))[0]!.id, talk.id)
  await desk.w.runDue()
  t.same(await talk.told(), ['started 09:00', 'breached 10:00'])
  t.match(await kept(), [{ asked: false }])
})
