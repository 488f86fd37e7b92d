import type { Services } from '../context.js'
import type { GraphqlModule } from '../graphql/module.js'
import type { People } from '../http/authentication.js'
import type { Api } from '../http/operation.js'
import { agentGraphql } from './agents/agent.graphql.js'
import { agentRoutes } from './agents/agent.http.js'
import { agentForToken } from './agents/agent.service.js'
import { tagGraphql } from './tags/tag.graphql.js'
import { tagRoutes } from './tags/tag.http.js'
import { teamGraphql } from './teams/team.graphql.js'
import { teamRoutes } from './teams/team.http.js'

/** Every resource's doorways; adding a resource is a line in each list. */
export const routes: Array<(app: Api) => void> = [
  agentRoutes,
  tagRoutes,
  teamRoutes
]

export const modules: GraphqlModule[] = [
  agentGraphql,
  tagGraphql,
  teamGraphql
]

/** Who stands behind a token's subject. */
export const people = (services: Services): People => ({
  agent: (workspaceId, subject) => agentForToken(services, workspaceId, subject),
  contact: async () => null
})
