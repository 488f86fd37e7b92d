import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Services } from '../context.js'
import { rows } from '../db/connection.js'
import { migrationFiles } from '../db/migrate.js'

/** Liveness, readiness, and figures for Prometheus. */
export async function health (app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  const { database } = services
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long requests took, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry]
  })
  const pool = new Gauge({
    name: 'database_pool_connections',
    help: 'Connections of the transaction pool, by state.',
    labelNames: ['state'],
    registers: [registry],
    collect () {
      for (const [state, value] of Object.entries(database.waiting())) this.set({ state }, value)
    }
  })
  void pool
  app.addHook('onResponse', (request, reply, done) => {
    seconds.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode }, reply.elapsedTime / 1000)
    done()
  })
  const files = await migrationFiles()
  const open = { config: { open: true } }

  app.get('/health/live', open, async () => ({ status: 'ok' }))
  app.get('/health/ready', open, async (_request, reply) => {
    try {
      const done = new Set((await rows<{ name: string }>(database.read, 'select name from schema_migrations')).map(row => row.name))
      const pending = files.filter(name => !done.has(name))
      if (!pending.length) return { status: 'ok', database: 'reachable', migrations: 'current' }
      return reply.code(503).send({ status: 'unavailable', database: 'reachable', migrations: 'pending', pending })
    } catch {
      return reply.code(503).header('retry-after', '1').send({ status: 'unavailable', database: 'unreachable' })
    }
  })
  app.get('/metrics', open, async (_request, reply) => {
    reply.type(registry.contentType)
    return registry.metrics()
  })
}
