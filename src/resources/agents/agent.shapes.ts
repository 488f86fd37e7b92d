import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { choiceCondition, filters, givenFilter, givenIsSet, IdCondition, on, onList, onLowered, TextCondition, TimeCondition, within } from '../../db/filter.js'
import { language, timeZone } from '../../locale.js'
import {
  at, choice, externalIdInput, flag, id, input, jsonParameter, line, listOf, pageBody, pageQuery, resourceFields, shape, upsertedShape
} from '../../shapes.js'
import { roles } from '../../scopes.js'
import { agents, availabilities } from './agent.table.js'

export const AgentRole = choice('AgentRole', 'What an agent may do: admins everything; leads everything but keys and the workspace\'s settings; agents read everything and work on conversations and contacts; viewers read.', roles)
export const Availability = choice('Availability', 'Whether an agent takes conversations at the moment.', availabilities)

const levels = 'such as "support specialist 1", "support specialist 2", "senior support specialist", "support engineer" or "senior support engineer"'

export const Agent = shape('Agent', 'A human teammate.', {
  ...resourceFields,
  name: z.string().describe('How the teammate is called.'),
  email: z.string().describe('In lower case; unique in the workspace.'),
  role: AgentRole.describe('What the agent may do, signed in with a token.'),
  level: z.string().nullable().describe(`The step on the career ladder, ${levels}.`),
  skills: z.array(z.string()).describe('What the agent knows well, such as "billing".'),
  languages: z.array(z.string()).describe('The languages that the agent answers in, BCP 47.'),
  capacity: z.int().nullable().describe('How many conversations at once; null: any number.'),
  availability: Availability.describe('Whether the agent takes conversations at the moment.'),
  availabilityChangedAt: at().describe('Since when it is so.'),
  timeZone: z.string().nullable().describe('IANA, where the agent works.'),
  deactivatedAt: at().nullable().describe('Since when the agent can neither sign in nor be assigned; what was done stays.')
})
export type Agent = z.output<typeof Agent>

const unique = <T>(list: T[]): T[] => [...new Set(list)]
const fields = {
  name: line(200).describe('How the teammate is called; one line, up to 200 characters.'),
  email: z.email().max(254).toLowerCase().describe('Unique in the workspace, whatever its case; kept in lower case.'),
  role: AgentRole.describe('What the agent may do; `agent` when left out. Making an admin, or changing one, also takes workspace:write.'),
  level: line(100).nullable().describe(`The step on the career ladder: a word of your own, ${levels}.`),
  skills: z.array(line(100)).max(100).transform(unique).describe('What the agent knows well, up to 100.'),
  languages: z.array(language()).max(50).transform(unique).describe('The languages that the agent answers in, BCP 47, up to 50.'),
  capacity: z.int().min(0).max(100_000).nullable().describe('How many conversations at once; null: any number.'),
  timeZone: timeZone().nullable().describe('IANA, where the agent works: `Europe/Vienna`.')
}
const optional = {
  role: fields.role.optional(),
  level: fields.level.optional(),
  skills: fields.skills.optional(),
  languages: fields.languages.optional(),
  capacity: fields.capacity.optional(),
  timeZone: fields.timeZone.optional()
}

export const CreateAgent = input('CreateAgent', 'A new teammate; offline at first.', {
  externalId: externalIdInput().optional(),
  name: fields.name,
  email: fields.email,
  ...optional
})
export type CreateAgent = z.output<typeof CreateAgent>

export const UpdateAgent = input('UpdateAgent', 'Changes to an agent: what is absent stays, null clears.', {
  name: fields.name.optional(),
  email: fields.email.optional(),
  ...optional
})
export type UpdateAgent = z.output<typeof UpdateAgent>

export const UpsertAgent = input('UpsertAgent', 'What the agent with this external id shall be.', {
  name: fields.name,
  email: fields.email,
  ...optional
})

export const SetAgentAvailability = input('SetAgentAvailability', 'Whether an agent takes conversations from now on.', {
  availability: Availability.describe('Whether the agent takes conversations.')
})

export const agentFilters = filters('Agent', {
  id: on(IdCondition, agents.id),
  externalId: on(TextCondition, agents.externalId),
  name: on(TextCondition, agents.name),
  email: onLowered(agents.email),
  role: on(choiceCondition('AgentRole', AgentRole), agents.role),
  level: on(TextCondition, agents.level),
  skill: onList(agents.skills),
  language: onList(agents.languages),
  availability: on(choiceCondition('Availability', Availability), agents.availability),
  teamId: within(IdCondition, sql`m.team_id`, inner => sql`exists (select 1 from team_members m
    where m.workspace_id = ${agents.workspaceId} and m.agent_id = ${agents.id} and ${inner})`),
  deactivatedAt: on(TimeCondition, agents.deactivatedAt),
  createdAt: on(TimeCondition, agents.createdAt),
  updatedAt: on(TimeCondition, agents.updatedAt)
})

export const AgentSort = choice('AgentSort', 'How agents are sorted; ties by id.', ['nameAsc', 'nameDesc', 'createdAtAsc', 'createdAtDesc'])

const q = z.string().min(1).max(200).optional().describe('Words, or their beginnings, of the name or e-mail address.')

export const AgentQuery = z.object({
  ...pageQuery,
  sort: AgentSort.default('nameAsc').describe('How they are sorted; ties by id.'),
  q,
  filter: jsonParameter(agentFilters.shape).optional().describe('An AgentFilter as JSON.'),
  role: AgentRole.optional().describe('Only those with this role.'),
  availability: Availability.optional().describe('Only those.'),
  level: z.string().max(100).optional().describe('Only those on this step of the ladder.'),
  skill: z.string().max(100).optional().describe('Only those with this skill.'),
  teamId: id().optional().describe('Only members of this team.'),
  email: z.string().max(254).optional().describe('Only the one with this address.'),
  deactivated: flag().optional().describe('true: only deactivated ones; false: only active ones.')
})

export const SearchAgents = input('SearchAgents', 'A search among agents.', {
  ...pageBody,
  sort: AgentSort.default('nameAsc').describe('How they are sorted; ties by id.'),
  q,
  filter: agentFilters.shape.optional().describe('Which agents.')
})
export type SearchAgents = z.output<typeof SearchAgents>

/** The parameters of the URL as one filter. */
export function searchOfQuery ({ role, availability, level, skill, teamId, email, deactivated, filter, ...rest }: z.output<typeof AgentQuery>): SearchAgents {
  return { ...rest, filter: givenFilter({ role, availability, level, skill, teamId, email }, filter, givenIsSet('deactivatedAt', deactivated)) }
}

export const AgentList = listOf('Agent', Agent)
export const UpsertedAgent = upsertedShape('Agent', Agent)
