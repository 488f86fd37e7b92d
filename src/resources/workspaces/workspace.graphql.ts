import type { GraphqlModule } from '../../graphql/module.js'
import { mutation, query } from '../../graphql/resolving.js'
import { sent } from '../../validate.js'
import { getWorkspace, updateWorkspace } from './workspace.service.js'
import { UpdateWorkspace } from './workspace.shapes.js'

export const workspaceGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "The workspace of the caller."
      workspace: Workspace!
    }
    extend type Mutation {
      "Changes the workspace of the caller: what is absent stays."
      updateWorkspace(input: UpdateWorkspace!, ifVersion: Int): Workspace!
    }`,
  resolvers: {
    Query: { workspace: query(ctx => getWorkspace(ctx)) },
    Mutation: { updateWorkspace: mutation((ctx, { input }) => updateWorkspace(ctx, sent(UpdateWorkspace, input))) }
  }
}
