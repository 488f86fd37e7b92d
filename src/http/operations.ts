import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import type { z } from 'zod'
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

const changes = (operation: Operation): boolean => ['PATCH', 'PUT', 'DELETE'].includes(operation.method)

/** Whether it takes If-Match: whatever changes one named thing, and makes none. */
export const takesVersion = (operation: Operation): boolean =>
  changes(operation) || (isWrite(operation) && operation.params !== undefined && operation.status !== 201)

/** Whether it takes Idempotency-Key: every POST but searches, which may be repeated anyway. */
export const takesIdempotencyKey = (operation: Operation): boolean => isWrite(operation)

const isWrite = ({ method, scope }: Operation): boolean => method === 'POST' && scope !== null && !scope.endsWith(':read')

/** Every code that it may be refused with: those that follow from its form, and those that it names itself. */
export function refusalsOf (operation: Operation): Code[] {
  const { method, params, query, body, scope, refusals = [] } = operation
  const some = (condition: unknown, ...list: Code[]): Code[] => condition ? list : []
  const all = new Set<Code>([
    'badRequest', 'rateLimited', 'internal', 'unavailable',
    ...some(scope, 'unauthenticated', 'forbidden'),
    ...some(params ?? query ?? body, 'invalid'),
    ...some(params, 'notFound'),
    ...some(takesVersion(operation), 'preconditionFailed'),
    ...some(takesIdempotencyKey(operation), 'conflict', 'idempotencyMismatch'),
    ...some(body && method !== 'GET', 'tooLarge'),
    ...some([query, body].some(schema => schema && fieldsOf(schema).includes('filter')), 'tooComplex'),
    ...refusals
  ])
  return (Object.keys(codes) as Code[]).filter(code => all.has(code))
}

const fieldsOf = (schema: z.ZodType): string[] => Object.keys((schema as { shape?: object }).shape ?? {})
