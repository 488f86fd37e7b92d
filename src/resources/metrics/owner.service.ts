import { allow, checkVersion, instantText, reading, transact, type Context } from '../../context.js'
import { changed } from '../../db/rows.js'
import { notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { metricNamed } from '../../metrics/catalogue.js'
import { getMetric, listMetrics } from './metric.service.js'
import type { Metric, MetricOwner, OwnedMetric, SetMetricOwner } from './metric.shapes.js'
import * as store from './owner.store.js'

/** The catalogue, with who champions each metric in this workspace. */
export async function listOwnedMetrics (ctx: Context): Promise<{ data: OwnedMetric[] }> {
  const { data } = await listMetrics(ctx)
  return { data: await owned(ctx, data) }
}

export async function getOwnedMetric (ctx: Context, name: string): Promise<OwnedMetric> {
  return (await owned(ctx, [await getMetric(ctx, name)]))[0]!
}

async function owned (ctx: Context, metrics: readonly Metric[]): Promise<OwnedMetric[]> {
  const { workspaceId } = allow(ctx, 'metrics:read')
  const owners = new Map((await reading(store.all(ctx.db, workspaceId))).map(owner => [owner.metric, owner]))
  return metrics.map(metric => ({ ...metric, owner: owners.get(metric.name) ?? null }))
}

/** Says who champions a metric; whoever did is replaced. */
export async function setMetricOwner (ctx: Context, name: string, input: SetMetricOwner): Promise<MetricOwner> {
  const { workspaceId } = allow(ctx, 'goals:write')
  if (!metricNamed(name)) throw notFound('Metric')
  return transact(ctx, async ctx => {
    const before = await store.hold(ctx.db, workspaceId, name)
    checkVersion(ctx, before?.version ?? 0)
    const differences = changed(before ?? {}, input)
    if (before && !differences) return before
    const owner = await store.put(ctx.db, workspaceId, name, input, instantText(ctx))
    record(ctx, 'metricOwner.set', owner, { changes: differences! })
    return owner
  })
}

/** Leaves it without one; refuses, as not found, where nobody was. */
export async function removeMetricOwner (ctx: Context, name: string): Promise<void> {
  const { workspaceId } = allow(ctx, 'goals:write')
  await transact(ctx, async ctx => {
    const before = await store.hold(ctx.db, workspaceId, name)
    if (!before) throw notFound('Owner')
    checkVersion(ctx, before.version)
    await store.remove(ctx.db, workspaceId, name)
    record(ctx, 'metricOwner.removed', before)
  })
}
