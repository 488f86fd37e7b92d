import type { FastifyInstance } from 'fastify'
import { graphql, type GraphQLSchema } from 'graphql'
import type { Services } from '../context.js'
import type { Authentication } from '../http/authentication.js'
import { problemOf } from '../http/plugin.js'
import { namedSchemas, namedShapes } from '../shapes.js'
import type { GraphqlModule } from './module.js'
import { printTypes } from './print-types.js'
import { makeSchema } from './schema.js'

/** Which shapes REST alone has: pages are connections here, problems are errors. */
const onlyRest = (id: string): boolean => id.endsWith('List') || ['Page', 'Problem', 'FieldError', 'ErrorCode'].includes(id)

/** The SDL of every object, input and enum type, from the same shapes as the OpenAPI components. */
export function typesSdl (): string {
  const inputs = new Set([...namedShapes()].filter(([, { role }]) => role === 'input').map(([id]) => id))
  const schemas = Object.fromEntries(Object.entries(namedSchemas()).filter(([id]) => !onlyRest(id)))
  return printTypes(schemas, { inputs })
}

/** The executable schema of both: the types of all shapes, and what the modules add. */
export const graphqlSchema = (modules: readonly GraphqlModule[]): GraphQLSchema => makeSchema(modules, typesSdl())

export async function graphqlFace (app: FastifyInstance, { modules }: { services: Services, authentication: Authentication, modules: GraphqlModule[] }): Promise<void> {
  const schema = graphqlSchema(modules)
  app.post<{ Body: { query: string, variables: Record<string, unknown> } }>('/graphql', async request => {
    const { data, errors } = await graphql({
      schema, source: request.body.query, variableValues: request.body.variables,
      contextValue: { ctx: request.ctx, loaders: new Map(), requestId: request.id }
    })
    return { data, errors: errors?.map(error => {
      const { problem } = problemOf(error.originalError ?? error, request)
      return { message: problem.detail, path: error.path, extensions: { code: problem.code, requestId: request.id, errors: problem.errors } }
    }) }
  })
}
