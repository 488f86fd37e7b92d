import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../errors.js'
import { sendBytes } from '../http/reply.js'
import { refusalOf, type Answer, type ProblemOf } from './answers.js'
import type { Engine, Operation } from './engine.js'
import type { GraphqlContext } from './module.js'

export interface HttpOptions {
  path: string
  contextOf: (request: FastifyRequest) => Promise<GraphqlContext>
  problemOf: (error: unknown, request: FastifyRequest) => ReturnType<ProblemOf>
  /** What answers a WebSocket on the same path. */
  wsHandler: (socket: WebSocket, request: FastifyRequest) => void
}

const json = 'application/json; charset=utf-8'
const graphqlJson = 'application/graphql-response+json; charset=utf-8'

/** GraphQL over HTTP: POST, and GET for queries. https://graphql.github.io/graphql-over-http/draft/ */
export async function httpFace (app: FastifyInstance, engine: Engine, options: HttpOptions): Promise<void> {
  const { path, contextOf, problemOf } = options

  async function answer (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const operation = request.method === 'GET' ? readQuerystring(request.query as Parameters) : readBody(request)
    const context = await contextOf(request)
    const { answer, status, retryAfter } = await engine.run(operation, context, error => problemOf(error, request),
      { onlyQueries: request.method === 'GET' })
    return send(request, reply, answer, status, retryAfter)
  }

  app.setErrorHandler((error, request, reply) => {
    const { errors, status, retryAfter } = refusalOf(error, error => problemOf(error, request))
    return send(request, reply, { errors }, status, retryAfter, false)
  })
  app.route({ method: 'GET', url: path, exposeHeadRoute: false, handler: answer, wsHandler: options.wsHandler })
  app.route({ method: 'POST', url: path, handler: answer })
}

function send (
  request: FastifyRequest, reply: FastifyReply, answer: Answer | Buffer, status: number, retryAfter?: number, wasRead = true
): FastifyReply {
  const type = preferred(request.headers.accept)
  // Clients that know only application/json take any other status for a broken connection; mistakes in a document that was
  // read are 200 for them. Whatever was refused for another reason keeps its status.
  reply.code(type === json && wasRead && status === 400 ? 200 : status).type(type)
    .header('cache-control', 'no-store').header('vary', 'Accept')
  if (retryAfter) reply.header('retry-after', String(retryAfter))
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  if (status === 405) reply.header('allow', 'POST')
  return Buffer.isBuffer(answer) ? sendBytes(reply, answer) : reply.send(JSON.stringify(answer))
}

/** `application/graphql-response+json` for whoever prefers it by name, else `application/json`, also when neither is accepted. */
function preferred (accept: string | undefined): string {
  let best = { type: json, quality: 0 }
  for (const range of accept?.split(',') ?? []) {
    const [name, ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
    const type = name === 'application/graphql-response+json' ? graphqlJson : json
    if (type === json && !['application/json', 'application/*', '*/*'].includes(name!)) continue
    const quality = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1)
    if (quality > best.quality) best = { type, quality }
  }
  return best.type
}

type Parameters = Record<string, unknown>

const badRequest = (detail: string): ApiError => new ApiError('badRequest', detail)

function readBody ({ body, headers }: FastifyRequest): Operation {
  if (!/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) throw badRequest('Send application/json.')
  if (Array.isArray(body)) throw badRequest('Send one operation per request; batches are not read.')
  if (!isMap(body)) throw badRequest('Send a JSON object with the document as query.')
  return readParameters(body)
}

function readQuerystring (query: Parameters): Operation {
  return readParameters({ ...query, variables: readJson(query, 'variables'), extensions: readJson(query, 'extensions') })
}

function readJson (query: Parameters, name: string): unknown {
  const text = query[name]
  if (typeof text !== 'string' || text === '') return text || undefined
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest(`${name} must be a JSON object, encoded for a URL.`)
  }
}

function readParameters ({ query, variables, operationName, extensions }: Parameters): Operation {
  if (typeof query !== 'string' || query === '') throw badRequest('query must be the text of a GraphQL document.')
  if (!isAbsent(variables) && !isMap(variables)) throw badRequest('variables must be a JSON object.')
  if (!isAbsent(operationName) && typeof operationName !== 'string') throw badRequest('operationName must be a string.')
  if (!isAbsent(extensions) && !isMap(extensions)) throw badRequest('extensions must be a JSON object.')
  return { query, variables: variables ?? null, operationName: operationName || null }
}

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
