import { operation, type Api } from '../../http/operation.js'
import { getWorkspace, updateWorkspace } from './workspace.service.js'
import { UpdateWorkspace, Workspace } from './workspace.shapes.js'

const tag = 'Workspace'

export function workspaceRoutes (app: Api): void {
  app.get('/workspace', operation({
    id: 'getWorkspace', summary: 'Get the workspace of the caller', tag, scope: 'workspace:read', answer: Workspace
  }), async request => getWorkspace(request.ctx))

  app.patch('/workspace', operation({
    id: 'updateWorkspace', summary: 'Change the workspace of the caller', tag, scope: 'workspace:write', body: UpdateWorkspace, answer: Workspace,
    example: { name: 'Ocean Outfitters', timeZone: 'Europe/Vienna', settings: { publicPledgeAttainment: true } }
  }), async request => updateWorkspace(request.ctx, request.body))
}
