import t from 'tap'
import { v7 } from 'uuid'
import { rows } from '../../src/db/connection.js'
import { runToTheEnd, Worker, type Job } from '../../src/events/worker.js'
import { rememberedMs } from '../../src/http/idempotency.store.js'
import { runDue } from '../../src/jobs.js'
import { makeServices } from '../../src/services.js'
import { startApp } from '../support/app.js'
import { ownDatabase } from '../support/database.js'
import { commitEvents } from '../support/events.js'
import { manualTimers } from '../support/timers.js'

const url = await ownDatabase(t)
const timers = manualTimers()
const { services, workspace, clock } = await startApp(t, {}, { url, timers })

/** A job that is called when it may run, and answers when the test lets it. */
function gate (answers: Array<number | Error>): Job & { called: () => Promise<number>, calls: number } {
  const waiting: Array<(now: number) => void> = []
  const arrived: number[] = []
  const job = {
    name: 'gate',
    calls: 0,
    async run (_services: unknown, now: number) {
      job.calls++
      const resolve = waiting.shift()
      if (resolve) resolve(now)
      else arrived.push(now)
      const answer = answers.shift() ?? 0
      if (answer instanceof Error) throw answer
      return answer
    },
    called: async () => arrived.length ? arrived.shift()! : new Promise<number>(resolve => { waiting.push(resolve) })
  }
  return job
}

t.test('a job runs at once, until nothing is left, and again when it is woken or polled', async t => {
  const job = gate([3, 1, 0])
  const worker = new Worker(services, [job])
  for (let call = 0; call < 3; call++) t.equal(await job.called(), clock.now)
  t.equal(job.calls, 3)
  const w = await workspace()
  await commitEvents(services, w.workspaceId, 1)
  await job.called()
  clock.advance(60_000)
  timers.tick(1_000)
  while (await job.called() !== clock.now);
  await worker.stop()
  const { calls } = job
  timers.tick(1_000)
  services.committed(w.workspaceId)
  t.equal(job.calls, calls, 'a worker that was stopped does nothing')
})

t.test('a job that fails is tried again after a while, and holds no other up', async t => {
  const retries: Array<{ ms: number, run: () => void }> = []
  const own = { ...services, timers: { ...timers, after: (ms: number, run: () => void) => { retries.push({ ms, run }); return () => {} } } }
  const [failing, fine] = [gate([new Error('first'), new Error('second'), 0]), gate([0, 0, 0, 0])]
  const worker = new Worker(own, [failing, fine])
  await Promise.all([failing.called(), fine.called()])
  while (retries.length < 1) await rows(services.database.read, 'select 1')
  timers.tick(1_000)
  await fine.called()
  t.equal(failing.calls, 1, 'the poll does not disturb its rest')
  retries[0]!.run()
  await failing.called()
  while (retries.length < 2) await rows(services.database.read, 'select 1')
  t.ok(retries[0]!.ms >= 750 && retries[0]!.ms <= 1250, `${retries[0]!.ms} ms`)
  t.ok(retries[1]!.ms >= 1500 && retries[1]!.ms <= 2500, `${retries[1]!.ms} ms`)
  retries[1]!.run()
  await failing.called()
  await worker.stop()
})

t.test('stopping waits for what is being done', async t => {
  let finish = (): void => {}
  let begin = (): void => {}
  const begun = new Promise<void>(resolve => { begin = resolve })
  const worker = new Worker(services, [{ name: 'long', run: () => new Promise(resolve => { finish = () => resolve(1); begin() }) }])
  await begun
  let stopped = false
  const stopping = worker.stop().finally(() => { stopped = true })
  await rows(services.database.read, 'select 1')
  t.equal(stopped, false)
  finish()
  await stopping
  t.equal(stopped, true)
})

t.test('two workers at once never do one thing twice', async t => {
  await rows(services.database.read, 'create table errands (id int primary key, done_by text[] not null default \'{}\')')
  await rows(services.database.read, 'insert into errands select generate_series(1, 500)')
  const errand = (worker: string): Job => ({
    name: worker,
    async run (services) {
      const { db, commit } = await services.database.begin()
      const claimed = await rows<{ id: number }>(db, 'select id from errands where done_by = \'{}\' order by id limit 7 for update skip locked')
      await rows(db, 'update errands set done_by = done_by || $1::text where id = any($2::int[])', [worker, claimed.map(({ id }) => id)])
      await commit(() => [])
      return claimed.length
    }
  })
  const other = makeServices(services.config, url, services.now, { timers: manualTimers() })
  const done = await Promise.all([runToTheEnd(services, [errand('a')]), runToTheEnd(other, [errand('b')])])
  await other.close()
  t.equal(done[0].a! + done[1].b!, 500)
  t.ok(done[0].a! > 0 && done[1].b! > 0, 'both did some')
  t.same(await rows(services.database.read, 'select count(*)::int as count from errands where cardinality(done_by) = 1'), [{ count: 500 }])
})

t.test('Idempotency-Keys are forgotten after a day, not before', async t => {
  const w = await workspace()
  await w.post('/v1/tags', { name: 'a' }, { 'idempotency-key': 'k' })
  const many = v7()
  await rows(services.database.read, `insert into idempotency_keys (workspace_id, key, request_hash, created_at)
    select $1, n::text, '', now() - interval '25 hours' from generate_series(1, 2500) n`, [many])
  const left = async () => (await rows<{ count: number }>(services.database.read,
    'select count(*)::int as count from idempotency_keys where workspace_id in ($1, $2)', [w.workspaceId, many]))[0]!.count
  clock.now = Date.now()
  t.match(await runDue(services), { forgetIdempotencyKeys: 2500 })
  t.equal(await left(), 1)
  clock.advance(rememberedMs + 60_000)
  t.match(await runDue(services), { forgetIdempotencyKeys: 1 })
  t.equal(await left(), 0)
})
