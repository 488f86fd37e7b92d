import type { z } from 'zod'
import { codes, type Code } from '../../errors.js'
import { refusalsOf, takesIdempotencyKey, takesVersion, type Operation } from '../operations.js'
import { ProblemShape } from '../problem.shapes.js'
import { schemaOf, type Json } from './schemas.js'

const json = 'application/json'

const header = (name: string): Json => ({ $ref: `#/components/headers/${name}` })

const isVersioned = (answer: z.ZodType | undefined): boolean =>
  'version' in ((answer as { shape?: object } | undefined)?.shape ?? {})

function contentOf (types: string[] | undefined, schema: Json): Json {
  return Object.fromEntries((types ?? [json]).map(type => [type, { schema: type === json ? schema : { type: 'string' } }]))
}

function answersOf (operation: Operation): Json {
  const { answer, produces, status = 200, also = [] } = operation
  const content = answer ? { content: contentOf(produces, schemaOf(answer, 'output')) } : produces ? { content: contentOf(produces, {}) } : {}
  const one = (code: number, description: string): Json => {
    const headers = {
      ...(isVersioned(answer) && { ETag: header('ETag') }),
      ...(code === 201 && status === 201 && { Location: header('Location') }),
      ...(takesIdempotencyKey(operation) && { 'Idempotent-Replayed': header('IdempotentReplayed') })
    }
    return { description, ...(Object.keys(headers).length && { headers }), ...content }
  }
  const usual = status === 204 ? 'Done; there is nothing to answer.' : status === 201 ? 'Created.' : status === 202 ? 'Accepted; it goes on.' : 'Done.'
  return {
    [status]: one(status, usual),
    ...Object.fromEntries(also.map(each => [each.status, one(each.status, each.description)])),
    ...(operation.method === 'GET' && isVersioned(answer) && { 304: { description: 'Not changed since the ETag in If-None-Match.' } })
  }
}

/** The refusals of an operation by status, each a reference to what `refusalsNamed` prints. */
const refusedOf = (operation: Operation): Json => Object.fromEntries(byStatus(refusalsOf(operation))
  .map(([status, list]) => [status, { $ref: `#/components/responses/${nameOf(list)}` }]))

function byStatus (refusals: readonly Code[]): Array<[number, Code[]]> {
  const statuses = [...new Set(refusals.map(code => codes[code][0]))]
  return statuses.map(status => [status, refusals.filter(code => codes[code][0] === status)])
}

/** `InvalidOrIdempotencyMismatch` */
const nameOf = (list: readonly Code[]): string => list.map(code => code[0]!.toUpperCase() + code.slice(1)).join('Or')

/** Every refusal that one of the operations may answer, once. */
export function refusalsNamed (operations: readonly Operation[]): Record<string, Json> {
  const all = operations.flatMap(operation => byStatus(refusalsOf(operation)))
  const responses = all.map(([status, list]) => [nameOf(list), {
    description: list.map(code => `${codes[code][1]} (\`${code}\`)`).join('; ') + '.',
    ...((status === 429 || status === 503) && { headers: { 'Retry-After': header('RetryAfter') } }),
    content: { 'application/problem+json': { schema: schemaOf(ProblemShape, 'output') } }
  }] as const)
  return Object.fromEntries(responses.toSorted(([a], [b]) => a < b ? -1 : 1))
}

function bodyOf ({ body, consumes, example }: Operation): Json {
  const schema = body ? schemaOf(body, 'input') : {}
  return {
    required: !body?.safeParse(undefined).success,
    content: Object.fromEntries((consumes ?? [json]).map(type => [type, {
      schema: type === json ? schema : { type: 'string' },
      ...(example !== undefined && type === json && { example })
    }]))
  }
}

function parametersOf (schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as { properties?: Record<string, Json>, required?: string[] }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name, in: where, required: where === 'path' || required.includes(name), ...(description !== undefined && { description }), schema: rest
  }))
}

/** One operation as OpenAPI writes it. */
export function describe (operation: Operation): Json {
  const { id, summary, description, tag, scope, params, query, body, consumes } = operation
  const shared = [
    ...(takesIdempotencyKey(operation) ? ['IdempotencyKey'] : []),
    ...(takesVersion(operation) ? ['IfMatch'] : [])
  ].map(name => ({ $ref: `#/components/parameters/${name}` }))
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query'), ...shared]
  return {
    operationId: id,
    summary,
    description: [description, scope && `Needs the scope \`${scope}\`.`, operation.contact && 'A contact\'s token may, for its own.']
      .filter(Boolean).join(' '),
    tags: [tag],
    security: scope === null ? [] : [{ apiKey: [scope] }, { token: [scope] }],
    ...(parameters.length && { parameters }),
    ...((body ?? consumes) && { requestBody: bodyOf(operation) }),
    responses: { ...answersOf(operation), ...refusedOf(operation) }
  }
}
