import { isDeepStrictEqual } from 'node:util'
import type { Services } from '../src/context.js'
import { rows as rowsOf } from '../src/db/connection.js'
import { foldWorkspace } from '../src/resources/metrics/folding.service.js'
import { queryMetrics } from '../src/resources/metrics/metric.service.js'
import { QueryMetrics, type MetricAnswer } from '../src/resources/metrics/metric.shapes.js'
import { contextIn, type Statement } from './capture.js'
import { compared, warm, type Measured, type Setting } from './measure.js'
import { check, load, type Call } from './load.js'
import { rawOf } from './raw.js'

/** Folds what changed of both workspaces, by the product's own fold, so that a worker has nothing to do while others are measured. */
export async function foldAll (services: Services, say: (line: string) => void): Promise<void> {
  const start = performance.now()
  let [folded, told] = [0, 0]
  await Promise.all([1, 2].map(async w => {
    const { workspaceId } = contextIn(services, w).caller!
    for (let done = 1; done > 0; folded += done) {
      done = await foldWorkspace(services, workspaceId, 1000)
      if (folded >= told + 50_000) say(`folded ${told = folded} conversations`)
    }
  }))
  if (folded < 10_000) return
  for (const table of ['conversations', 'metric_conversations', 'metric_blocks']) await rowsOf(services.database.read, `vacuum analyze ${table}`)
  say(`folded ${folded} conversations in ${Math.round((performance.now() - start) / 1000)} s`)
}

const seconds = (from: string, to: string): string => `extract(epoch from ${to} - ${from})`
const statistics = 'count(*)::int as count, floor(sum(s))::float8 as sum, floor(avg(s))::float8 as avg, floor(min(s))::float8 as min, floor(max(s))::float8 as max, ' +
  'percentile_disc(array[0.5, 0.75, 0.9, 0.95, 0.99]) within group (order by s) as percentiles'
const cell = "channel_id, to_char(at, 'YYYY-MM-DD') as day"

/**
 * The same figures by SQL, over the rows as they are: of conversations where a column says it, of messages where only they do
 * (the row's first message may be an automatic one). It is spared the mean of two at percentiles that fall between samples.
 */
const raw: Record<string, string> = {
  firstReplyTime: `select ${cell}, ${statistics} from (
      select c.channel_id, c.first_reply_at as at, ${seconds('asked.at', 'c.first_reply_at')} as s from conversations c
      cross join lateral (select min(m.occurred_at) as at from messages m where m.workspace_id = c.workspace_id and m.conversation_id = c.id
        and m.kind = 'inbound' and m.auto_generated is null and not m.spam and m.counts_for_service) asked
      where c.workspace_id = $1 and c.disposition = 'active' and c.first_reply_at >= $2 and c.first_reply_at < $3 and asked.at <= c.first_reply_at) replies group by 1, 2`,
  fullResolutionTime: `select ${cell}, ${statistics} from (
      select channel_id, resolved_at as at, ${seconds('created_at', 'resolved_at')} as s from conversations
      where workspace_id = $1 and disposition = 'active' and resolved_at >= $2 and resolved_at < $3) resolutions group by 1, 2`,
  messagesIn: `select ${cell}, count(*)::int as count from (
      select m.channel_id, m.occurred_at as at from messages m join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
      where m.workspace_id = $1 and m.kind = 'inbound' and m.auto_generated is null and not m.spam and m.occurred_at >= $2 and m.occurred_at < $3
        and c.disposition in ('active', 'merged')) received group by 1, 2`
}
interface Counted { count: number, sum?: number, avg?: number, min?: number, max?: number, percentiles?: number[] }
interface Row extends Counted { channel_id: string, day: string }
const points = [50, 75, 90, 95, 99]

/** What both must say of a cell; percentiles where no mean of two is taken. */
function shown ({ count, sum, avg, min, max, percentiles }: Counted): object {
  if (!percentiles) return { count }
  return { count, sum, avg, min, max, percentiles: percentiles.filter((_, at) => count * points[at]! % 100 !== 0).map(Math.floor) }
}

function checkEqual (name: string, found: readonly Row[], { data }: MetricAnswer): void {
  const byKey = new Map(found.map(row => [`${row.channel_id} ${row.day}`, shown(row)]))
  let filled = 0
  for (const { metric, group, from, figure } of data) {
    if (metric !== name || figure.samples === 0) continue
    filled++
    const s = figure.statistics
    const ours = shown(s ? { count: s.count, sum: s.sum!, avg: s.avg!, min: s.min!, max: s.max!, percentiles: [s.p50!, s.p75!, s.p90!, s.p95!, s.p99!] } : { count: figure.samples })
    const theirs = byKey.get(`${group[0]!.value} ${from!.slice(0, 10)}`)
    if (!isDeepStrictEqual(ours, theirs)) throw new Error(`${name} on ${from}: ${JSON.stringify(ours)} is not what SQL says: ${JSON.stringify(theirs)}`)
  }
  if (filled !== byKey.size) throw new Error(`${name}: ${filled} cells with samples, and ${byKey.size} by SQL`)
}

/** Thirty whole days by day and channel, with percentiles, against SQL over the rows that says the same. */
export async function measureMetric ({ url, rows, scale, services, product, timing }: Setting): Promise<Measured> {
  const ctx = contextIn(services, 1)
  const { workspaceId } = ctx.caller!
  const [last] = await rowsOf<{ to: string }>(services.database.read,
    "select to_char(date_trunc('day', max(created_at)), 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') as to from conversations where workspace_id = $1", [workspaceId])
  const { to } = last!
  const from = new Date(Date.parse(to) - 30 * 86_400_000).toISOString()
  const query = { metrics: Object.keys(raw), from, to, interval: 'day', groupBy: ['channel'] }
  const answer = await queryMetrics(ctx, QueryMetrics.parse(query))
  for (const [name, text] of Object.entries(raw)) checkEqual(name, await rowsOf<Row>(services.database.read, text, [workspaceId, from, to]), answer)

  const statements = Object.values(raw).map((text): Statement => ({ text, values: [workspaceId, from, to] }))
  const base = await rawOf(url, statements, { from: 1, step: 1, count: rows, contacts: scale.contacts }, { parallel: true })
  const calls: Call[] = [{ method: 'POST', path: '/v1/metrics/query', body: JSON.stringify(query) }]
  await check(product, calls[0]!)
  await warm([product], calls)
  const pairs = []
  for (let round = 0; round < timing.rounds; round++) {
    pairs.push({ base: await base.run(3 * timing.seconds), product: (await load(product, calls, timing.seconds)).perSecond })
  }
  return compared('metric: 30 days by day and channel with percentiles', pairs, 20, 100, `raw (${base.by})`)
}
