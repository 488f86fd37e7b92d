import type { FastifyInstance } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { contextOf, type Services } from '../context.js'
import type { Authentication } from '../http/authentication.js'
import { problemOf } from '../http/plugin.js'
import { namedSchemas, namedShapes } from '../shapes.js'
import type { GraphqlModule } from './module.js'
import { graphqlPlugin } from './plugin.js'
import { printTypes } from './print-types.js'
import { printedGraph } from './printed.js'
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

/** GraphQL for the callers that REST knows, in the words that REST has. */
export async function graphqlFace (app: FastifyInstance, { services, authentication, modules }: {
  services: Services, authentication: Authentication, modules: GraphqlModule[]
}): Promise<void> {
  await app.register(graphqlPlugin, {
    modules,
    types: printedGraph() ?? typesSdl(),
    contextOf: async request => request.ctx,
    contextOfConnection: async ({ authorization }, request) =>
      contextOf(services, await authentication.identify(authorization as string), request.id),
    problemOf,
    limits: { cost: services.config.GRAPHQL_MAX_COST },
    now: services.now
  })
}
