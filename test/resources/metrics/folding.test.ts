import fc from 'fast-check'
import t from 'tap'
import type { Fact } from '../../../src/clock/facts.js'
import { rows } from '../../../src/db/connection.js'
import { catalogue } from '../../../src/metrics/catalogue.js'
import { plainDimensions } from '../../../src/metrics/dimensions.js'
import { isPacked } from '../../../src/metrics/families.js'
import { foldMetrics, foldWorkspace } from '../../../src/resources/metrics/folding.service.js'
import { listMetricConversations } from '../../../src/resources/metrics/behind.service.js'
import { monday, timeline } from '../../clock/arbitrary.js'
import { startApp } from '../../support/app.js'
import { ownDatabase } from '../../support/database.js'
import { Died, mortal } from '../../support/mortal.js'
import { Histories } from './histories.js'

t.setTimeout(300_000)
// Long lives, many steps.
fc.configureGlobal({ baseSize: 'medium' })
const { services, workspace, clock } = await startApp(t, {}, { url: await ownDatabase(t) })
const day = 86_400_000
clock.now = monday + 6 * day
const at = (instant: number) => new Date(instant).toISOString()

const lasting = catalogue.filter(({ live, measure }) => !live && isPacked(measure.family)).map(({ name }) => name)
const attributes = ['attribute:plan', 'attribute:uses']
const groups = plainDimensions.filter(name => name !== 'actorKind' && name !== 'agent' && name !== 'standard')
const live = fc.record({ metrics: fc.subarray(['currentWait', 'workload'], { minLength: 1 }), groupBy: fc.subarray(['agent', 'status', 'tag', ...attributes], { maxLength: 2 }) })
const windowed = fc.record({
  metrics: fc.subarray(lasting, { minLength: 1, maxLength: 20 }),
  from: fc.nat(100).map(hours => at(monday + hours * 3_600_000)),
  to: fc.integer({ min: 101, max: 160 }).map(hours => at(monday + hours * 3_600_000 + 1234)),
  interval: fc.constantFrom('hour', 'day', 'week', 'none'),
  timeZone: fc.constantFrom('Europe/Berlin', 'Asia/Kolkata'),
  basis: fc.constantFrom('calendar', 'calendar', 'business'),
  bucketBy: fc.constantFrom('end', 'start'),
  withinDays: fc.constantFrom(1, 7),
  now: fc.option(fc.nat(140).map(hours => at(monday + hours * 3_600_000 + 60_000)), { nil: undefined }),
  groupBy: fc.subarray([...groups, ...attributes], { maxLength: 3 }),
  filter: fc.constantFrom(undefined, { status: { in: ['resolved', 'open'] } }, { not: { tag: { isNull: true } } }, { or: [{ team: { isNull: true } }, { priority: { eq: 'high' } }] },
    { not: { attributes: [{ key: 'plan', eq: 'free' }] } }),
  top: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
  previousPeriod: fc.boolean()
})
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), which: fc.nat(5), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('weigh' as const), which: fc.nat(5), complexity: fc.constantFrom(0, 0.5, 3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fold' as const), limit: fc.integer({ min: 1, max: 4 }), which: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), input: fc.oneof({ weight: 6, arbitrary: windowed }, { weight: 1, arbitrary: live }) }) }
)

/** What is told of attributes in between. */
const labels = fc.array(fc.record({
  place: fc.nat(20), minute: fc.nat(5 * 1440), attributes: fc.constantFrom<Record<string, unknown>>({ plan: 'free' }, { plan: 'team', seats: 3 }, { plan: null }, { uses: ['a', 'b'] }, { uses: ['b'] })
}), { maxLength: 5 })
const story = fc.tuple(timeline({ minutes: 5 * 1440, facts: 25 }), labels).map(([facts, labels]) => labels.reduce<Fact[]>((all, { place, minute, attributes }, index) => {
  const occurredAt = monday + minute * 60_000
  return all.toSpliced(1 + place, 0, { id: `a${index}`, occurredAt, recordedAt: occurredAt, sequence: 0, actor: { kind: 'system', id: null }, kind: 'attributes', attributes })
}, facts))

t.test('random histories, folded at random moments by two workers, give the very answers that their facts give', async t => {
  let [asked, kept] = [0, 0]
  await fc.assert(fc.asyncProperty(
    fc.array(story, { minLength: 1, maxLength: 6 }), fc.array(step, { minLength: 4, maxLength: 24 }),
    async (all, steps) => {
      const w = await workspace()
      await w.post('/v1/calendars', { name: 'Hours', timeZone: 'UTC', isDefault: true, weekly: { monday: [{ from: '01:15', to: '07:30' }], tuesday: [{ from: '09:00', to: '17:00' }] } })
      await w.post('/v1/attributes', { on: 'conversation', key: 'plan', name: 'Plan', type: 'choice', allowedValues: ['free', 'team'] })
      await w.post('/v1/attributes', { on: 'conversation', key: 'uses', name: 'Uses', type: 'choices', allowedValues: ['a', 'b'] })
      const histories = await Histories.in(services, w)
      for (const facts of all) histories.begin(facts)
      const story = (which: number) => histories.stories[which % all.length]!
      for (const each of steps) {
        clock.now += 1000
        if (each.do === 'write') await histories.write(story(each.which), each.count)
        else if (each.do === 'weigh') await histories.weigh(story(each.which), each.complexity)
        else if (each.do === 'fold') {
          const [one, two] = await Promise.all([
            foldWorkspace(services, w.workspaceId, each.limit), foldWorkspace(services, w.workspaceId, each.limit + 1), histories.write(story(each.which), 1)
          ])
          kept += one + two
        } else {
          const { given, expected, computed } = await histories.answers(each.input)
          if (JSON.stringify(given) !== JSON.stringify(expected)) throw new Error(`${JSON.stringify(given)}\nis not\n${JSON.stringify(expected)}`)
          asked++
          const cursor = given.totals.at(-1)!.figure.cursor
          const behind = (await listMetricConversations(histories.ctx, { cursor, limit: 100, count: false })).data.map(({ conversationId }) => conversationId)
          const { samples, totals } = computed.table
          const wanted = new Set([...totals.at(-1)!.at(null)].map(position => computed.ids[-1 - samples.at(-1)!.conversation[position]!]!))
          if (behind.join() !== [...wanted].toSorted().join()) throw new Error(`${behind.join()} are not the conversations behind, which are ${[...wanted].join()}`)
        }
      }
    }), { numRuns: Number(process.env.FOLDING_RUNS ?? 60), seed: 20261122 })
  t.ok(asked > 100, `${asked} answers`)
  t.ok(kept > 100, `${kept} conversations were folded`)
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
