import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import { v7 } from 'uuid'
import { rows, type Db } from '../../db/connection.js'
import type { MetricOwner, SetMetricOwner } from './metric.shapes.js'
import { metricOwners } from './owner.table.js'

const { workspaceId: _, ...columns } = getTableColumns(metricOwners)

export const all = async (db: Db, workspaceId: string): Promise<MetricOwner[]> =>
  db.select(columns).from(metricOwners).where(eq(metricOwners.workspaceId, workspaceId))

/** Locks who owns the metric, also where nobody does, until the transaction ends. */
export async function hold (db: Db, workspaceId: string, metric: string): Promise<MetricOwner | undefined> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`metric owner ${workspaceId} ${metric}`}, 0))`)
  return (await db.select(columns).from(metricOwners).where(and(eq(metricOwners.workspaceId, workspaceId), eq(metricOwners.metric, metric))))[0]
}

export async function put (db: Db, workspaceId: string, metric: string, { agentId, why }: SetMetricOwner, at: string): Promise<MetricOwner> {
  const [owner] = await db.insert(metricOwners).values({ workspaceId, id: v7(), metric, agentId, why, createdAt: at, updatedAt: at })
    .onConflictDoUpdate({ target: [metricOwners.workspaceId, metricOwners.metric], set: { agentId, why, version: sql`${metricOwners.version} + 1`, updatedAt: at } })
    .returning(columns)
  return owner!
}

export const remove = async (db: Db, workspaceId: string, metric: string): Promise<unknown> =>
  rows(db, 'delete from metric_owners where workspace_id = $1 and metric = $2', [workspaceId, metric])
