import { allow, checkVersion, instantText, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { ApiError, conflict, invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { upsert, type Upserted } from '../upsert.js'
import { agentsById } from '../agents/agent.service.js'
import { maxMembers, type CreateTeam, type SearchTeams, type Team, type UpdateTeam } from './team.shapes.js'
import * as store from './team.store.js'

export async function getTeam (ctx: Context, ref: string): Promise<Team> {
  const { workspaceId } = allow(ctx, 'agents:read')
  const team = await reading(store.find(ctx.db, workspaceId, ref))
  if (!team) throw notFound('Team')
  return team
}

export async function listTeams (ctx: Context, query: SearchTeams): Promise<Page<Team>> {
  const { workspaceId } = allow(ctx, 'agents:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** The same teams with their members beside the ids, all in one statement. */
export async function withMembers (ctx: Context, teams: readonly Team[]): Promise<Team[]> {
  const ids = [...new Set(teams.flatMap(team => team.memberIds))]
  const agents = new Map((ids.length ? await agentsById(ctx, ids) : []).map(agent => [agent.id, agent]))
  return teams.map(team => ({ ...team, members: team.memberIds.flatMap(id => agents.get(id) ?? []) }))
}

/** Those of the ids that exist, in no order. */
export async function teamsById (ctx: Context, ids: readonly string[]): Promise<Team[]> {
  const { workspaceId } = allow(ctx, 'agents:read')
  return reading(store.findMany(ctx.db, workspaceId, ids))
}

export async function teamsOfAgents (ctx: Context, agentIds: readonly string[]): Promise<Map<string, Team[]>> {
  const { workspaceId } = allow(ctx, 'agents:read')
  return reading(store.teamsOfAgents(ctx.db, workspaceId, agentIds))
}

export async function createTeam (ctx: Context, input: CreateTeam): Promise<Team> {
  const { workspaceId } = allow(ctx, 'agents:write')
  return transact(ctx, async ctx => {
    const team = await store.insert(ctx.db, workspaceId, input)
    record(ctx, 'team.created', team)
    return team
  })
}

export async function updateTeam (ctx: Context, ref: string, changes: UpdateTeam): Promise<Team> {
  const { workspaceId } = allow(ctx, 'agents:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, () => changes, 'team.updated'))
}

export async function upsertTeam (ctx: Context, ref: string, input: CreateTeam): Promise<Upserted<Team>> {
  const { workspaceId } = allow(ctx, 'agents:write')
  return upsert(ctx, ref, {
    find: ctx => store.hold(ctx.db, workspaceId, ref),
    create: (ctx, externalId) => createTeam(ctx, { ...input, externalId }),
    update: ctx => updateTeam(ctx, ref, input)
  })
}

/** From then on no conversation can be given to it. */
export async function archiveTeam (ctx: Context, ref: string): Promise<Team> {
  const { workspaceId } = allow(ctx, 'agents:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, team => ({ archivedAt: team.archivedAt ?? instantText(ctx) }), 'team.archived'))
}

export async function unarchiveTeam (ctx: Context, ref: string): Promise<Team> {
  const { workspaceId } = allow(ctx, 'agents:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, () => ({ archivedAt: null }), 'team.unarchived'))
}

export async function setTeamMembers (ctx: Context, ref: string, agentIds: readonly string[]): Promise<Team> {
  const { workspaceId } = allow(ctx, 'agents:write')
  return transact(ctx, async ctx => {
    const known = await store.agentsAmong(ctx.db, workspaceId, agentIds)
    const errors = agentIds.flatMap((id, at) => known.has(id) ? [] : [noAgent(`agentIds.${at}`)])
    if (errors.length) throw new ApiError('notFound', 'Agent not found in this workspace.', errors)
    return changeMembers(ctx, workspaceId, ref, () => [...known])
  })
}

export async function addTeamMember (ctx: Context, ref: string, agentId: string): Promise<Team> {
  const { workspaceId } = allow(ctx, 'agents:write')
  return transact(ctx, async ctx => {
    const known = await store.agentsAmong(ctx.db, workspaceId, [agentId])
    if (!known.has(agentId)) throw new ApiError('notFound', 'Agent not found in this workspace.', [noAgent('agentId')])
    return changeMembers(ctx, workspaceId, ref, before => [...new Set([...before, agentId])])
  })
}

/** `agentRef` is an id or external:…; refuses, as not found, who is not in the team. */
export async function removeTeamMember (ctx: Context, ref: string, agentRef: string): Promise<Team> {
  const { workspaceId } = allow(ctx, 'agents:write')
  return transact(ctx, async ctx => {
    const agentId = await store.agentIdOf(ctx.db, workspaceId, agentRef)
    return changeMembers(ctx, workspaceId, ref, before => {
      if (!agentId || !before.includes(agentId)) throw new ApiError('notFound', 'This agent is not in the team.')
      return before.filter(id => id !== agentId)
    })
  })
}

/** Refuses, naming `path`, a team that does not exist here or is archived, and keeps it so until the commit. */
export async function checkAssignableTeam (ctx: Context, id: string, path: string): Promise<void> {
  const team = await store.holdShared(ctx.db, ctx.caller!.workspaceId, id)
  if (!team) throw new ApiError('notFound', 'Team not found in this workspace.', [{ path, message: 'names no team of this workspace' }])
  if (team.archivedAt) throw conflict('This team is archived and cannot be given conversations.', [{ path, message: 'names an archived team' }])
}

const noAgent = (path: string) => ({ path, message: 'names no agent of this workspace' })

async function held (ctx: Context, workspaceId: string, ref: string): Promise<Team> {
  const team = await store.hold(ctx.db, workspaceId, ref)
  if (!team) throw notFound('Team')
  checkVersion(ctx, team.version)
  return team
}

async function change (ctx: Context, workspaceId: string, ref: string, changes: (team: Team) => Partial<Team>, type: string): Promise<Team> {
  const before = await held(ctx, workspaceId, ref)
  const wanted = changes(before)
  const differences = changed(before, wanted)
  if (!differences) return before
  const team = await store.update(ctx.db, workspaceId, before, wanted)
  record(ctx, type, team, { changes: differences })
  return team
}

async function changeMembers (ctx: Context, workspaceId: string, ref: string, members: (before: string[]) => string[]): Promise<Team> {
  const before = await held(ctx, workspaceId, ref)
  const wanted = members(before.memberIds).toSorted()
  if (wanted.length > maxMembers) throw invalid('agentId', `would make more than ${maxMembers} members`)
  const differences = changed(before, { memberIds: wanted })
  if (!differences) return before
  const [, , team] = await Promise.all([
    store.removeMembers(ctx.db, workspaceId, before.id, before.memberIds.filter(id => !wanted.includes(id))),
    store.addMembers(ctx.db, workspaceId, before.id, wanted.filter(id => !before.memberIds.includes(id))),
    store.update(ctx.db, workspaceId, before, {}, wanted)
  ])
  record(ctx, 'team.membersChanged', team, { changes: differences })
  return team
}
