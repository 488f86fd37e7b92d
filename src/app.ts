import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import fastify, { LogController, type FastifyInstance, type onResponseHookHandler } from 'fastify'
import type { Logger } from 'pino'
import type { Services } from './context.js'
import { graphqlFace } from './graphql/face.js'
import { Authentication, type People } from './http/authentication.js'
import { draining } from './http/draining.js'
import { health } from './http/health.js'
import { openapi } from './http/openapi.js'
import type { Api } from './http/operation.js'
import { operations } from './http/operations.js'
import { performer } from './http/performing.js'
import { securityHeaders } from './http/security.js'
import { door, frameworkError, requestId, speakZod } from './http/plugin.js'
import { hooks, modules, people, routes } from './resources/index.js'
import { feedOf } from './resources/events/event.feed.js'

const bodyLimit = 1_048_576

/** The server with both faces; the only place that wires. Nothing listens yet. */
export async function makeApp (services: Services): Promise<FastifyInstance> {
  const { config, log } = services
  const app = fastify({
    loggerInstance: log,
    genReqId: requestId,
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    trustProxy: config.TRUST_PROXY || false,
    connectionTimeout: 30_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 75_000,
    http: { headersTimeout: 15_000 },
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    frameworkErrors: frameworkError as never,
    return503OnClosing: true,
    forceCloseConnections: 'idle'
  }) as unknown as FastifyInstance
  const authentication = new Authentication(services, people(services) satisfies People)
  app.decorate('authentication', authentication)

  await app.register(securityHeaders)
  if (config.CORS_ORIGINS.length) await app.register(cors, { origin: config.CORS_ORIGINS, exposedHeaders, maxAge: 600 })
  await app.register(underPressure, { maxEventLoopDelay: config.MAX_EVENT_LOOP_DELAY_MS, retryAfter: 10 })
  await app.register(rateLimit, { global: false })
  await app.register(draining, { services })
  await app.register(door, { services, authentication })
  await app.register(operations)
  services.perform = performer(app)
  await app.register(openapi)
  await app.register(health, { services })
  await app.register(graphqlFace, { services, authentication, modules })
  await app.register(async app => {
    speakZod(app)
    hooks(app as unknown as Api, services)
  })
  await app.register(async app => {
    speakZod(app)
    for (const route of routes) route(app as unknown as Api)
  }, { prefix: '/v1' })
  app.addHook('preClose', async () => feedOf(services).close())
  if (log.isLevelEnabled('info')) app.addHook('onResponse', logResponses(log))
  return app
}

const exposedHeaders = ['ETag', 'Location', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'Idempotent-Replayed', 'X-Request-Id']

/** None of what is told of an answer is secret: it is not looked through for secrets, which would take longer than writing it. */
function logResponses (log: Logger): onResponseHookHandler {
  const answers = log.child({}, { redact: [] })
  return (request, reply, done) => {
    answers.info({
      reqId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      workspaceId: request.ctx?.caller?.workspaceId,
      caller: request.ctx?.caller?.id
    }, 'answered')
    done()
  }
}

declare module 'fastify' {
  interface FastifyInstance { authentication: Authentication }
}
