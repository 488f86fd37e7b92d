import { and, eq, inArray, sql } from 'drizzle-orm'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, externalIdOf, insertRow, updateRow } from '../../db/rows.js'
import { teamFilters, type CreateTeam, type SearchTeams, type Team } from './team.shapes.js'
import { teams } from './team.table.js'

const plain = columnsOf(teams)
// The columns of the row are written out, because in a list of columns Drizzle leaves the table's name away.
const columns = {
  ...plain,
  memberIds: sql<string[]>`array(select m.agent_id from team_members m
    where m.workspace_id = teams.workspace_id and m.team_id = teams.id order by m.agent_id)`
}

const sorts: Record<string, Sort> = {
  nameAsc: { column: teams.name, field: 'name', direction: 'asc', cast: 'text' },
  nameDesc: { column: teams.name, field: 'name', direction: 'desc', cast: 'text' },
  createdAtAsc: { column: teams.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: teams.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}

export async function find (db: Db, workspaceId: string, ref: string): Promise<Team | undefined> {
  return (await db.select(columns).from(teams).where(byRef(teams, workspaceId, ref)))[0]
}

/** Locks the team until the transaction ends; then reads it, so that its members are those of after the wait. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<Team | undefined> {
  await db.select({ id: teams.id }).from(teams).where(byRef(teams, workspaceId, ref)).for('no key update')
  return find(db, workspaceId, ref)
}

/** Keeps the team from being changed until the transaction ends. */
export async function holdShared (db: Db, workspaceId: string, id: string): Promise<{ archivedAt: string | null } | undefined> {
  return (await db.select({ archivedAt: teams.archivedAt }).from(teams).where(byRef(teams, workspaceId, id)).for('share'))[0]
}

export const findMany = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<Team[]> =>
  db.select(columns).from(teams).where(and(eq(teams.workspaceId, workspaceId), inArray(teams.id, [...ids])))

export async function list (db: Db, workspaceId: string, query: SearchTeams): Promise<Page<Team>> {
  const where = [eq(teams.workspaceId, workspaceId), teamFilters.where(query.filter)]
  return listPage<Team, Team>({
    sorts, sort: query.sort, id: teams.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(teams).where(where).orderBy(order).limit(limit),
    total: () => db.$count(teams, and(...where)),
    toShape: row => row
  })
}

export const insert = async (db: Db, workspaceId: string, team: CreateTeam): Promise<Team> =>
  ({ ...await insertRow(db, teams, workspaceId, team), memberIds: [] })

/** Changes the team's own fields; `memberIds` are those that the caller has just read or written. */
export const update = async (db: Db, workspaceId: string, team: Team, changes: Partial<Team>, memberIds = team.memberIds): Promise<Team> =>
  ({ ...await updateRow(db, teams, workspaceId, team.id, changes), memberIds })

/** Which of the ids are agents of the workspace. */
export const agentsAmong = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<Set<string>> =>
  new Set((await rows<{ id: string }>(db, 'select id from agents where workspace_id = $1 and id = any($2::uuid[]) for key share',
    [workspaceId, ids])).map(row => row.id))

/** The id of an agent by its id or external id. */
export async function agentIdOf (db: Db, workspaceId: string, ref: string): Promise<string | undefined> {
  const external = externalIdOf(ref)
  const [row] = await rows<{ id: string }>(db, `select id from agents where workspace_id = $1
    and ${external === null ? 'id = $2::uuid' : 'external_id = $2'}`, [workspaceId, external ?? ref])
  return row?.id
}

export const addMembers = async (db: Db, workspaceId: string, teamId: string, agentIds: readonly string[]): Promise<unknown> =>
  rows(db, `insert into team_members (workspace_id, team_id, agent_id) select $1, $2, unnest($3::uuid[])
    on conflict do nothing`, [workspaceId, teamId, agentIds])

export const removeMembers = async (db: Db, workspaceId: string, teamId: string, agentIds: readonly string[]): Promise<unknown> =>
  rows(db, 'delete from team_members where workspace_id = $1 and team_id = $2 and agent_id = any($3::uuid[])',
    [workspaceId, teamId, agentIds])

/** The teams of each agent, by name. */
export async function teamsOfAgents (db: Db, workspaceId: string, agentIds: readonly string[]): Promise<Map<string, Team[]>> {
  const found = await db.select({ ...columns, agentId: sql<string>`of.agent_id` }).from(teams)
    .innerJoin(sql`team_members of`, sql`of.workspace_id = ${teams.workspaceId} and of.team_id = ${teams.id}`)
    .where(and(eq(teams.workspaceId, workspaceId), sql`of.agent_id = any(${sql.param([...agentIds])}::uuid[])`))
    .orderBy(teams.name, teams.id)
  const teamsOf = new Map<string, Team[]>(agentIds.map(id => [id, []]))
  for (const { agentId, ...team } of found) teamsOf.get(agentId)?.push(team)
  return teamsOf
}
