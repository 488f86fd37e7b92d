import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { filters, givenFilter, givenIsSet, IdCondition, on, TextCondition, TimeCondition, within } from '../../db/filter.js'
import {
  at, choice, externalIdInput, flag, id, input, jsonParameter, line, listOf, pageBody, pageQuery, Ref, resourceFields, shape, text, upsertedShape
} from '../../shapes.js'
import { Agent } from '../agents/agent.shapes.js'
import { teams } from './team.table.js'

export const maxMembers = 500

export const Team = shape('Team', 'Agents who take conversations together.', {
  ...resourceFields,
  name: z.string().describe('Unique in the workspace, whatever its case.'),
  description: z.string().nullable().describe('What the team is for.'),
  memberIds: z.array(id()).describe('The agents in it, oldest first.'),
  archivedAt: at().nullable().describe('Since when no conversation can be given to it.'),
  members: z.array(Agent).optional().describe('The agents in it, oldest first; in REST only with `expand=members`.')
})
export type Team = z.output<typeof Team>

const fields = {
  name: line(100).describe('Unique in the workspace, whatever its case; one line, up to 100 characters.'),
  description: text(2000).nullable().describe('What the team is for; up to 2,000 characters.')
}

export const CreateTeam = input('CreateTeam', 'A new team; without members at first.', {
  externalId: externalIdInput().optional(),
  name: fields.name,
  description: fields.description.optional()
})
export type CreateTeam = z.output<typeof CreateTeam>

export const UpdateTeam = input('UpdateTeam', 'Changes to a team: what is absent stays, null clears.', {
  name: fields.name.optional(),
  description: fields.description.optional()
})
export type UpdateTeam = z.output<typeof UpdateTeam>

export const UpsertTeam = input('UpsertTeam', 'What the team with this external id shall be.', {
  name: fields.name,
  description: fields.description.optional()
})

export const SetTeamMembers = input('SetTeamMembers', 'The whole set of a team\'s members.', {
  agentIds: z.array(id()).max(maxMembers).describe('The agents in it from now on, up to 500; whoever is not named leaves.')
})
export const AddTeamMember = input('AddTeamMember', 'An agent who joins a team.', {
  agentId: id().describe('The agent.')
})

export const teamFilters = filters('Team', {
  id: on(IdCondition, teams.id),
  externalId: on(TextCondition, teams.externalId),
  name: on(TextCondition, teams.name),
  agentId: within(IdCondition, sql`m.agent_id`, inner => sql`exists (select 1 from team_members m
    where m.workspace_id = ${teams.workspaceId} and m.team_id = ${teams.id} and ${inner})`),
  archivedAt: on(TimeCondition, teams.archivedAt),
  createdAt: on(TimeCondition, teams.createdAt),
  updatedAt: on(TimeCondition, teams.updatedAt)
})

export const TeamSort = choice('TeamSort', 'How teams are sorted; ties by id.', ['nameAsc', 'nameDesc', 'createdAtAsc', 'createdAtDesc'])

const sort = TeamSort.default('nameAsc').describe('How they are sorted; ties by id.')
const Expand = z.literal('members').optional().describe('members: puts the agents beside their ids.')

export const TeamQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(teamFilters.shape).optional().describe('A TeamFilter as JSON.'),
  agentId: id().optional().describe('Only the teams of this agent.'),
  archived: flag().optional().describe('true: only archived ones; false: only those in use.'),
  expand: Expand
})
export const ExpandTeam = z.object({ expand: Expand })

export const SearchTeams = input('SearchTeams', 'A search among teams.', {
  ...pageBody,
  sort,
  filter: teamFilters.shape.optional().describe('Which teams.')
})
export type SearchTeams = z.output<typeof SearchTeams>

/** The parameters of the URL as one filter. */
export function searchOfQuery ({ agentId, archived, filter, expand: _, ...rest }: z.output<typeof TeamQuery>): SearchTeams {
  return { ...rest, filter: givenFilter({ agentId }, filter, givenIsSet('archivedAt', archived)) }
}

/** The address of one member of a team. */
export const MemberParams = z.object({ id: Ref, agentId: Ref })

export const TeamList = listOf('Team', Team)
export const UpsertedTeam = upsertedShape('Team', Team)
