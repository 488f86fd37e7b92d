import { byId } from '../../graphql/loading.js'
import { agentsById } from './agent.service.js'

/** Agents by id, all of a request's in one statement. */
export const agentById = byId(agentsById)
