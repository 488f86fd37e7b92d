import type { CompiledCalendar } from '../../clock/business-time.js'
import { allow, instantOf, reading, type Context } from '../../context.js'
import { ApiError, invalid, notFound } from '../../errors.js'
import type { Bucket } from '../../metrics/buckets.js'
import { catalogue, metricNamed, type Metric as Defined } from '../../metrics/catalogue.js'
import { Gathered } from '../../metrics/columns.js'
import type { Measuring } from '../../metrics/measures.js'
import { subjectOf } from '../../metrics/subject.js'
import { Table } from '../../metrics/table.js'
import { defaultCalendarId } from '../calendars/calendar.service.js'
import { readyCalendar } from '../calendars/compiled.service.js'
import { factsOfConversations } from '../conversations/facts.service.js'
import { answerOf } from './answering.js'
import { check, type Checked } from './checking.js'
import type { Metric, MetricAnswer, QueryMetrics } from './metric.shapes.js'
import * as store from './metric.store.js'

/** So many conversations may have to be looked at, so many samples and cells may be behind one answer. */
const maxConversations = 50_000
const maxSamples = 2_000_000
const maxCells = 100_000
const batch = 500
const firstId = '00000000-0000-0000-0000-000000000000'

/** The tables behind an answer, the conversations that their samples number, and what was known. */
export interface Computed { checked: Checked, table: Table, previous: Table | null, ids: string[], asOf: MetricAnswer['asOf'] }

const shown = ({ name, kind, unit, direction, formula, version, dimensions, additive, live, question, audience, outcome }: Defined): Metric =>
  ({ name, kind, unit, direction, formula, version, dimensions: [...dimensions], additive, live, question, audience, outcome })

export async function listMetrics (ctx: Context): Promise<{ data: Metric[] }> {
  allow(ctx, 'metrics:read')
  return { data: catalogue.map(shown) }
}

export async function getMetric (ctx: Context, name: string): Promise<Metric> {
  allow(ctx, 'metrics:read')
  const metric = metricNamed(name)
  if (!metric) throw notFound('Metric')
  return shown(metric)
}

export async function queryMetrics (ctx: Context, query: QueryMetrics): Promise<MetricAnswer> {
  return answerOf(await compute(ctx, query), maxCells)
}

/** Reads the facts of all conversations that can be in it, in batches, as they stood at one instant. */
export async function compute (ctx: Context, query: QueryMetrics): Promise<Computed> {
  const { workspaceId } = allow(ctx, 'metrics:read')
  const checked = check(query, instantOf(ctx))
  const { window, buckets, previous, now } = checked
  const merged = query.metrics.includes('customersServed') ? await reading(store.survivors(ctx.db, workspaceId)) : new Map<string, string>()
  const measuring = {
    calendar: await calendarFor(ctx, query), bucketBy: query.bucketBy, withinMs: query.withinDays * 86_400_000, now,
    survivorOf: (id: string) => merged.get(id) ?? id
  }
  const table = tableOf(checked, window, buckets, measuring)
  const before = previous && tableOf(checked, previous.window, previous.buckets, measuring)
  const tables = before ? [table, before] : [table]
  const transaction = await ctx.services.database.begin()
  try {
    await reading(store.fixSnapshot(transaction.db))
    const asOf = await reading(store.lastEvent(transaction.db, workspaceId))
    const ids = await fill({ ...ctx, db: transaction.db }, workspaceId, checked, tables)
    return { checked, table, previous: before, ids, asOf }
  } finally {
    await transaction.rollback(null)
  }
}

const tableOf = ({ query, metrics }: Checked, window: Bucket, buckets: Bucket[], measuring: Measuring): Table => new Table({
  metrics, window, buckets, undivided: query.interval === 'none', groupBy: query.groupBy, filter: query.filter, measuring
})

/** Gives the conversations in the order of their numbers. */
async function fill (ctx: Context, workspaceId: string, { window, previous, now }: Checked, tables: readonly Table[]): Promise<string[]> {
  const from = new Date((previous ?? { window }).window.from).toISOString()
  const to = new Date(Math.min(window.to, now + 1)).toISOString()
  const count = await reading(store.countCandidates(ctx.db, workspaceId, from, to, maxConversations))
  if (count > maxConversations) throw new ApiError('tooComplex', `More than ${maxConversations} conversations can be in this window. Ask for a shorter or later one.`)
  const all: string[] = []
  for (let after = firstId; ;) {
    const ids = await reading(store.nextCandidates(ctx.db, workspaceId, from, to, after, batch))
    if (!ids.length) return all
    const facts = await factsOfConversations(ctx, ids)
    const gathered = new Gathered(tables[0]!.families)
    for (const id of ids) {
      const subject = subjectOf(id, facts.get(id) ?? [], now)
      if (subject) gathered.add(subject, all.push(id) - 1)
    }
    for (const columns of gathered.all()) for (const table of tables) table.add(columns)
    if (tables.some(({ size }) => size > maxSamples)) throw new ApiError('tooComplex', `More than ${maxSamples} samples are behind this. Ask for fewer buckets or groups, or a shorter window.`)
    after = ids.at(-1)!
  }
}

async function calendarFor (ctx: Context, { basis, calendarId }: QueryMetrics): Promise<CompiledCalendar | null> {
  if (basis === 'calendar') {
    if (calendarId !== undefined) throw invalid('calendarId', 'is for the business basis')
    return null
  }
  const id = calendarId ?? await reading(defaultCalendarId(ctx))
  if (id === null) throw invalid('calendarId', 'is required: the workspace has no default calendar')
  const ready = await readyCalendar(ctx, id)
  if (!ready) throw notFound('Calendar')
  return ready.calendar
}
