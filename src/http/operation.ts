import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Code } from '../errors.js'
import type { Scope } from '../scopes.js'

interface ZodTypes extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  serializer: unknown
}

/** Fastify, with requests typed by the Zod shapes of `operation`. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypes>

export interface OperationInfo {
  /** The operationId; mutations have the same name, queries the noun (`getTag` → `tag`, `listTags` → `tags`). */
  id: string
  summary: string
  description?: string
  /** The section of the reference. */
  tag: string
  /** The scope that a caller needs; null where none is asked for. */
  scope: Scope | null
  /** Whether a contact's token may call it, for that contact's own. */
  contact?: boolean
  /** 200 when left out. */
  status?: 200 | 201 | 202 | 204
  /** Further statuses with the same answer (200 for a duplicate). */
  also?: Array<{ status: number, description: string }>
  answer?: z.ZodType
  /** Refusals beyond those that every operation has. */
  refusals?: Code[]
  /** Media types, where the answer or the body is not (only) JSON. */
  produces?: string[]
  consumes?: string[]
  /** An example of the body. */
  example?: unknown
  /** The GraphQL field, where the name does not follow from the id; or the reason why only REST has it. */
  graphql?: string | { none: string }
}

declare module 'fastify' {
  interface FastifyContextConfig { operation?: OperationInfo }
}

const none = undefined as never

/** A parameter that there is not is a mistake to hear of, unless the shape says what else may stand there. */
const closed = (query: z.ZodType): z.ZodType => query instanceof z.ZodObject && !query.def.catchall ? query.strict() : query

/** The schema and config of a route, typed by its shapes. */
export function operation<P extends z.ZodType = z.ZodType<unknown>, Q extends z.ZodType = z.ZodType<unknown>, B extends z.ZodType = z.ZodType<unknown>> (
  info: OperationInfo & { params?: P, query?: Q, body?: B }
) {
  const { params, query, body, ...rest } = info
  return {
    schema: {
      tags: [rest.tag],
      ...(params ? { params } : none),
      ...(query ? { querystring: closed(query) } : none),
      ...(body ? { body } : none)
    } as { tags: string[], params: P, querystring: Q, body: B },
    config: { operation: rest as OperationInfo }
  }
}
