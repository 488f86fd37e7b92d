import { EventEmitter } from 'node:events'
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import websocket, { type WebSocket } from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GraphQLError, type FormattedExecutionResult } from 'graphql'
import { handleProtocols, makeServer, type Server } from 'graphql-ws'
import type { Context } from '../context.js'
import { ApiError } from '../errors.js'
import { refusalOf, type ProblemOf } from './answers.js'
import type { Engine, Operation } from './engine.js'
import type { GraphqlContext } from './module.js'
import { readSubscription, subscribe, type Subscription } from './subscribing.js'

export interface SocketLimits {
  sockets: number
  subscriptionsPerSocket: number
  messageBytes: number
  /** Messages of one socket within `pingEveryMs`. */
  messages: number
  /** How long a socket may stay without saying who it is. */
  initWithinMs: number
  /** A socket that has not answered a ping by the next one is cut. */
  pingEveryMs: number
  /** How long sockets have to say goodbye when the server closes. */
  closeWithinMs: number
  /** After this a subscription asks again, at its next event, who is calling. */
  knownForMs: number
}

export const defaultSocketLimits: SocketLimits = {
  sockets: 1_000, subscriptionsPerSocket: 50, messageBytes: 65_536, messages: 600, initWithinMs: 5_000, pingEveryMs: 12_000,
  closeWithinMs: 2_000, knownForMs: 30_000
}

export interface SocketOptions {
  path: string
  limits: SocketLimits
  now: () => number
  /** `authorization` is among the params, from wherever the client sent it. Throws for a caller who is not known. */
  contextOfConnection: (params: Record<string, unknown>, request: FastifyRequest) => Promise<Context>
  problemOf: (error: unknown, request: FastifyRequest) => ReturnType<ProblemOf>
}

interface Connection { socket: WebSocket, request: FastifyRequest, params: Record<string, unknown> }
type Params = Record<string, unknown>

/** Subscriptions by graphql-transport-ws. Returns what answers a socket on the path. */
export async function socketFace (app: FastifyInstance, engine: Engine, options: SocketOptions):
Promise<(socket: WebSocket, request: FastifyRequest) => void> {
  const { limits } = options
  const upgrades = onlyOn(app, options)
  await app.register(websocket, {
    options: { maxPayload: limits.messageBytes, handleProtocols, server: upgrades as never },
    errorHandler: (error, socket, request) => {
      request.log.info({ err: error }, 'a socket failed')
      socket.terminate()
    },
    preClose (this: FastifyInstance, done) {
      for (const socket of this.websocketServer.clients) leave(socket as WebSocket, limits.closeWithinMs)
      upgrades.removeAllListeners()
      this.websocketServer.close(() => done())
    }
  })
  const server = protocol(engine, options)
  return (socket, request) => serve(server, socket, request, limits)
}

/**
 * Node leaves a connection that asked for an upgrade to whoever listens, also when the answer is a refusal: unseen by any
 * limit, it would stay open for ever. Other paths, and one socket too many, are refused here; what Fastify refuses is ended
 * with its answer.
 */
function onlyOn (app: FastifyInstance, { path, limits }: SocketOptions): EventEmitter {
  const upgrades = new EventEmitter()
  const asked = new WeakSet<IncomingMessage>()
  app.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.add(request)
    const refusal = request.url?.split('?')[0] !== path ? 404 : app.websocketServer.clients.size >= limits.sockets ? 503 : 0
    if (!refusal && upgrades.emit('upgrade', request, socket, head)) return
    socket.on('error', () => {})
    socket.end(`HTTP/1.1 ${refusal || 503} ${STATUS_CODES[refusal || 503]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    socket.destroySoon()
  })
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (asked.has(raw)) raw.socket.destroySoon()
    done()
  })
  return upgrades
}

function leave (socket: WebSocket, withinMs: number): void {
  socket.close(1001, 'Going away')
  const cut = setTimeout(() => socket.terminate(), withinMs)
  socket.once('close', () => clearTimeout(cut))
}

function serve (server: Server<Connection>, socket: WebSocket, request: FastifyRequest, limits: SocketLimits): void {
  let received = 0
  let alive = true
  const ping = setInterval(() => {
    if (!alive) return socket.terminate()
    received = 0
    alive = false
    socket.ping()
  }, limits.pingEveryMs)
  socket.on('pong', () => { alive = true })

  const closed = server.opened({
    protocol: socket.protocol,
    send: data => new Promise(resolve => {
      // What cannot be sent any more ends with the socket's close.
      if (socket.readyState === socket.OPEN) socket.send(data, () => resolve())
      else resolve()
    }),
    close: (code, reason) => socket.close(code, reason),
    onMessage: read => socket.on('message', async data => {
      if (++received > limits.messages) return socket.close(4429, 'Too many messages')
      try {
        await read(String(data))
      } catch (error) {
        request.log.error({ err: error }, 'a message failed')
        socket.close(1011, 'Internal error')
      }
    })
  }, { socket, request, params: {} })
  socket.once('close', async (code, reason) => {
    clearInterval(ping)
    await closed(code, String(reason))
  })
}

const closeCodes: Record<string, number> = { unauthenticated: 4401, forbidden: 4403, rateLimited: 4429, unavailable: 1013 }

function protocol (engine: Engine, options: SocketOptions): Server<Connection> {
  const { limits, contextOfConnection, problemOf } = options
  return makeServer<Params, Connection>({
    connectionInitWaitTimeout: limits.initWithinMs,
    async onConnect ({ connectionParams, extra }) {
      try {
        extra.params = authorized(connectionParams ?? {}, extra.request)
        await contextOfConnection(extra.params, extra.request)
        return true
      } catch (error) {
        const { problem } = problemOf(error, extra.request)
        extra.socket.close(closeCodes[problem.code] ?? 1011, problem.title)
        return false
      }
    },
    async onSubscribe ({ extra, subscriptions }, _id, payload) {
      try {
        if (Object.keys(subscriptions).length > limits.subscriptionsPerSocket) {
          throw new ApiError('rateLimited',
            `A socket may hold ${limits.subscriptionsPerSocket} subscriptions. Complete one, or open another socket.`)
        }
        return await subscriptionOf(engine, payload as Operation, extra, options)
      } catch (error) {
        return [new GraphQLError('refused', { originalError: error as Error })]
      }
    },
    subscribe: args => subscribe(args as Subscription),
    onNext ({ extra }, _id, _payload, _args, { errors, ...result }): FormattedExecutionResult {
      return { ...result, ...(errors && { errors: refusalOf(errors, error => problemOf(error, extra.request)).errors }) }
    },
    onError ({ extra }, _id, _payload, errors) {
      const thrown = errors.map(error => error.path ? error : (error as GraphQLError).originalError ?? error)
      return refusalOf(thrown, error => problemOf(error, extra.request)).errors
    }
  })
}

/** A browser cannot set headers on a socket, so the params may carry what HTTP has in `Authorization`. */
function authorized (params: Params, request: FastifyRequest): Params {
  const headers = typeof params.headers === 'object' && params.headers !== null ? params.headers as Params : {}
  const sent = [params, headers].flatMap(Object.entries)
    .find(([name, value]) => name.toLowerCase() === 'authorization' && typeof value === 'string')
  const authorization = sent?.[1] ?? request.headers.authorization
  if (!authorization) throw new ApiError('unauthenticated', 'Send authorization in the connection\'s parameters: Bearer …')
  return { ...params, authorization }
}

async function subscriptionOf (
  engine: Engine, operation: Operation, { request, params }: Connection, options: SocketOptions
): Promise<Subscription> {
  const args = readSubscription(engine, operation)
  const { now, contextOfConnection, limits } = options
  let ctx = await contextOfConnection(params, request)
  let knownAt = now()
  const contextOf = (): GraphqlContext => ({ ctx, loaders: new Map(), requestId: request.id })
  const contextOfEvent = async (): Promise<GraphqlContext> => {
    if (now() - knownAt > limits.knownForMs) {
      ctx = await contextOfConnection(params, request)
      knownAt = now()
    }
    return contextOf()
  }
  return { ...args, contextValue: contextOf(), contextOfEvent }
}

