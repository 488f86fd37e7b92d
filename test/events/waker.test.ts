import t from 'tap'
import { v7 } from 'uuid'
import { rows } from '../../src/db/connection.js'
import type { Woken } from '../../src/events/waker.js'
import { makeServices } from '../../src/services.js'
import { startApp } from '../support/app.js'
import { ownDatabase } from '../support/database.js'
import { manualTimers } from '../support/timers.js'

const url = await ownDatabase(t)
const { services: here } = await startApp(t, {}, { url, timers: manualTimers() })

/** Collects what a process hears of the others; `until` resolves when it has heard of all of these workspaces. */
async function ear () {
  const services = makeServices(here.config, url, here.now, { timers: manualTimers() })
  const heard: Woken[] = []
  let check = (): void => {}
  const stop = services.waker.onEvents(woken => { heard.push(woken); check() })
  while (!services.waker.listening) await rows(services.database.read, 'select 1')
  heard.length = 0
  return {
    services, heard, stop,
    until: (ids: string[]) => new Promise<void>(resolve => {
      check = () => { if (ids.every(id => heard.some(woken => woken === null || woken.has(id)))) resolve() }
      check()
    })
  }
}

t.test('a process is told at once of its own commits, and others of the workspaces in which there are events', async t => {
  const [one, two] = [await ear(), await ear()]
  const [a, b] = [v7(), v7()]
  one.services.committed(a)
  t.same(one.heard, [new Set([a])])
  one.services.committed(b)
  await two.until([a, b])
  t.notOk(two.heard.includes(null))
  two.services.committed(b)
  await one.until([b])
  t.same(one.heard.slice(0, 2), [new Set([a]), new Set([b])], 'and not of its own a second time')
  await Promise.all([one.services.close(), two.services.close()])
})

t.test('a burst of commits is a handful of notifications, and none is lost', async t => {
  const one = await ear()
  const ids = Array.from({ length: 500 }, () => v7())
  const sender = makeServices(here.config, url, here.now)
  for (const id of ids) sender.committed(id)
  await one.until(ids)
  t.ok(one.heard.length <= 3, `${one.heard.length} notifications`)
  await Promise.all([one.services.close(), sender.close()])
})

t.test('what was not announced yet is announced when the process stops', async t => {
  const one = await ear()
  const sender = makeServices(here.config, url, here.now, { timers: { after: () => () => {}, every: () => () => {} } })
  const [a, b] = [v7(), v7()]
  sender.committed(a)
  sender.committed(b)
  await one.until([a])
  await sender.close()
  await one.until([b])
  t.equal(one.heard.length, 2)
  sender.committed(a)
  t.equal(sender.database.waiting().total, 0, 'and nothing after that')
  await one.services.close()
})

t.test('nobody listens while nobody wants to know', async t => {
  const listeners = async () => (await rows<{ count: number }>(here.database.read,
    'select count(*)::int as count from pg_stat_activity where datname = current_database() and query = \'listen supportops_events\''))[0]!.count
  t.equal(await listeners(), 0)
  const one = await ear()
  const second = one.services.waker.onEvents(() => {})
  t.equal(await listeners(), 1)
  one.stop()
  t.equal(await listeners(), 1)
  second()
  while (await listeners() > 0);
  t.equal(one.services.waker.listening, false)
  await one.services.close()
})

t.test('a callback that throws keeps nobody else asleep', async t => {
  const services = makeServices(here.config, url, here.now, { timers: manualTimers() })
  let woken = 0
  services.waker.onEvents(() => { throw new Error('no') })
  services.waker.onEvents(() => { woken++ })
  services.committed(v7())
  t.equal(woken, 1)
  await services.close()
})
