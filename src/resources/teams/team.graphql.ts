import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { agentById } from '../agents/agent.loader.js'
import { teamsOfAgent } from './team.loader.js'
import { addTeamMember, archiveTeam, createTeam, getTeam, listTeams, removeTeamMember, setTeamMembers, unarchiveTeam, updateTeam, upsertTeam } from './team.service.js'
import { AddTeamMember, CreateTeam, SearchTeams, SetTeamMembers, UpdateTeam, UpsertTeam, type Team } from './team.shapes.js'

const ref = (id: unknown, path = 'id'): string => sent(Ref, id, path)

export const teamGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A team, by its id or external:…"
      team(id: ID!): Team!
      "Teams, a page at a time."
      teams(first: Int = 25, after: String, filter: TeamFilter, sort: TeamSort = nameAsc): TeamConnection!
    }
    extend type Mutation {
      "Creates a team; without members at first."
      createTeam(input: CreateTeam!, idempotencyKey: String): Team!
      "Changes a team: what is absent stays, null clears."
      updateTeam(id: ID!, input: UpdateTeam!, ifVersion: Int): Team!
      "Creates or changes the team with an external id (id: external:…)."
      upsertTeam(id: ID!, input: UpsertTeam!, ifVersion: Int): UpsertedTeam!
      "Archives a team: no conversation can be given to it any more; what it has it keeps."
      archiveTeam(id: ID!, ifVersion: Int): Team!
      "Takes a team back into use."
      unarchiveTeam(id: ID!, ifVersion: Int): Team!
      "Says who is in a team: whoever is not named leaves."
      setTeamMembers(id: ID!, input: SetTeamMembers!, ifVersion: Int): Team!
      "Adds an agent to a team; nothing changes when the agent is in it already."
      addTeamMember(id: ID!, input: AddTeamMember!, ifVersion: Int): Team!
      "Takes an agent (an id or external:…) out of a team."
      removeTeamMember(id: ID!, agentId: ID!, ifVersion: Int): Team!
    }
    extend type Agent {
      "The teams that the agent is in, by name."
      teams: [Team!]!
    }
    ${connectionSdl('Team')}`,
  resolvers: {
    Query: {
      team: query((ctx, { id }) => getTeam(ctx, ref(id))),
      teams: query(async (ctx, args) => connectionOf(await listTeams(ctx, sent(SearchTeams, listArguments(args)))))
    },
    Mutation: {
      createTeam: mutation((ctx, { input }) => createTeam(ctx, sent(CreateTeam, input))),
      updateTeam: mutation((ctx, { id, input }) => updateTeam(ctx, ref(id), sent(UpdateTeam, input))),
      upsertTeam: mutation((ctx, { id, input }) => upsertTeam(ctx, ref(id), sent(UpsertTeam, input))),
      archiveTeam: mutation((ctx, { id }) => archiveTeam(ctx, ref(id))),
      unarchiveTeam: mutation((ctx, { id }) => unarchiveTeam(ctx, ref(id))),
      setTeamMembers: mutation((ctx, { id, input }) => setTeamMembers(ctx, ref(id), sent(SetTeamMembers, input).agentIds)),
      addTeamMember: mutation((ctx, { id, input }) => addTeamMember(ctx, ref(id), sent(AddTeamMember, input).agentId)),
      removeTeamMember: mutation((ctx, { id, agentId }) => removeTeamMember(ctx, ref(id), ref(agentId, 'agentId')))
    },
    Team: {
      members: async (team: Team, _args, context) =>
        (await agentById(context).loadMany(team.memberIds)).filter(agent => agent !== null)
    },
    Agent: {
      teams: (agent, _args, context) => teamsOfAgent(context).load(agent.id)
    }
  }
}
