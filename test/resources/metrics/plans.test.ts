import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import t from 'tap'
import { contextIn } from '../../../bench/capture.js'
import { block, people, scaleOf, vocabulary } from '../../../bench/fill/statements.js'
import type { Services } from '../../../src/context.js'
import { rows, type Db } from '../../../src/db/connection.js'
import { catalogue } from '../../../src/metrics/catalogue.js'
import { isPromised } from '../../../src/metrics/families.js'
import { createAttribute } from '../../../src/resources/attributes/attribute.service.js'
import { CreateAttribute } from '../../../src/resources/attributes/attribute.shapes.js'
import { applyPromises } from '../../../src/resources/clocks/applying.service.js'
import { noticeClocks } from '../../../src/resources/clocks/noticing.service.js'
import { makeSecret } from '../../../src/resources/keys/key.secret.js'
import { listMetricConversations } from '../../../src/resources/metrics/behind.service.js'
import { foldWorkspace } from '../../../src/resources/metrics/folding.service.js'
import { queryMetrics } from '../../../src/resources/metrics/metric.service.js'
import { QueryMetrics } from '../../../src/resources/metrics/metric.shapes.js'
import { publishStandard } from '../../../src/resources/standards/publishing.service.js'
import { createStandard } from '../../../src/resources/standards/standard.service.js'
import { CreateStandard } from '../../../src/resources/standards/standard.shapes.js'
import { startApp } from '../../support/app.js'
import { ownDatabase } from '../../support/database.js'

t.setTimeout(300_000)
const url = await ownDatabase(t)
const { services, clock } = await startApp(t, {}, { url })
const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' })
await client.connect()
t.teardown(() => client.end())

/** Two workspaces of as many conversations each, the last hundred of which have changed since the fold. */
const scale = scaleOf(2000, '2026-03-01T00:00:00.000Z')
for (const statement of vocabulary) await client.query(statement)
for (const w of [1, 2]) {
  for (const statement of people(scale, w, { ...makeSecret(), scopes: [] })) await client.query(statement)
  for (const statement of block(scale, w, 1, 2000)) await client.query(statement)
}
await client.query('vacuum analyze')
// Nobody shall find out meanwhile that it is small: then it would be read from end to end, and rightly so.
await client.query('alter table metric_conversations set (autovacuum_enabled = off)')
const own = contextIn(services, 1)
const { workspaceId } = own.caller!
const seconds = { low: 7200, normal: 7200, high: 3600, urgent: 3600 }
await createAttribute(own, CreateAttribute.parse({ on: 'conversation', key: 'plan', name: 'Plan', type: 'text' }))
const { id } = await createStandard(own, CreateStandard.parse({
  name: 'Care', default: true, targets: ['firstReply', 'nextReply', 'periodicUpdate', 'firstResolution'].map(kind => ({ kind, seconds, warnAt: { share: 0.5 } }))
}))
await publishStandard(own, id, { apply: 'keep', occurredAt: '2020-01-01T00:00:00.000Z' })
for (let done = 1; done > 0;) done = await noticeClocks(services, clock.now) + await applyPromises(services)
let folded = 0
for (let done = 1; done > 0 && folded < 1900; folded += done) done = await foldWorkspace(services, workspaceId, 100)
for (const table of ['metric_blocks', 'clocks', 'conversations']) await client.query(`vacuum analyze ${table}`)
await client.query('update conversations set clocks_asked = true where id in (select id from conversations where workspace_id = $1 and metrics_kept limit 50)', [workspaceId])

interface Node { 'Node Type': string, 'Relation Name'?: string, Plans?: Node[] }
const sequential = new Set<string>()
let statements = 0
function look (node: Node): void {
  if (node['Node Type'].includes('Seq Scan')) sequential.add(node['Relation Name']!)
  for (const inner of node.Plans ?? []) look(inner)
}

/** Each statement is explained where it is about to run. */
const explained = (db: Db): Db => drizzle({
  client: {
    query: async (config: any, given?: unknown[]) => {
      if (/^\s*(select|with)\b/.test(config.text)) {
        const [plan] = await rows<{ 'QUERY PLAN': [{ Plan: Node }] }>(db, `explain (format json) ${config.text}`, given ?? config.values)
        look(plan!['QUERY PLAN'][0].Plan)
        statements++
      }
      return db.$client.query(config, given)
    }
  } as never
}) as unknown as Db
const watched: Services = {
  ...services,
  database: {
    ...services.database, read: explained(services.database.read),
    begin: async () => {
      const transaction = await services.database.begin()
      return { ...transaction, db: explained(transaction.db) }
    }
  }
}

const grows = ['messages', 'conversation_facts', 'events', 'conversations', 'metric_blocks', 'metric_conversations', 'clocks']

t.test('no metric reads from end to end what grows', async t => {
  t.equal(folded, 1900)
  clock.now = Date.parse('2026-03-02T00:00:00.000Z')
  const ctx = contextIn(watched, 1)
  for (const { name, live, dimensions } of catalogue) {
    for (const bucketBy of ['end', 'start'] as const) {
      sequential.clear()
      const window = { from: '2026-01-15T00:00:00.000Z', to: '2026-02-14T00:00:00.000Z', interval: 'day', previousPeriod: true, bucketBy }
      const { totals } = await queryMetrics(ctx, QueryMetrics.parse({ metrics: [name], ...!live && window, groupBy: ['channel', 'attribute:plan', ...dimensions.includes('standard') ? ['standard'] : []] }))
      await listMetricConversations(ctx, { cursor: totals[0]!.figure.cursor, limit: 25, count: false })
      t.same([...sequential].filter(table => grows.includes(table)), [], `${name} by ${bucketBy}`)
    }
  }
  t.ok(statements > 300, `${statements} statements were explained`)
})

t.test('nor does a fold', async t => {
  const folds = async () => (await client.query('select distinct fold from metric_blocks where workspace_id = $1', [workspaceId])).rowCount!
  const before = { statements, folds: await folds() }
  await client.query(`update conversations set complexity = 3, metrics_kept = false
    where id in (select id from conversations where workspace_id = $1 and metrics_kept and status <> 'resolved' limit 50)`, [workspaceId])
  sequential.clear()
  t.equal(await foldWorkspace(watched, workspaceId, 50), 50)
  t.same([...sequential].filter(table => grows.includes(table)), [])
  t.ok(statements > before.statements + 5, `${statements - before.statements} statements were explained`)
  t.equal(await folds(), before.folds + 1, 'and blocks were written')
})

t.test('nor while what was published is being applied', async t => {
  await client.query('insert into clock_askings (workspace_id, since) values ($1, now())', [workspaceId])
  for (const { name, live } of catalogue.filter(({ measure }) => isPromised(measure.family))) {
    sequential.clear()
    const before = statements
    await queryMetrics(contextIn(watched, 1), QueryMetrics.parse({ metrics: [name], ...!live && { from: '2026-02-25T00:00:00.000Z', to: '2026-02-28T00:00:00.000Z' }, groupBy: ['standard'] }))
    t.same([...sequential].filter(table => grows.includes(table)), [], name)
    t.ok(statements > before)
  }
})

t.test('more conversations than can be looked at are refused, and why', async t => {
  const columns = 'workspace_id, channel_id, channel_kind, contact_id, priority, status, status_since, created_at, last_activity_at, updated_at, recorded_at, tag_ids, attributes, fold'
  await client.query(`insert into conversations (id, ${columns}) select gen_random_uuid(), ${columns} from
    (select * from conversations where workspace_id = $1 and status = 'open' limit 1) c, generate_series(1, 50001)`, [workspaceId])
  const ask = (name: string) => queryMetrics(own, QueryMetrics.parse({ metrics: [name], from: '2026-02-25T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' }))
  await t.rejects(ask('attainment'), { code: 'tooComplex', message: /published last is still being applied, and concerns more than 50000 conversations.*Ask again later/ })
  await client.query('delete from clock_askings')
  await t.rejects(ask('attainment'), { code: 'tooComplex', message: /More than 50000 conversations in this window have changed recently/ })
  await client.query('update conversations set metrics_kept = true')
  t.match(await ask('attainment'), { totals: [{ metric: 'attainment' }] })
})
