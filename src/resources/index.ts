import type { Services } from '../context.js'
import type { GraphqlModule } from '../graphql/module.js'
import type { People } from '../http/authentication.js'
import type { Api } from '../http/operation.js'
import { tagGraphql } from './tags/tag.graphql.js'
import { tagRoutes } from './tags/tag.http.js'

/** Every resource's doorways; adding a resource is a line in each list. */
export const routes: Array<(app: Api) => void> = [
  tagRoutes
]

export const modules: GraphqlModule[] = [
  tagGraphql
]

/** Who stands behind a token's subject. */
export const people = (_services: Services): People => ({
  agent: async () => null,
  contact: async () => null
})
