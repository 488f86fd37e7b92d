import type { FastifyInstance } from 'fastify'
import type { Perform } from '../context.js'
import { ApiError, toProblem } from '../errors.js'
import type { Operation } from './operations.js'

const reads = ({ method, id }: Operation): boolean => method === 'GET' || id === 'bulkWrite' || id.startsWith('search')

/**
 * Performs operations as if each had come alone, through the whole door: validated, counted, permitted, logged. The caller
 * is lent a pass that is good for that one request and known to nobody outside.
 */
export function performer (app: FastifyInstance): Perform {
  return async (caller, { operation: id, params = {}, body, ifVersion, idempotencyKey }) => {
    const operation = app.operations().find(operation => operation.id === id && !reads(operation))
    if (!operation) return refusal(`There is no operation ${id} that writes. See /docs.`)
    const missing = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).find(name => !params[name])
    if (missing) return refusal(`params.${missing} is required by ${id}.`)
    const pass = app.authentication.lend(caller)
    try {
      const answer = await app.inject({
        method: operation.method as 'POST',
        url: operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!)),
        headers: {
          authorization: `Bearer ${pass}`,
          ...(ifVersion !== undefined && { 'if-match': `"${ifVersion}"` }),
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey })
        },
        ...(body !== undefined && { payload: body })
      })
      return { status: answer.statusCode, replayed: answer.headers['idempotent-replayed'] === 'true', body: answer.body ? answer.json() as unknown : null }
    } finally {
      app.authentication.takeBack(pass)
    }
  }
}

function refusal (detail: string): { status: number, replayed: boolean, body: unknown } {
  const problem = toProblem(new ApiError('invalid', detail), '')
  return { status: problem.status, replayed: false, body: problem }
}
