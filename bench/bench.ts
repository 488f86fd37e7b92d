/**
 * The product against two bases, in one run: `npm run bench -- [--quick] [--full] [--rows N] [--only NAME]`. What each
 * figure means stands in docs/performance.md.
 */
import { parseArgs } from 'node:util'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '../src/config.js'
import { startEmbedded } from '../src/db/embedded/start.js'
import { projectRoot } from '../src/root.js'
import { makeServices } from '../src/services.js'
import { figures as backtest } from './backtest.js'
import { run as businessTime } from './business-time.js'
import { cases, graphqlCases, type Case } from './cases.js'
import { figures as clocksWrite } from './clocks-write.js'
import { filled } from './fill/fill.js'
import { scaleOf } from './fill/statements.js'
import { idOf } from './fill/told.js'
import { foldAll, measureMetric } from './metric.js'
import { measureCase, measurePages, measureScale, type Measured, type Setting } from './measure.js'
import { start } from './processes.js'
import { keep, print } from './report.js'

const { values: options } = parseArgs({ options: {
  quick: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  rows: { type: 'string' },
  only: { type: 'string' }
} })
const rows = Number(options.rows ?? (options.full ? 1_000_000 : 100_000))
if (!(rows >= 2000) || rows % 400) throw new Error('--rows takes a multiple of 400, from 2000 on')
const timing = options.quick ? { rounds: 3, seconds: 1 } : { rounds: 5, seconds: 3 }
const wanted = (name: string): boolean => !options.only || options.only.split(',').some(only => name.includes(only))

async function setting (server: string, rows: number): Promise<Setting> {
  const url = await filled(server, rows, line => console.error(line))
  const config = readConfig({ DATABASE_URL: url, LOG_LEVEL: 'silent', WORKER: 'false', DATABASE_POOL_SIZE: '2' })
  const services = makeServices(config, url)
  await foldAll(services, line => console.error(line))
  return {
    url, rows, scale: scaleOf(rows, ''), timing, services,
    product: await start('dist/main.js', url, { LOG_LEVEL: 'info', RATE_LIMIT_PER_MINUTE: '10000000', MAX_EVENT_LOOP_DELAY_MS: '0', GRAPHQL_MAX_COST: '100000' }),
    bare: await start('bench/bare.js', url, { WORKSPACE: idOf('workspace', 1, 1) }),
    relay: await start('bench/relay.js', url)
  }
}

async function close ({ services, product, bare, relay }: Setting): Promise<void> {
  await Promise.all([product.stop(), bare.stop(), relay.stop(), services.close()])
}

async function measureAll (large: Setting, all: Case[]): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const each of all) {
    console.error(`… ${each.name}`)
    measured.push(...await measureCase(each, large))
  }
  return measured
}

/** What was written is folded a minute later, which would take from whatever is measured then; and it is the latest of all, which lists would walk past. */
async function measureServers (): Promise<void> {
  const large = await setting(server, rows)
  const small = wanted('ten times') ? await setting(server, rows / 10) : null
  try {
    for (const writing of [false, true]) {
      measured.push(...await measureAll(large, chosen.filter(({ writes = false }) => writes === writing)))
      if (!writing && wanted('metric')) measured.push(await measureMetric(large))
      if (!writing && wanted('page')) measured.push(await measurePages(large))
      if (small) await measureTenth(large, small, cases.filter(({ writes = false }) => writes === writing))
    }
    measured.push({ name: 'memory of the server, MiB', ratio: large.product.memoryMiB(), spread: null, must: 200, wish: null, atMost: true })
    measured.push({ name: 'start to ready, ms', ratio: large.product.readyMs, spread: null, must: 1000, wish: null, atMost: true })
    if (wanted('business time')) {
      const { also, ...year } = await businessTime()
      for (const { name, ratio, spread } of [year, ...also]) measured.push({ name: `${name}, against luxon`, ratio, spread, must: 20, wish: 100 })
    }
  } finally {
    await Promise.all([close(large), small && close(small)])
  }
}

async function measureTenth (large: Setting, small: Setting, all: Case[]): Promise<void> {
  for (const each of all) {
    console.error(`… ${each.name} at ten times the rows`)
    measured.push(await measureScale(each, large, small))
    if (each.alike) measured.push(await measureScale(each, large, small, true))
  }
}

const embedded = process.env.DATABASE_URL ? null : await startEmbedded({ dataDir: join(projectRoot, '.data', 'bench'), log: line => console.error(line) })
const server = embedded?.url ?? process.env.DATABASE_URL!
const sdl = await readFile(join(projectRoot, 'schema.graphql'), 'utf8')
const chosen = [...cases, ...graphqlCases(sdl)].filter(({ name }) => wanted(name))
const measured: Measured[] = []
// On their own, before there are servers whose workers would take part.
if (wanted('clocks')) measured.push(...await clocksWrite(server))
try {
  await measureServers()
  // Once there are no servers whose workers would take part.
  if (wanted('backtest')) measured.push(...await backtest(server, rows))
} finally {
  await embedded?.stop()
}
print(measured, rows)
await keep(measured, { rows, ...timing })
