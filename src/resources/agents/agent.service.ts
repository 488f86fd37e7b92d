import { z } from 'zod'
import { allow, checkVersion, instantText, reading, transact, type Caller, type Context, type Services } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { ApiError, conflict, forbidden, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { upsert, type Upserted } from '../upsert.js'
import type { Role } from '../../scopes.js'
import type { Agent, CreateAgent, SearchAgents, UpdateAgent } from './agent.shapes.js'
import * as store from './agent.store.js'
import type { AvailabilityWord } from './agent.table.js'

export async function getAgent (ctx: Context, ref: string): Promise<Agent> {
  const { workspaceId } = allow(ctx, 'agents:read')
  const agent = await reading(store.find(ctx.db, workspaceId, ref))
  if (!agent) throw notFound('Agent')
  return agent
}

export async function listAgents (ctx: Context, query: SearchAgents): Promise<Page<Agent>> {
  const { workspaceId } = allow(ctx, 'agents:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** Those of the ids that exist, in no order. */
export async function agentsById (ctx: Context, ids: readonly string[]): Promise<Agent[]> {
  const { workspaceId } = allow(ctx, 'agents:read')
  return reading(store.findMany(ctx.db, workspaceId, ids))
}

export async function createAgent (ctx: Context, input: CreateAgent): Promise<Agent> {
  const caller = allow(ctx, 'agents:write')
  allowRole(caller, input.role)
  return transact(ctx, async ctx => {
    const agent = await store.insert(ctx.db, caller.workspaceId, { ...input, availabilityChangedAt: instantText(ctx) })
    record(ctx, 'agent.created', agent)
    return agent
  })
}

export async function updateAgent (ctx: Context, ref: string, changes: UpdateAgent): Promise<Agent> {
  const caller = allow(ctx, 'agents:write')
  allowRole(caller, changes.role)
  return transact(ctx, async ctx => change(ctx, caller, ref, () => changes, 'agent.updated'))
}

export async function upsertAgent (ctx: Context, ref: string, input: CreateAgent): Promise<Upserted<Agent>> {
  const { workspaceId } = allow(ctx, 'agents:write')
  return upsert(ctx, ref, {
    find: ctx => store.hold(ctx.db, workspaceId, ref),
    create: (ctx, externalId) => createAgent(ctx, { ...input, externalId }),
    update: ctx => updateAgent(ctx, ref, input)
  })
}

/** From then on the agent can neither sign in nor be assigned; what was done stays. */
export async function deactivateAgent (ctx: Context, ref: string): Promise<Agent> {
  const caller = allow(ctx, 'agents:write')
  return transact(ctx, async ctx => change(ctx, caller, ref, agent => agent.deactivatedAt
    ? {}
    : { deactivatedAt: instantText(ctx), ...availability(ctx, agent, 'offline') }, 'agent.deactivated'))
}

export async function reactivateAgent (ctx: Context, ref: string): Promise<Agent> {
  const caller = allow(ctx, 'agents:write')
  return transact(ctx, async ctx => change(ctx, caller, ref, () => ({ deactivatedAt: null }), 'agent.reactivated'))
}

/** Agents set their own; another's takes `agents:write`. */
export async function setAgentAvailability (ctx: Context, ref: string, wanted: AvailabilityWord): Promise<Agent> {
  const { actor } = ctx.caller ?? {}
  const isOwn = actor?.kind === 'agent' && actor.id === ref
  const caller = allow(ctx, isOwn ? 'agents:read' : 'agents:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, caller, ref)
    if (before.deactivatedAt) throw conflict('A deactivated agent takes no conversations. Reactivate the agent first.')
    return save(ctx, caller, before, availability(ctx, before, wanted), 'agent.availabilityChanged')
  })
}

/** Refuses, naming `path`, an agent that does not exist here or is deactivated, and keeps it so until the commit. */
export async function checkAssignableAgent (ctx: Context, id: string, path: string): Promise<Agent> {
  const agent = await store.holdShared(ctx.db, ctx.caller!.workspaceId, id)
  if (!agent) throw new ApiError('notFound', 'Agent not found in this workspace.', [{ path, message: 'names no agent of this workspace' }])
  if (agent.deactivatedAt) throw conflict('This agent is deactivated and cannot be assigned.', [{ path, message: 'names a deactivated agent' }])
  return agent
}

/** The active agent that a token's subject names by id or external id. */
export async function agentForToken (services: Services, workspaceId: string, subject: string): Promise<{ id: string, role: Role } | null> {
  return await reading(store.findActive(services.database.read, workspaceId, subject, z.uuid().safeParse(subject).success)) ?? null
}

/** A lead may make leads, never an admin: that would be a way to give oneself everything. */
function allowRole ({ scopes }: Caller, role: Role | undefined): void {
  if (role === 'admin' && !scopes.has('workspace:write')) {
    throw forbidden('Making an admin, or changing one, needs the scope workspace:write too, which the caller does not have.')
  }
}

const availability = (ctx: Context, agent: Agent, wanted: AvailabilityWord): Partial<Agent> =>
  agent.availability === wanted ? {} : { availability: wanted, availabilityChangedAt: instantText(ctx) }

async function held (ctx: Context, { workspaceId }: Caller, ref: string): Promise<Agent> {
  const agent = await store.hold(ctx.db, workspaceId, ref)
  if (!agent) throw notFound('Agent')
  checkVersion(ctx, agent.version)
  return agent
}

async function change (ctx: Context, caller: Caller, ref: string, changes: (agent: Agent) => Partial<Agent>, type: string): Promise<Agent> {
  const before = await held(ctx, caller, ref)
  allowRole(caller, before.role)
  return save(ctx, caller, before, changes(before), type)
}

async function save (ctx: Context, { workspaceId }: Caller, before: Agent, wanted: Partial<Agent>, type: string): Promise<Agent> {
  const differences = changed(before, wanted)
  if (!differences) return before
  const agent = await store.update(ctx.db, workspaceId, before.id, wanted)
  record(ctx, type, agent, { changes: differences })
  return agent
}
