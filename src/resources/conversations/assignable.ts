import type { Context } from '../../context.js'
import { ApiError, conflict } from '../../errors.js'
import * as store from './conversation.store.js'

/** Refuses an agent or team that is not of this workspace, and one who no longer works. */
export async function requireAssignable (ctx: Context, agentId: string | null, teamId: string | null, path = ''): Promise<void> {
  if (!agentId && !teamId) return
  const found = await store.assignable(ctx.db, ctx.caller!.workspaceId, agentId, teamId)
  if (agentId && !found.agent) throw new ApiError('notFound', 'Agent not found in this workspace.', [{ path: `${path}assigneeId`, message: 'names no agent of this workspace' }])
  if (teamId && !found.team) throw new ApiError('notFound', 'Team not found in this workspace.', [{ path: `${path}teamId`, message: 'names no team of this workspace' }])
  if (found.agent === 'deactivated') throw conflict('This agent is deactivated and cannot be assigned.', [{ path: `${path}assigneeId`, message: 'is deactivated' }])
  if (found.team === 'archived') throw conflict('This team is archived and cannot be assigned.', [{ path: `${path}teamId`, message: 'is archived' }])
}
