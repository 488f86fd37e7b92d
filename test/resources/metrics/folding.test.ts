import { drizzle } from 'drizzle-orm/node-postgres'
import fc from 'fast-check'
import t from 'tap'
import type { Services } from '../../../src/context.js'
import { rows, type Db } from '../../../src/db/connection.js'
import { isPromised } from '../../../src/metrics/families.js'
import { foldMetrics, foldWorkspace } from '../../../src/resources/metrics/folding.service.js'
import { applyPromises } from '../../../src/resources/clocks/applying.service.js'
import { noticeClocks } from '../../../src/resources/clocks/noticing.service.js'
import { listMetricConversations } from '../../../src/resources/metrics/behind.service.js'
import { revisePromises } from '../../../src/resources/promises.js'
import { monday, timeline } from '../../clock/arbitrary.js'
import { startApp } from '../../support/app.js'
import { ownDatabase } from '../../support/database.js'
import { Died, mortal } from '../../support/mortal.js'
import { Histories } from './histories.js'
import { Promising } from './promising.js'
import { at, publication, step, story } from './steps.js'

t.setTimeout(300_000)
// Long lives, many steps.
fc.configureGlobal({ baseSize: 'medium' })
const { services, workspace, clock } = await startApp(t, {}, { url: await ownDatabase(t) })
const day = 86_400_000
clock.now = monday + 6 * day

/** The answer, and the conversations behind its last total, are what the facts alone say. Gives how many samples of promises it has. */
async function ask (histories: Histories, input: object): Promise<number> {
  const { given, expected, computed } = await histories.answers(input)
  if (JSON.stringify(given) !== JSON.stringify(expected)) throw new Error(`${JSON.stringify(given)}\nis not\n${JSON.stringify(expected)}`)
  const cursor = given.totals.at(-1)!.figure.cursor
  const behind = (await listMetricConversations(histories.ctx, { cursor, limit: 100, count: false })).data.map(({ conversationId }) => conversationId)
  const { samples, totals } = computed.table
  const wanted = new Set([...totals.at(-1)!.at(null)].map(position => computed.ids[-1 - samples.at(-1)!.conversation[position]!]!))
  if (behind.join() !== [...wanted].toSorted().join()) throw new Error(`${behind.join()} are not the conversations behind, which are ${[...wanted].join()}`)
  return computed.checked.metrics.reduce((sum, { measure: { family } }, index) => sum + (isPromised(family) ? given.totals[index]!.figure.samples : 0), 0)
}

/** What is asked of every workspace in the end. */
const last = [
  { metrics: ['attainment', 'conversationAttainment'], from: at(monday - day), to: at(monday + 9 * day), interval: 'week', groupBy: ['standard', 'attribute:plan'] },
  { metrics: ['breachOverrun'], from: at(monday), to: at(monday + 7 * day), interval: 'day', bucketBy: 'start', groupBy: ['agent'] },
  { metrics: ['atRisk', 'overdueNow', 'workload'], groupBy: ['status'] }
]

t.test('random histories, folded at random moments by two workers, give the very answers that their facts give', async t => {
  let [asked, kept, published, due] = [0, 0, 0, 0]
  await fc.assert(fc.asyncProperty(
    fc.array(story, { minLength: 1, maxLength: 6 }), publication, fc.array(step, { minLength: 4, maxLength: 24 }),
    async (all, first, steps) => {
      const histories = await Histories.in(services, await workspace())
      const { w } = histories
      const promising = await Promising.in(w)
      for (const [index, facts] of all.entries()) await histories.write(histories.begin(facts), index % 2 * 9)
      await promising.publish(first)
      const one = (which: number) => histories.stories[which % all.length]!
      const foldTwice = async (limit: number, most = 3) => {
        const [first, second] = await Promise.all([limit, limit + 1].map(limit => foldWorkspace(services, w.workspaceId, limit, undefined, { aPart: most })))
        kept += first! + second!
      }
      const doIt = async (next: typeof steps[number]) => {
        if (next.do === 'write') await histories.write(one(next.which), next.count)
        else if (next.do === 'weigh') await histories.weigh(one(next.which), next.complexity)
        else if (next.do === 'fold') await Promise.all([foldTwice(next.limit, next.most), histories.write(one(next.which), 1)])
        else if (next.do === 'notice') await Promise.all([noticeClocks(services, clock.now), applyPromises(services, next.sizes), foldTwice(3)])
        else if (next.do === 'publish') await Promise.all([promising.publish(next.publication), foldTwice(3), noticeClocks(services, clock.now)])
        else if (next.do === 'archive') await Promise.all([promising.archive(next.standard, next.occurredAt), foldTwice(3)])
        else if (next.do === 'hours') await Promise.all([promising.open(next.weekly, next.effectiveFrom), foldTwice(2)])
        else {
          due += await ask(histories, next.input)
          asked++
        }
      }
      for (const next of steps) {
        clock.now += 1000
        await doIt(next)
      }
      for (let done = 1; done > 0;) done = await noticeClocks(services, clock.now) + await applyPromises(services)
      await foldTwice(3)
      for (const input of last) due += await ask(histories, input)
      published += promising.published
      await rows(services.database.read, 'delete from clock_askings where workspace_id = $1', [w.workspaceId])
      await rows(services.database.read, 'update conversations set clocks_asked = false, clocks_check_at = null where workspace_id = $1', [w.workspaceId])
    }), { numRuns: Number(process.env.FOLDING_RUNS ?? 80), seed: Number(process.env.FOLDING_SEED ?? 20261122) })
  t.ok(asked > 100, `${asked} answers`)
  t.ok(kept > 100, `${kept} conversations were folded`)
  t.ok(due > 500, `${due} clocks, or conversations with some`)
  t.ok(published > 50, `${published} changes of promises`)
})

/** A workspace in which something happened, and what is asked of it. */
async function told () {
  const histories = await Histories.in(services, await workspace())
  const long = fc.sample(timeline({ minutes: 3 * 1440, facts: 40 }), { numRuns: 50, seed: 7 }).filter(facts => facts.length > 20)
  for (const facts of long.slice(0, 5)) await histories.write(histories.begin(facts), 9)
  const input = { metrics: ['created', 'messagesIn', 'replyTime', 'fullResolutionTime', 'backlog', 'ownedTime'], from: at(monday), to: at(monday + 4 * day), interval: 'day', groupBy: ['status'] }
  const isRight = async () => {
    const { given, expected } = await histories.answers(input)
    return JSON.stringify(given) === JSON.stringify(expected)
  }
  return { histories, workspaceId: histories.w.workspaceId, isRight }
}
const unkept = async (workspaceId: string) =>
  (await rows<{ count: number }>(services.database.read, 'select count(*)::int as count from conversations where workspace_id = $1 and not metrics_kept', [workspaceId]))[0]!.count

t.test('what changed is folded when it has rested for a minute, or when it is much', async t => {
  while (await foldMetrics(services, clock.now + day) > 0);
  const { histories, workspaceId, isRight } = await told()
  t.equal(await foldMetrics(services, clock.now + 59_999), 0)
  t.equal(await unkept(workspaceId), 6)
  t.equal(await foldMetrics(services, clock.now + 60_000), 6)
  t.equal(await unkept(workspaceId), 0)
  await histories.write(histories.stories[0]!, 1)
  t.equal(await unkept(workspaceId), 1, 'a write takes it out again')
  t.ok(await isRight())
  await rows(services.database.read, 'update conversations set metrics_kept = false where workspace_id = $1', [workspaceId])
  t.equal(await foldMetrics(services, clock.now, 7), 0)
  t.equal(await foldMetrics(services, clock.now, 6), 6)
  t.ok(await isRight())
})

t.test('a process that dies at any step of a fold leaves every figure right, and the next one goes on', async t => {
  const { histories, workspaceId, isRight } = await told()
  let deaths = 0
  for (let step = 0, alive = false; !alive; step++) {
    for (const when of ['before', 'after'] as const) {
      await histories.write(histories.stories[step % 5]!, 1)
      const others = await rows<{ id: string }>(services.database.read, 'update conversations set metrics_kept = false where workspace_id = $1 returning id', [workspaceId])
      alive = await foldWorkspace(mortal(services, { step, when }), workspaceId, 10).then(() => true, error => {
        if (error instanceof Died || (error as Error).cause instanceof Died) return false
        throw error
      })
      if (!alive) deaths++
      t.ok(others.length === 6 && await isRight(), `${when} step ${step}`)
      await foldWorkspace(services, workspaceId, 10)
      t.ok(await unkept(workspaceId) === 0 && await isRight())
    }
  }
  t.ok(deaths > 10, `${deaths} deaths`)
})

t.test('who is being written is passed over, and waits for nobody', async t => {
  const { histories, workspaceId, isRight } = await told()
  const transaction = await services.database.begin()
  await rows(transaction.db, 'select 1 from conversations where workspace_id = $1 and id = $2 for no key update', [workspaceId, histories.stories[0]!.id])
  t.equal(await foldWorkspace(services, workspaceId, 10), 5)
  t.equal(await unkept(workspaceId), 1)
  t.ok(await isRight())
  await transaction.rollback(null)
  t.equal(await foldWorkspace(services, workspaceId, 10), 1)
  t.ok(await isRight())
})

/** Does something right before the first statement of a kind is sent. */
const interrupted = (text: RegExp, what: () => Promise<unknown>): Services => {
  let todo: (() => Promise<unknown>) | null = what
  const query = (db: Db) => async (config: any, given?: unknown[]) => {
    if (todo && text.test(config.text)) {
      const now = todo
      todo = null
      await now()
    }
    return db.$client.query(config, given)
  }
  return {
    ...services,
    database: {
      ...services.database,
      begin: async () => {
        const transaction = await services.database.begin()
        return { ...transaction, db: drizzle({ client: { query: query(transaction.db) } as never }) as unknown as Db }
      }
    }
  }
}

t.test('what was computed under promises that have changed since is not kept', async t => {
  const { histories, workspaceId } = await told()
  const promising = await Promising.in(histories.w)
  const publish = (hours: number) => promising.publish({
    standard: 1, apply: 'reapply', occurredAt: undefined, targets: [{ kind: 'firstReply', seconds: { normal: hours * 3600 } }, { kind: 'totalResolution', seconds: { normal: hours * 1800 } }]
  })
  const isRight = async () => {
    for (const input of last) await ask(histories, input)
    return true
  }
  const applyAll = async () => { for (let done = 1; done > 0;) done = await noticeClocks(services, clock.now) + await applyPromises(services) }
  await publish(100)
  t.ok(await isRight(), 'while it is being applied')
  for (const text of [/from metric_conversations/, /into metric_conversations/, /for share/]) {
    await applyAll()
    await rows(services.database.read, 'update conversations set metrics_kept = false where workspace_id = $1', [workspaceId])
    clock.now += 1000
    const wasPublished = promising.published
    const done = await foldWorkspace(interrupted(text, async () => {
      await publish(promising.published)
      await applyAll()
    }), workspaceId, 10)
    t.same([done, promising.published], [0, wasPublished + 1], `before ${text}`)
    t.ok(await isRight())
    t.equal(await foldWorkspace(services, workspaceId, 10), 6)
    t.ok(await isRight())
  }
  await rows(services.database.read, 'update conversations set metrics_kept = false where workspace_id = $1', [workspaceId])
  const transaction = await services.database.begin()
  await revisePromises(transaction.db, workspaceId)
  t.equal(await foldWorkspace(services, workspaceId, 10), 0, 'nobody is waited for')
  await transaction.rollback(null)
  t.equal(await foldWorkspace(services, workspaceId, 10), 6)
})

t.test('where a fold changed nothing of a block, it stays as it is', async t => {
  const { histories, workspaceId } = await told()
  await foldWorkspace(services, workspaceId, 10)
  const foldsOf = async () => rows<{ family: string, day: number, fold: number }>(services.database.read,
    'select family, open, day, fold from metric_blocks where workspace_id = $1 and name = \'end\' order by 1, 2, 3', [workspaceId])
  const before = await foldsOf()
  await rows(services.database.read, 'update conversations set metrics_kept = false where workspace_id = $1', [workspaceId])
  await foldWorkspace(services, workspaceId, 10)
  t.same(await foldsOf(), before)
  await histories.write(histories.stories[0]!, 1)
  await foldWorkspace(services, workspaceId, 10)
  t.notSame(await foldsOf(), before)
  t.ok((await foldsOf()).some(({ fold }) => fold === 1), 'others stay')
})
