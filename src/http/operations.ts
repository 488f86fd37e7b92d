import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { z } from 'zod'
import { codes, type Code } from '../errors.js'
import type { OperationInfo } from './operation.js'

/** One operation of REST as its route declares it. */
export interface Operation extends OperationInfo {
  method: string
  /** With its parameters in braces: `/v1/tags/{id}`. */
  path: string
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every operation, by path and method; complete once the server is ready. */
    operations: () => Operation[]
  }
}

/** Collects the operations of all routes that are registered after it. */
export const operations = plugin(async (app: FastifyInstance) => {
  const found: Operation[] = []
  app.decorate('operations', () => found.toSorted((a, b) => order(a) < order(b) ? -1 : 1))
  app.addHook('onRoute', ({ config, method, url, schema }) => {
    if (!config?.operation || method === 'HEAD') return
    const { params, querystring: query, body } = schema as { params?: z.ZodType, querystring?: z.ZodType, body?: z.ZodType }
    found.push({ ...config.operation, method: String(method), path: url.replace(/:(\w+)/g, '{$1}'), params, query, body })
  })
}, { name: 'operations' })

const order = ({ path, method }: Operation): string => `${path} ${method}`

const changes = ({ method }: Operation): boolean => ['PATCH', 'PUT', 'DELETE'].includes(method)

const acts = ({ method, scope }: Operation): boolean => method === 'POST' && scope !== null && !scope.endsWith(':read')

/** Whether it takes If-Match: whatever changes one named thing, and makes none. */
export const takesVersion = (operation: Operation): boolean =>
  changes(operation) || (acts(operation) && operation.params !== undefined && operation.status !== 201)

/** Whether it takes Idempotency-Key: every POST but searches, which may be repeated anyway. */
export const takesIdempotencyKey = (operation: Operation): boolean => acts(operation)

/** Every code that it may be refused with: those that follow from its form, and those that it names itself. */
export function refusalsOf (operation: Operation): Code[] {
  const { params, query, body, scope, refusals = [] } = operation
  const writes = changes(operation) || acts(operation)
  const all = new Set<Code>([
    'badRequest', 'rateLimited', 'internal', 'unavailable',
    ...some(scope, 'unauthenticated', 'forbidden'),
    ...some(params ?? query ?? body, 'invalid'),
    ...some(params ?? (writes && body && names(body)), 'notFound'),
    ...some(takesVersion(operation), 'preconditionFailed'),
    ...some(writes, 'conflict'),
    ...some(acts(operation), 'idempotencyMismatch'),
    ...some(body, 'tooLarge'),
    ...some([query, body].some(schema => schema && filters(schema)), 'tooComplex'),
    ...refusals
  ])
  return (Object.keys(codes) as Code[]).filter(code => all.has(code))
}

const some = (condition: unknown, ...list: Code[]): Code[] => condition ? list : []

/** Whether a body refers to something else by its id. */
const names = (body: z.ZodType): boolean =>
  JSON.stringify(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' })).includes('"format":"uuid"')

const filters = (schema: z.ZodType): boolean => 'filter' in ((schema as { shape?: object }).shape ?? {})
