import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.js'
import type { ProblemOf } from './answers.js'
import { makeEngine } from './engine.js'
import { graphiqlPage } from './graphiql.js'
import { httpFace } from './http.js'
import { defaultLimits, type Limits } from './limits.js'
import type { GraphqlModule } from './module.js'
import { makeSchema, type Types } from './schema.js'
import { defaultSocketLimits, socketFace, type SocketLimits } from './sockets.js'

export interface GraphqlOptions {
  modules: GraphqlModule[]
  /** SDL of the object, input and enum types, from `printTypes`; or the whole, as `wholeSdl` printed it. */
  types: Types
  /** Who is calling; refuses by throwing. */
  contextOf: (request: FastifyRequest) => Promise<Context>
  /** The same for a socket: `params.authorization` is what HTTP has in `Authorization`. Asked again while a subscription lasts. */
  contextOfConnection: (params: Record<string, unknown>, request: FastifyRequest) => Promise<Context>
  /** Words any error as both faces do, and logs what nobody expected. */
  problemOf: (error: unknown, request: FastifyRequest) => ReturnType<ProblemOf>
  limits?: Partial<Limits>
  socketLimits?: Partial<SocketLimits>
  /** Milliseconds. */
  now?: () => number
}

const path = '/graphql'

/** The GraphQL face: `/graphql` for queries, mutations and subscriptions, `/graphiql` to try them. Knows no resource. */
export async function graphqlPlugin (app: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const { modules, types, contextOf, contextOfConnection, problemOf, now = Date.now } = options
  const schema = makeSchema(modules, types)
  await app.register(graphiqlPage, { path })
  await app.register(async app => {
    const engine = await makeEngine(app, schema, { ...defaultLimits, ...options.limits }, modules)
    const wsHandler = await socketFace(app, engine,
      { path, limits: { ...defaultSocketLimits, ...options.socketLimits }, now, contextOfConnection, problemOf })
    await httpFace(app, engine, {
      path,
      contextOf: async request => ({ ctx: await contextOf(request), loaders: new Map(), requestId: request.id }),
      problemOf,
      wsHandler
    })
  })
}
