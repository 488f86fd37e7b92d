/**
 * A backtest over a year of history: conversations a second, and what it takes of memory. `npx tsx bench/backtest.ts
 * [conversations]` after `node bin/build.js`, with DATABASE_URL naming a server on which databases may be made; what it fills is kept for the next time.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readConfig } from '../src/config.js'
import { systemContext, type Services } from '../src/context.js'
import { rows } from '../src/db/connection.js'
import { createBacktest, deleteBacktest, getBacktest } from '../src/resources/backtests/backtest.service.js'
import { CreateBacktest } from '../src/resources/backtests/backtest.shapes.js'
import type * as running from '../src/resources/backtests/running.service.js'
import { publishStandard } from '../src/resources/standards/publishing.service.js'
import { createStandard } from '../src/resources/standards/standard.service.js'
import { CreateStandard } from '../src/resources/standards/standard.shapes.js'
import { projectRoot } from '../src/root.js'
import { makeServices } from '../src/services.js'
import { filled } from './fill/fill.js'
import { idOf } from './fill/told.js'
import type { Measured } from './measure.js'

export interface BacktestFigures {
  name: string
  conversations: number
  facts: number
  clocksTried: number
  clocksReal: number
  seconds: number
  /** Conversations a second on the wall clock, and for each second of this process's own CPU time. */
  perSecond: number
  perCpuSecond: number
  /** Of this process, in MiB: before, and the most that was seen between stretches. */
  memory: { before: number, most: number }
}

const everyPriority = (seconds: number) => ({ low: seconds, normal: seconds, high: seconds, urgent: seconds })
const target = (kind: string, seconds: number) => ({ kind, seconds: everyPriority(seconds), warnAt: { share: 0.8 } })
const standard = (name: string, hours: number) => CreateStandard.parse({
  name: `${name} ${Date.now()}`, default: true,
  targets: [target('firstReply', hours * 3600), target('nextReply', hours * 3600), target('firstResolution', hours * 36_000), target('assignment', hours * 1800)]
})
/** As it is shipped: its threads run compiled code. */
const compiled = async (): Promise<typeof running> =>
  import(pathToFileURL(join(projectRoot, 'dist/backtest.running.js')).href)
const mib = (): number => Math.round(process.memoryUsage().rss / 2 ** 20)

/** Four targets are tried, beside four that were published before all of it, by priority and month. */
export async function run ({ url = process.env.DATABASE_URL ?? '', conversations = 50_000 } = {}): Promise<BacktestFigures> {
  const { runBacktests } = await compiled()
  const database = await filled(url, conversations, line => console.error(line))
  const services = makeServices(readConfig({ DATABASE_URL: database, LOG_LEVEL: 'error', WORKER: 'false' }), database)
  const ctx = systemContext(services, idOf('workspace', 1, 1), ['standards:read', 'standards:write', 'history:write'], 'bench')
  try {
    const published = await createStandard(ctx, standard('Published', 4))
    await publishStandard(ctx, published.id, { apply: 'keep', occurredAt: '2020-01-01T00:00:00.000Z' })
    const draft = await createStandard(ctx, standard('Tried', 2))
    const [from, to] = [new Date(services.now() - 500 * 86_400_000), new Date(services.now())].map(at => at.toISOString())
    const { id } = await createBacktest(ctx, draft.id, CreateBacktest.parse({ from, to, dimensions: [{ by: 'priority' }, { by: 'month' }] }))
    const memory = { before: mib(), most: mib() }
    const [start, cpu] = [performance.now(), process.cpuUsage()]
    while (await runBacktests(services, services.now()) > 0) memory.most = Math.max(memory.most, mib())
    const [seconds, { user, system }] = [(performance.now() - start) / 1000, process.cpuUsage(cpu)]
    const { result, state } = await getBacktest(ctx, id)
    if (state !== 'done' || !result) throw new Error(`the backtest is ${state}`)
    const clocks = (of: 'tried' | 'real') => result.targets.reduce((sum, each) => sum + each[of].clocks, 0)
    const [counted] = await rows<{ facts: number }>(services.database.read, 'select count(*)::int as facts from conversation_facts where workspace_id = $1', [ctx.caller!.workspaceId])
    await deleteBacktest(ctx, id)
    return {
      name: 'backtest: four targets beside four that were published', conversations: result.conversations, facts: counted!.facts,
      clocksTried: clocks('tried'), clocksReal: clocks('real'), seconds, perSecond: result.conversations / seconds,
      perCpuSecond: result.conversations / ((user + system) / 1e6), memory
    }
  } finally {
    await forget(services, ctx.caller!.workspaceId)
    await services.close()
  }
}

/** Whatever is measured next on this database has promised nothing, as before. */
async function forget ({ database }: Services, workspaceId: string): Promise<void> {
  for (const table of ['backtests', 'clocks', 'standard_versions', 'standards']) await rows(database.read, `delete from ${table} where workspace_id = $1`, [workspaceId])
  await rows(database.read, 'update workspaces set promises_revision = promises_revision + 1 where id = $1', [workspaceId])
  await rows(database.read, 'delete from clock_askings where workspace_id = $1', [workspaceId])
}

/** The same as figures of `npm run bench`. */
export async function figures (url: string, conversations: number): Promise<Measured[]> {
  const { perSecond, memory } = await run({ url, conversations })
  return [
    { name: 'backtest: seconds for a million conversations', ratio: 1e6 / perSecond, spread: null, must: 60, wish: null, atMost: true, product: perSecond },
    { name: 'backtest: memory that it takes, MiB', ratio: memory.most - memory.before, spread: null, must: 200, wish: null, atMost: true }
  ]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(await run(process.argv[2] ? { conversations: Number(process.argv[2]) } : {}))
}
