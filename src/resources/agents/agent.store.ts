import { and, eq, inArray, isNull, or, sql } from 'drizzle-orm'
import type { Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, insertRow, updateRow } from '../../db/rows.js'
import { beginsWords } from '../../db/text-search.js'
import type { Role } from '../../scopes.js'
import { agentFilters, type Agent, type CreateAgent, type SearchAgents } from './agent.shapes.js'
import { agents } from './agent.table.js'

const columns = columnsOf(agents)

const sorts: Record<string, Sort> = {
  nameAsc: { column: agents.name, field: 'name', direction: 'asc', cast: 'text' },
  nameDesc: { column: agents.name, field: 'name', direction: 'desc', cast: 'text' },
  createdAtAsc: { column: agents.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: agents.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}

export async function find (db: Db, workspaceId: string, ref: string): Promise<Agent | undefined> {
  return (await db.select(columns).from(agents).where(byRef(agents, workspaceId, ref)))[0]
}

/** Locks the agent until the transaction ends; references to it may still be made. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<Agent | undefined> {
  return (await db.select(columns).from(agents).where(byRef(agents, workspaceId, ref)).for('no key update'))[0]
}

/** Keeps the agent from being changed until the transaction ends. */
export async function holdShared (db: Db, workspaceId: string, id: string): Promise<Agent | undefined> {
  return (await db.select(columns).from(agents).where(byRef(agents, workspaceId, id)).for('share'))[0]
}

export const findMany = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<Agent[]> =>
  db.select(columns).from(agents).where(and(eq(agents.workspaceId, workspaceId), inArray(agents.id, [...ids])))

export async function list (db: Db, workspaceId: string, query: SearchAgents): Promise<Page<Agent>> {
  const where = [
    eq(agents.workspaceId, workspaceId),
    agentFilters.where(query.filter),
    query.q === undefined ? undefined : beginsWords(sql`agents.search`, query.q)
  ]
  return listPage({
    sorts, sort: query.sort, id: agents.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(agents).where(where).orderBy(order).limit(limit),
    total: () => db.$count(agents, and(...where)),
    toShape: row => row
  })
}

export const insert = (db: Db, workspaceId: string, agent: CreateAgent & { availabilityChangedAt: string }): Promise<Agent> =>
  insertRow(db, agents, workspaceId, agent)

export const update = (db: Db, workspaceId: string, id: string, changes: Partial<Agent>): Promise<Agent> =>
  updateRow(db, agents, workspaceId, id, changes)

/** The active agent with this id or external id. */
export async function findActive (db: Db, workspaceId: string, subject: string, isId: boolean): Promise<{ id: string, role: Role } | undefined> {
  const named = isId ? or(eq(agents.id, subject), eq(agents.externalId, subject)) : eq(agents.externalId, subject)
  return (await db.select({ id: agents.id, role: agents.role }).from(agents)
    .where(and(eq(agents.workspaceId, workspaceId), named, isNull(agents.deactivatedAt))).limit(1))[0]
}
