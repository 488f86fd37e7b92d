import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { runDue } from '../../src/jobs.js'
import { lookAtGoals } from '../../src/resources/goals/looking.service.js'
import { makeServices } from '../../src/services.js'
import { startApp } from '../support/app.js'
import { ownDatabase } from '../support/database.js'
import { at, desk, march, send } from '../support/desk.js'
import { manualTimers } from '../support/timers.js'

const url = await ownDatabase(t)
const { workspace, clock, services } = await startApp(t, {}, { url, timers: manualTimers() })
t.setTimeout(120_000)
const start = clock.now
t.beforeEach(() => { clock.now = start })
const dayMs = 86_400_000

t.test('a total is reached the moment it passes, recorded once by two workers however late they come', async t => {
  const { w, answered, set, progress, events } = await desk(await workspace())
  const goal = await set({ metric: 'resolutions', direction: 'more', target: 4, timeZone: 'Europe/Berlin' })
  t.match(goal, { state: 'noData' })
  await runDue(services)
  t.equal((await w.get(`/v1/goals/${goal.id}`)).body.version, 1, 'a look changes nothing')
  clock.now = Date.parse(at(3, 10))
  await answered(at(3, 2, '12:00:00.000'), 5, at(3, 3, '07:00:00.000'))
  await answered(at(3, 2, '12:00:00.000'), 5, at(3, 3, '07:00:00.001'))
  await answered(at(3, 2, '12:00:00.000'), 5, at(3, 5, '10:59:59.999'))
  t.match(await progress(goal.id), { figure: 3, pace: 10.3333, state: 'onTrack' })
  await answered(at(3, 2, '12:00:00.000'), 5, at(3, 7, '12:34:56.789'))
  await answered(at(3, 2, '12:00:00.000'), 5, at(3, 7, '12:34:56.790'))
  clock.now = Date.parse(at(4, 20))
  const other = makeServices(services.config, url, services.now, { timers: manualTimers() })
  await Promise.all([runDue(services), runDue(other), runDue(services), runDue(other)])
  await other.close()
  t.match(await events('goal.reached'), [{
    occurredAt: at(3, 7, '12:34:56.789'), recordedAt: at(4, 20), actor: { kind: 'system' }, subject: { id: goal.id },
    resource: { state: 'reached', decidedAt: at(3, 7, '12:34:56.789'), decidedFigure: 5, version: 2 }, changes: { state: { from: 'noData', to: 'reached' } }
  }])
  t.match(await events('goal.missed'), [])
  t.match((await w.get(`/v1/goals/${goal.id}`)).body, { state: 'reached', version: 2 })
  t.equal((await runDue(services)).lookAtGoals, 0)
  const already = await set({ metric: 'customersServed', target: 2, from: at(3, 1), to: at(6, 1) })
  t.match(already, { state: 'reached', decidedAt: at(3, 3, '07:00:00.001'), decidedFigure: 5 })
  t.match((await events('goal.reached')).map(({ occurredAt, subject }: any) => [occurredAt, subject.id]), [[at(3, 7, '12:34:56.789'), goal.id], [at(3, 3, '07:00:00.001'), already.id]])
})

t.test('other goals are decided at the end of their period, at that instant', async t => {
  const { w, answered, set, events } = await desk(await workspace())
  const [slow, fast, few, silent, quiet] = [
    await set({ metric: 'firstReplyTime', target: 60 }), await set({ metric: 'firstReplyTime', target: 1800, to: at(3, 20, '15:00:00.000') }),
    await set({ metric: 'resolutions', direction: 'more', target: 2 }), await set({ metric: 'reopenRate', target: 0.5, to: at(3, 2, '11:00:00.000') }),
    await set({ metric: 'reopens', target: 0 })
  ]
  clock.now = Date.parse(at(3, 15))
  await answered(at(3, 12, '09:00:00.000'), 10, at(3, 12, '10:00:00.000'))
  await runDue(services)
  t.match(await events('goal.reached'), [])
  t.match((await w.get(`/v1/goals/${silent.id}`)).body, { state: 'noData', decidedAt: silent.to, decidedFigure: null })
  clock.now = Date.parse(at(4, 1)) - 1
  await runDue(services)
  t.match((await events('goal.reached')).map(({ occurredAt, recordedAt, subject }: any) => [occurredAt, recordedAt, subject.id]), [[fast.to, new Date(clock.now).toISOString(), fast.id]])
  t.match(await events('goal.missed'), [])
  clock.now += 1
  await runDue(services)
  t.same((await events('goal.missed')).map(({ occurredAt, subject }: any) => [occurredAt, subject.id]).toSorted(), [[march.to, slow.id], [march.to, few.id]].toSorted())
  t.same((await events('goal.reached')).map(({ subject }: any) => subject.id), [fast.id, quiet.id])
  t.match((await w.get(`/v1/goals/${quiet.id}/progress`)).body, { state: 'reached', figure: 0, elapsed: 1, forecast: null, noForecast: 'ended' })
  await answered(at(3, 13, '09:00:00.000'), 10, at(3, 13, '10:00:00.000'))
  await runDue(services)
  t.match((await w.get(`/v1/goals/${few.id}`)).body, { state: 'missed', decidedFigure: 1, version: few.version + 3 }, 'what was decided stays')
  t.match((await w.get(`/v1/goals/${few.id}/progress`)).body, { figure: 2, state: 'reached' }, 'what is learned later is shown')
})

t.test('a rate whose window is open is decided when it closes', async t => {
  const { w, answered, set, events, progress } = await desk(await workspace())
  const goal = await set({ metric: 'reopenRate', target: 0, withinDays: 7, to: at(3, 12) })
  clock.now = Date.parse(at(3, 12))
  const id = await answered(at(3, 10), 5, at(3, 11))
  await runDue(services)
  t.match(await progress(goal.id), { figure: 0, provisional: true, state: 'onTrack', noForecast: 'ended' })
  t.match((await w.get(`/v1/goals/${goal.id}`)).body, { decidedAt: null })
  clock.now = Date.parse(at(3, 17))
  await send(w, id, 'reopen', {})
  clock.now = Date.parse(at(3, 18))
  await runDue(services)
  t.match((await events('goal.missed')), [{ occurredAt: goal.to, recordedAt: at(3, 18), resource: { decidedFigure: 1 } }])
})

t.test('on the way its state changes, and tells so; the forecast is in the progress', async t => {
  const { answered, set, events, progress } = await desk(await workspace())
  const goal = await set({ metric: 'created', direction: 'less', target: 60, to: at(3, 31) })
  clock.now = Date.parse(at(3, 11))
  for (let day = 1; day <= 10; day++) await answered(at(3, day, '09:00:00.000'), 5)
  await runDue(services)
  const stands = await progress(goal.id, '?interval=day')
  t.match(stands, { figure: 10, pace: 30, state: 'ahead', forecast: { value: 30, method: 'pace', confidence: 0.95, low: 14.8182, high: 45.1818 }, noForecast: null })
  t.equal(stands.buckets.length, 11)
  t.same((await progress(goal.id)).forecast, stands.forecast, 'however its buckets are cut')
  t.match((await events('goal.stateChanged')), [{ changes: { state: { from: 'noData', to: 'ahead' } }, occurredAt: at(3, 11), resource: { state: 'ahead' } }])
  clock.now += 10 * 60_000
  await runDue(services)
  t.equal((await events('goal.stateChanged')).length, 1)
})

t.test('a worker that dies before its commit leaves the goal to the next; one that fails keeps no other waiting', async t => {
  const { w, set, events } = await desk(await workspace())
  const [broken, fine] = [await set({ metric: 'reopens', target: 0 }), await set({ metric: 'reopens', target: 0 })]
  const { read } = services.database
  await rows(read, 'update goals set metric = \'gone\' where id = $1', [broken.id])
  clock.now = Date.parse(march.to)
  const { begin } = services.database
  services.database.begin = async () => {
    const transaction = await begin()
    return { ...transaction, commit: async () => { await transaction.rollback(null); throw new Error('killed') } }
  }
  await lookAtGoals(services, clock.now)
  services.database.begin = begin
  t.match(await events('goal.reached'), [])
  clock.now += 600_000
  await runDue(services)
  t.match((await events('goal.reached')).map(({ subject, occurredAt }: any) => [subject.id, occurredAt]), [[fine.id, march.to]])
  await rows(read, 'update goals set metric = \'reopens\' where id = $1', [broken.id])
  clock.now += dayMs
  await runDue(services)
  t.same((await events('goal.reached')).map(({ subject }: any) => subject.id), [fine.id, broken.id])
  t.equal((await w.get(`/v1/goals/${broken.id}`)).body.decidedAt, march.to)
})
