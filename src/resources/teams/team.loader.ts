import { byId, listById } from '../../graphql/loading.js'
import { teamsById, teamsOfAgents } from './team.service.js'

/** Teams by id, all of a request's in one statement. */
export const teamById = byId(teamsById)

/** The teams of each agent. */
export const teamsOfAgent = listById(teamsOfAgents)
