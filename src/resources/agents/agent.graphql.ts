import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { createAgent, deactivateAgent, getAgent, listAgents, reactivateAgent, setAgentAvailability, updateAgent, upsertAgent } from './agent.service.js'
import { CreateAgent, SearchAgents, SetAgentAvailability, UpdateAgent, UpsertAgent } from './agent.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const agentGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "An agent, by its id or external:…"
      agent(id: ID!): Agent!
      "Agents, a page at a time. q: words, or their beginnings, of the name or e-mail address."
      agents(first: Int = 25, after: String, q: String, filter: AgentFilter, sort: AgentSort = nameAsc): AgentConnection!
    }
    extend type Mutation {
      "Creates an agent; offline at first."
      createAgent(input: CreateAgent!, idempotencyKey: String): Agent!
      "Changes an agent: what is absent stays, null clears."
      updateAgent(id: ID!, input: UpdateAgent!, ifVersion: Int): Agent!
      "Creates or changes the agent with an external id (id: external:…)."
      upsertAgent(id: ID!, input: UpsertAgent!, ifVersion: Int): UpsertedAgent!
      "Deactivates an agent: it can neither sign in nor be assigned, and is offline; what was done stays."
      deactivateAgent(id: ID!, ifVersion: Int): Agent!
      "Takes a deactivated agent back."
      reactivateAgent(id: ID!, ifVersion: Int): Agent!
      "Says whether an agent takes conversations; an agent's token may set its own without agents:write."
      setAgentAvailability(id: ID!, input: SetAgentAvailability!, ifVersion: Int): Agent!
    }
    ${connectionSdl('Agent')}`,
  resolvers: {
    Query: {
      agent: query((ctx, { id }) => getAgent(ctx, ref(id))),
      agents: query(async (ctx, args) => connectionOf(await listAgents(ctx, sent(SearchAgents, listArguments(args)))))
    },
    Mutation: {
      createAgent: mutation((ctx, { input }) => createAgent(ctx, sent(CreateAgent, input))),
      updateAgent: mutation((ctx, { id, input }) => updateAgent(ctx, ref(id), sent(UpdateAgent, input))),
      upsertAgent: mutation((ctx, { id, input }) => upsertAgent(ctx, ref(id), sent(UpsertAgent, input))),
      deactivateAgent: mutation((ctx, { id }) => deactivateAgent(ctx, ref(id))),
      reactivateAgent: mutation((ctx, { id }) => reactivateAgent(ctx, ref(id))),
      setAgentAvailability: mutation((ctx, { id, input }) => setAgentAvailability(ctx, ref(id), sent(SetAgentAvailability, input).availability))
    }
  }
}
