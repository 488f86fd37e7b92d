import type { Context } from '../../context.js'
import { operation, type Api } from '../../http/operation.js'
import { created, gone, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { addTeamMember, archiveTeam, createTeam, getTeam, listTeams, removeTeamMember, setTeamMembers, unarchiveTeam, updateTeam, upsertTeam, withMembers } from './team.service.js'
import { AddTeamMember, CreateTeam, ExpandTeam, MemberParams, SearchTeams, searchOfQuery, SetTeamMembers, Team, TeamList, TeamQuery, UpdateTeam, UpsertedTeam, UpsertTeam } from './team.shapes.js'

const tag = 'Teams'
const example = { name: 'Billing', description: 'Invoices, refunds and payments.' }
const agentId = '0199a8a0-0000-7000-8000-000000000001'

async function listed (ctx: Context, search: SearchTeams, expand: 'members' | undefined) {
  const page = await listTeams(ctx, search)
  return expand ? { ...page, data: await withMembers(ctx, page.data) } : page
}

export function teamRoutes (app: Api): void {
  app.get('/teams', operation({
    id: 'listTeams', summary: 'List teams', tag, scope: 'agents:read', query: TeamQuery, answer: TeamList
  }), async request => listed(request.ctx, searchOfQuery(request.query), request.query.expand))

  app.post('/teams/search', operation({
    id: 'searchTeams', summary: 'Search teams with a filter in the body', tag, scope: 'agents:read', body: SearchTeams, query: ExpandTeam,
    answer: TeamList, graphql: 'teams', example: { filter: { name: { startsWith: 'B' } } }
  }), async request => listed(request.ctx, request.body, request.query.expand))

  app.get('/teams/:id', operation({
    id: 'getTeam', summary: 'Get a team', tag, scope: 'agents:read', params: RefParams, query: ExpandTeam, answer: Team
  }), async request => {
    const team = await getTeam(request.ctx, request.params.id)
    return request.query.expand ? (await withMembers(request.ctx, [team]))[0] : team
  })

  app.post('/teams', operation({
    id: 'createTeam', summary: 'Create a team', tag, scope: 'agents:write', status: 201, body: CreateTeam, answer: Team, example
  }), async (request, reply) => created(reply, '/v1/teams', await createTeam(request.ctx, request.body)))

  app.patch('/teams/:id', operation({
    id: 'updateTeam', summary: 'Change a team', tag, scope: 'agents:write', params: RefParams, body: UpdateTeam, answer: Team,
    refusals: ['conflict'], example: { description: 'Invoices and refunds.' }
  }), async request => updateTeam(request.ctx, request.params.id, request.body))

  app.put('/teams/:id', operation({
    id: 'upsertTeam', summary: 'Create or change the team with an external id', tag, scope: 'agents:write', params: RefParams,
    body: UpsertTeam, answer: UpsertedTeam, also: [{ status: 201, description: 'Created.' }], refusals: ['conflict'], example
  }), async (request, reply) => upserted(reply, await upsertTeam(request.ctx, request.params.id, request.body)))

  app.post('/teams/:id/archive', operation({
    id: 'archiveTeam', summary: 'Archive a team', tag, scope: 'agents:write', params: RefParams, answer: Team,
    description: 'No conversation can be given to it any more; what it has it keeps.'
  }), async request => archiveTeam(request.ctx, request.params.id))

  app.post('/teams/:id/unarchive', operation({
    id: 'unarchiveTeam', summary: 'Take a team back into use', tag, scope: 'agents:write', params: RefParams, answer: Team
  }), async request => unarchiveTeam(request.ctx, request.params.id))

  memberRoutes(app)
}

function memberRoutes (app: Api): void {
  app.put('/teams/:id/members', operation({
    id: 'setTeamMembers', summary: 'Say who is in a team', tag, scope: 'agents:write', params: RefParams, body: SetTeamMembers, answer: Team,
    description: 'The whole set: whoever is not named leaves.', example: { agentIds: [agentId] }
  }), async request => setTeamMembers(request.ctx, request.params.id, request.body.agentIds))

  app.post('/teams/:id/members', operation({
    id: 'addTeamMember', summary: 'Add an agent to a team', tag, scope: 'agents:write', params: RefParams, body: AddTeamMember, answer: Team,
    description: 'Nothing changes when the agent is in it already.', example: { agentId }
  }), async request => addTeamMember(request.ctx, request.params.id, request.body.agentId))

  app.delete('/teams/:id/members/:agentId', operation({
    id: 'removeTeamMember', summary: 'Take an agent out of a team', tag, scope: 'agents:write', params: MemberParams, status: 204
  }), async (request, reply) => {
    await removeTeamMember(request.ctx, request.params.id, request.params.agentId)
    return gone(reply)
  })
}
