import type { GraphqlModule } from '../../graphql/module.js'
import { query } from '../../graphql/resolving.js'
import { sent } from '../../validate.js'
import { getPledge } from './pledge.service.js'
import { WorkspaceName } from './pledge.shapes.js'

export const pledgeGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "What a workspace promises in public; needs no key."
      pledge("The workspace's slug or id." workspace: String!): Pledge!
    }`,
  resolvers: {
    Query: { pledge: query((ctx, { workspace }) => getPledge(ctx, sent(WorkspaceName, workspace, 'workspace'))) }
  }
}
