import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { z } from 'zod'
import { contextOf, type Context, type Services } from '../context.js'
import { worded } from '../db/refusals.js'
import { ApiError, toProblem, unauthenticated, whoIsCalling, type Problem } from '../errors.js'
import type { Authentication } from './authentication.js'
import { speakJson } from './json.js'
import { sent } from '../validate.js'

declare module 'fastify' {
  interface FastifyRequest { ctx: Context }
}

/** What Fastify, its parsers and its router throw, in our words. */
function ofFastify (error: FastifyError): unknown {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': return new ApiError('tooLarge', 'The body is larger than this endpoint takes.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError('badRequest', 'This endpoint does not take this Content-Type; send application/json.')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY': return new ApiError('badRequest', 'The body is empty; send a JSON object.')
    case 'FST_ERR_BAD_URL': case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('badRequest', 'The URL is not valid.')
    case 'FST_UNDER_PRESSURE':
      return new ApiError('unavailable', 'The server has more to do than it can. Try again shortly.', undefined, 10)
    default:
      if (error instanceof SyntaxError) return new ApiError('badRequest', `The body is not JSON: ${error.message}`)
      return error.statusCode && error.statusCode < 500 ? new ApiError('badRequest', error.message) : error
  }
}

/** Any error as a problem; what nobody expected is logged with its cause, under the request id. */
export function problemOf (thrown: unknown, request: FastifyRequest): { problem: Problem, retryAfter?: number } {
  const error = worded(thrown instanceof ApiError ? thrown : ofFastify(thrown as FastifyError))
  const problem = toProblem(error, request.id)
  if (problem.code === 'internal') request.log.error({ err: error }, 'a request failed')
  else if (problem.code === 'unavailable') request.log.warn({ err: error }, 'unavailable')
  return { problem, retryAfter: error instanceof ApiError ? error.retryAfter : undefined }
}

function answerProblem (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { problem, retryAfter } = problemOf(thrown, request)
  reply.header('x-request-id', request.id)
  if (retryAfter) reply.header('retry-after', String(retryAfter))
  if (problem.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer')
  reply.code(problem.status).type('application/problem+json').serializer(JSON.stringify).send(problem)
}

export const requestId = (): string => randomUUID()

/** What the router answers by itself, before any hook. */
export function frameworkError (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  answerProblem(error, request, reply)
}

export interface DoorOptions { services: Services, authentication: Authentication }

const maxKeyLength = 255

/** Of a body that is still to come, only its length can be compared. */
function hashable ({ body, headers }: FastifyRequest): Buffer | string {
  if (Buffer.isBuffer(body)) return body
  return body instanceof Readable ? String(headers['content-length']) : JSON.stringify(body ?? null)
}

function readConditions (request: FastifyRequest): void {
  const match = request.headers['if-match']
  if (match !== undefined && match !== '*') {
    const version = /^(?:W\/)?"(\d{1,9})"$/.exec(match)?.[1]
    if (!version) throw new ApiError('badRequest', 'If-Match must be an ETag as it was answered, such as "3", or *.')
    request.ctx.ifVersion = Number(version)
  }
  const key = request.headers['idempotency-key']
  if (key === undefined || request.method !== 'POST') return
  if (typeof key !== 'string' || key.length > maxKeyLength || !/^[\x21-\x7e]+$/.test(key)) {
    throw new ApiError('badRequest', `Idempotency-Key must be 1 to ${maxKeyLength} visible ASCII characters.`)
  }
  const hash = createHash('sha256').update(`${request.url}\n`).update(hashable(request)).digest()
  request.ctx.idempotency = { key, hash }
}

/** The ETag of a resource, and 304 for whoever has it already. */
function markVersion (request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const version = (payload as { version?: unknown } | null)?.version
  if (typeof version === 'number') {
    const etag = `"${version}"`
    reply.header('etag', etag)
    if (request.method === 'GET' && request.headers['if-none-match'] === etag) {
      reply.code(304)
      return null
    }
  }
  if (request.ctx?.replayed.yes) reply.header('idempotent-replayed', 'true')
  return payload
}

/** The door that every request comes through: request id, caller, limits, conditions, problems. */
export const door = plugin(async (app: FastifyInstance, { services, authentication }: DoorOptions) => {
  const perMinute = services.config.RATE_LIMIT_PER_MINUTE
  const limit = app.createRateLimit({
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: request => request.ctx?.caller?.id ?? request.ip
  })
  speakJson(app)
  app.decorateRequest('ctx')
  app.setErrorHandler(answerProblem)
  app.setNotFoundHandler((request, reply) => answerProblem(
    new ApiError('notFound', `There is no ${request.method} ${request.url.split('?')[0]}. See /docs.`), request, reply))

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    request.ctx = contextOf(services, null, request.id)
    if (request.routeOptions.config.open) return
    let refusal: unknown
    try {
      if (!request.routeOptions.config.ownSecret) request.ctx.caller = await authentication.identify(request.headers.authorization)
    } catch (error) { refusal = error }
    await count(request, reply)
    if (refusal) throw refusal
    // Before the body is read: a stranger sends us none, and learns nothing of what it should be.
    if (request.routeOptions.config.operation?.scope && !request.ctx.caller) throw unauthenticated(whoIsCalling)
  })
  app.addHook('preValidation', (request, _reply, done) => { readConditions(request); done() })
  app.addHook('preSerialization', async (request, reply, payload) => markVersion(request, reply, payload))

  async function count (request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const used = await limit(request)
    if (used.isAllowed) return
    reply.header('ratelimit-policy', `"default";q=${perMinute};w=60`)
    reply.header('ratelimit', `"default";r=${used.remaining};t=${used.ttlInSeconds}`)
    if (used.isExceeded) {
      throw new ApiError('rateLimited', `More than ${perMinute} requests a minute. Wait ${used.ttlInSeconds} s.`, undefined, used.ttlInSeconds)
    }
  }
}, { name: 'door' })

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asks for no caller and is not counted: health, the contracts, the reference page. */
    open?: boolean
    /** Checks a secret of its own, as providers send it; counted by address. */
    ownSecret?: boolean
  }
}

/** Fastify calls whatever a validator says the caller's mistake, unless it says otherwise. */
const unexpected = (cause: unknown): Error => Object.assign(new Error('A shape could not be checked', { cause }), { statusCode: 500 })

/** Zod validates what comes in, JSON.stringify writes what goes out. Within `/v1` and the hooks only. */
export function speakZod (app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema, httpPart }) => data => {
    try {
      // No body at all is null to Fastify.
      return { value: sent(schema as unknown as z.ZodType, data ?? undefined, httpPart) }
    } catch (error) {
      return { error: error instanceof ApiError ? error : unexpected(error) }
    }
  })
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    done(null, payload)
  })
}
