import { operation, type Api } from '../../http/operation.js'
import { created, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { createAgent, deactivateAgent, getAgent, listAgents, reactivateAgent, setAgentAvailability, updateAgent, upsertAgent } from './agent.service.js'
import { Agent, AgentList, AgentQuery, CreateAgent, SearchAgents, searchOfQuery, SetAgentAvailability, UpdateAgent, UpsertedAgent, UpsertAgent } from './agent.shapes.js'

const tag = 'Agents'
const example = { name: 'Grace Hopper', email: 'grace@example.com', role: 'agent', level: 'senior support engineer', skills: ['billing'], languages: ['en', 'de'], capacity: 8, timeZone: 'America/New_York' }

export function agentRoutes (app: Api): void {
  app.get('/agents', operation({
    id: 'listAgents', summary: 'List agents', tag, scope: 'agents:read', query: AgentQuery, answer: AgentList
  }), async request => listAgents(request.ctx, searchOfQuery(request.query)))

  app.post('/agents/search', operation({
    id: 'searchAgents', summary: 'Search agents with a filter in the body', tag, scope: 'agents:read', body: SearchAgents, answer: AgentList,
    graphql: 'agents', example: { filter: { skill: { eq: 'billing' }, availability: { eq: 'online' } } }
  }), async request => listAgents(request.ctx, request.body))

  app.get('/agents/:id', operation({
    id: 'getAgent', summary: 'Get an agent', tag, scope: 'agents:read', params: RefParams, answer: Agent
  }), async request => getAgent(request.ctx, request.params.id))

  app.post('/agents', operation({
    id: 'createAgent', summary: 'Create an agent', tag, scope: 'agents:write', status: 201, body: CreateAgent, answer: Agent, example
  }), async (request, reply) => created(reply, '/v1/agents', await createAgent(request.ctx, request.body)))

  app.patch('/agents/:id', operation({
    id: 'updateAgent', summary: 'Change an agent', tag, scope: 'agents:write', params: RefParams, body: UpdateAgent, answer: Agent,
    refusals: ['conflict'], example: { capacity: 12 }
  }), async request => updateAgent(request.ctx, request.params.id, request.body))

  app.put('/agents/:id', operation({
    id: 'upsertAgent', summary: 'Create or change the agent with an external id', tag, scope: 'agents:write', params: RefParams,
    body: UpsertAgent, answer: UpsertedAgent, also: [{ status: 201, description: 'Created.' }], refusals: ['conflict'], example
  }), async (request, reply) => upserted(reply, await upsertAgent(request.ctx, request.params.id, request.body)))

  app.post('/agents/:id/deactivate', operation({
    id: 'deactivateAgent', summary: 'Deactivate an agent', tag, scope: 'agents:write', params: RefParams, answer: Agent,
    description: 'The agent can neither sign in nor be assigned, and is offline; what was done stays.'
  }), async request => deactivateAgent(request.ctx, request.params.id))

  app.post('/agents/:id/reactivate', operation({
    id: 'reactivateAgent', summary: 'Take a deactivated agent back', tag, scope: 'agents:write', params: RefParams, answer: Agent
  }), async request => reactivateAgent(request.ctx, request.params.id))

  app.post('/agents/:id/setAvailability', operation({
    id: 'setAgentAvailability', summary: 'Say whether an agent takes conversations', tag, scope: 'agents:write', params: RefParams,
    body: SetAgentAvailability, answer: Agent, example: { availability: 'away' },
    description: 'An agent\'s token may set its own availability without agents:write.'
  }), async request => setAgentAvailability(request.ctx, request.params.id, request.body.availability))
}
