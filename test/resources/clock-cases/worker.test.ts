import pg from 'pg'
import t, { type Test } from 'tap'
import { systemContext, transact } from '../../../src/context.js'
import { runDue } from '../../../src/jobs.js'
import { noticeClocks } from '../../../src/resources/clocks/noticing.service.js'
import { createConversation } from '../../../src/resources/conversations/conversation.service.js'
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
