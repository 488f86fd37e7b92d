import { EventEmitter, on } from 'node:events'
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import type { Context } from '../../src/context.js'
import { ApiError, notFound, toProblem } from '../../src/errors.js'
import { connection, connectionSdl } from '../../src/graphql/connections.js'
import type { GraphqlModule } from '../../src/graphql/module.js'
import { graphqlPlugin, type GraphqlOptions } from '../../src/graphql/plugin.js'

export interface Toy {
  app: FastifyInstance
  /** Every resolver that ran, by type and field. */
  ran: string[]
  /** Every error that was logged as unexpected: its request, its own message and its cause's. */
  logged: { requestId: string, message: string, cause: unknown }[]
  /** Sends `{ beat: n }` to every subscription. */
  events: EventEmitter
  send: (query: string, variables?: Record<string, unknown> | null, more?: Record<string, unknown>) => Promise<ToyAnswer>
}

export interface ToyAnswer {
  status: number
  headers: Record<string, unknown>
  body: { data?: any, errors?: any[], extensions?: any }
}

export const toyTypes = `
  type Thing { id: ID! name: String }
  input ThingInput { name: String! = "unnamed" size: Int tags: [String!] }
  enum Colour { red green }
`

const sdl = `
  ${connectionSdl('Thing')}
  extend type Query {
    hello(name: String = "you"): String!
    colour(colour: Colour): Colour
    echo(input: ThingInput, json: JSON, at: DateTime, first: Int = 7): JSON
    thing(id: ID!): Thing
    things(first: Int = 25, after: String): ThingConnection!
    list: [Thing!]!
    short: [Thing!]! @listSize(assumedSize: 3)
    fail(how: String!): String
    failWhole: String!
    caller: String
  }
  extend type Thing {
    things(first: Int): ThingConnection!
    parent: Thing
    must: String!
  }
  extend type Mutation { rename(id: ID!, name: String!): Thing! }
  extend type Subscription {
    beats(fail: Boolean): Beat!
    ticks: Int!
    never: Int!
  }
  type Beat { beat: Int! caller: String! odd: String }
`

export function toyModule (ran: string[], events: EventEmitter): GraphqlModule {
  const seen = <T>(field: string, value: T): T => {
    ran.push(field)
    return value
  }
  const thing = (id: string) => ({ id, name: `thing ${id}` })
  const page = (first: number) => connection({
    data: Array.from({ length: Math.min(first, 3) }, (_, at) => thing(String(at))),
    page: { hasMore: first > 3, endCursor: 'end' },
    cursorOf: ({ id }) => `after ${id}`
  })
  const failures: Record<string, () => unknown> = {
    notFound: () => { throw notFound('Thing') },
    invalid: () => { throw new ApiError('invalid', 'name: is too long', [{ path: 'name', message: 'is too long' }]) },
    unavailable: () => { throw new ApiError('unavailable', 'Later.', undefined, 5) },
    unknown: () => { throw new TypeError('secret of the house') },
    status: () => { throw Object.assign(new Error('secret of a service'), { statusCode: 404 }) },
    text: () => { throw 'secret text' }, // oxlint-disable-line no-throw-literal
    rejected: async () => { throw new Error('secret rejection') },
    returned: () => new Error('secret return'),
    serialised: () => ({ secret: 'object' })
  }
  return {
    sdl,
    resolvers: {
      Query: {
        hello: (_, { name }) => seen('Query.hello', `Hello ${name}`),
        colour: (_, { colour }) => seen('Query.colour', colour),
        echo: (_, args) => seen('Query.echo', args),
        thing: (_, { id }) => seen('Query.thing', id === 'none' ? null : thing(id)),
        things: (_, { first }) => seen('Query.things', page(first)),
        list: () => seen('Query.list', [thing('a')]),
        short: () => seen('Query.short', [thing('a')]),
        fail: (_, { how }) => seen('Query.fail', failures[how]!()),
        failWhole: () => failures.notFound!(),
        caller: (_, __, { ctx }) => seen('Query.caller', (ctx as unknown as { name: string }).name)
      },
      Mutation: { rename: (_, { id, name }) => seen('Mutation.rename', { id, name }) },
      Thing: {
        things: (_, { first }) => seen('Thing.things', page(first ?? 25)),
        parent: () => seen('Thing.parent', thing('parent')),
        must: () => seen('Thing.must', null)
      },
      Subscription: {
        beats: {
          subscribe: (_, { fail }, { ctx }) => {
            if (fail) throw new ApiError('forbidden', 'Not you.')
            return on(events, 'beat', { signal: seen('Subscription.beats', (ctx as unknown as { signal?: AbortSignal }).signal) })
          },
          resolve: ([beat]) => ({ beat })
        },
        ticks: {
          async * subscribe () {
            yield * [1, 2, 3]
          }
        },
        never: {
          subscribe: () => {
            events.emit('subscribed')
            return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: async () => { events.emit('returned'); return { done: true, value: undefined } } }) }
          }
        }
      },
      Beat: {
        caller: (_, __, { ctx }) => (ctx as unknown as { name: string }).name,
        odd: ({ beat }) => { if (beat % 2) throw new Error('secret oddity'); return 'even' }
      }
    }
  }
}

/** A server with nothing but the GraphQL face and a toy module, behind a door that refuses `x-refuse`; closed with the test. */
export async function makeToy (t: Test, options: Partial<GraphqlOptions> = {}): Promise<Toy> {
  const ran: string[] = []
  const logged: Toy['logged'] = []
  const events = new EventEmitter()
  const app = fastify({ genReqId: () => 'request-1' }) as unknown as FastifyInstance
  app.addHook('onRequest', async request => {
    if (request.headers['x-refuse']) throw new ApiError('rateLimited', 'Too many.')
  })
  await app.register(graphqlPlugin, {
    modules: [toyModule(ran, events)],
    types: toyTypes,
    contextOf: async request => who(request.headers.authorization),
    contextOfConnection: async ({ authorization }) => who(authorization as string),
    problemOf (error: unknown, request: FastifyRequest) {
      const { statusCode = 500, message } = error as FastifyError
      const known = !(error instanceof ApiError) && statusCode < 500 ? new ApiError(statusCode === 413 ? 'tooLarge' : 'badRequest', message) : error
      const problem = toProblem(known, request.id)
      if (problem.code === 'internal') logged.push({ requestId: request.id, message, cause: (error as Error).cause })
      return { problem, retryAfter: known instanceof ApiError ? known.retryAfter : undefined }
    },
    ...options
  })
  t.teardown(() => app.close())
  await app.ready()
  return {
    app,
    ran,
    logged,
    events,
    async send (query, variables, more) {
      const headers = { accept: 'application/graphql-response+json' }
      const answer = await app.inject({ method: 'POST', url: '/graphql', headers, payload: { query, ...(variables && { variables }), ...more } })
      return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
    }
  }
}

/** Callers by name: anonymous without a header, a stranger refused. */
function who (authorization: string | undefined): Context {
  const name = authorization?.replace('Bearer ', '') ?? 'anonymous'
  if (name === 'stranger') throw new ApiError('unauthenticated', 'We do not know you.')
  if (name === 'outcast') throw new ApiError('forbidden', 'We know you.')
  if (name === 'broken') throw new Error('secret breakage')
  return { name } as unknown as Context
}
