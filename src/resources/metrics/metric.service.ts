import type { CompiledCalendar } from '../../clock/business-time.js'
import { allow, instantOf, reading, type Context } from '../../context.js'
import { invalid, notFound } from '../../errors.js'
import type { Bucket } from '../../metrics/buckets.js'
import { catalogue, metricNamed, type Metric as Defined } from '../../metrics/catalogue.js'
import type { Measuring } from '../../metrics/measures.js'
import { Table } from '../../metrics/table.js'
import { defaultCalendarId } from '../calendars/calendar.service.js'
import { readyCalendar } from '../calendars/compiled.service.js'
import { promisesOf } from '../clocks/promises.js'
import { answerOf } from './answering.js'
import { asksPromises, check, type Checked } from './checking.js'
import { fill } from './filling.service.js'
import type { Metric, MetricAnswer, QueryMetrics } from './metric.shapes.js'
import { checkAttributes } from './named-attributes.service.js'
import * as store from './metric.store.js'
import { Turns } from './turns.js'

/** So many cells may an answer have. */
const maxCells = 100_000

/** The tables behind an answer, the conversations that were computed from their facts, and what was known. */
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
  return answerOf(await compute(ctx, query, true), maxCells)
}

/** More at once would be no sooner done: they would take the connections of those who write, and the memory of all. */
const turns = new Turns(2)

/**
 * Everything behind an answer, as it stood at one instant: what was kept of conversations, and the facts of those that changed
 * since. `tallies`: nobody will look at the samples of what only counts.
 */
export async function compute (ctx: Context, query: QueryMetrics, tallies = false): Promise<Computed> {
  const { workspaceId } = allow(ctx, 'metrics:read')
  const checked = check(query, instantOf(ctx))
  await checkAttributes(ctx, query)
  const calendar = await calendarFor(ctx, query)
  return turns.take(() => computeNow(ctx, workspaceId, checked, calendar, tallies))
}

async function computeNow (ctx: Context, workspaceId: string, checked: Checked, calendar: CompiledCalendar | null, tallies: boolean): Promise<Computed> {
  const { query, window, buckets, previous, now } = checked
  const transaction = await ctx.services.database.begin()
  const inside = { ...ctx, db: transaction.db }
  try {
    const { db } = inside
    const [, asOf, merged] = await reading(Promise.all([
      store.fixSnapshot(db), store.lastEvent(db, workspaceId), asksContacts(checked) ? store.survivors(db, workspaceId) : none
    ]))
    const promises = asksPromises(checked) ? await promisesOf(inside) : null
    const measuring = {
      calendar, bucketBy: query.bucketBy, withinMs: query.withinDays * 86_400_000, now, survivorOf: (id: string) => merged.get(id) ?? id,
      includeWithoutReply: query.includeWithoutReply, calendarOf: (id: string) => promises?.calendars.get(id)
    }
    const table = tableOf(checked, window, buckets, measuring, tallies)
    const before = previous && tableOf(checked, previous.window, previous.buckets, measuring, tallies)
    const tables = before ? [table, before] : [table]
    const ids = await fill(inside, workspaceId, checked, tables, promises)
    for (const each of tables) each.finish()
    return { checked, table, previous: before, ids, asOf }
  } finally {
    await transaction.rollback(null)
  }
}

const none = new Map<string, string>()

const asksContacts = ({ metrics }: Checked): boolean => metrics.some(({ measure: { key, against } }) => key === 'contact' || against === 'returns')

export const tableOf = ({ query, metrics }: Checked, window: Bucket, buckets: Bucket[], measuring: Measuring, tallies = false): Table => new Table({
  metrics, window, buckets, undivided: query.interval === 'none', groupBy: query.groupBy, filter: query.filter, measuring, tallies
})

export async function calendarFor (ctx: Context, { basis, calendarId }: QueryMetrics): Promise<CompiledCalendar | null> {
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
