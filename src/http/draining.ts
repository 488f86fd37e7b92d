import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import type { Services } from '../context.js'

const sweepMs = 50

/**
 * Lets a closing server end as soon as its last request is answered: the connection of a request that was under way is
 * kept alive by its client, and only becomes idle after Node has closed the idle ones.
 */
export const draining = plugin(async (app: FastifyInstance, { services }: { services: Services }) => {
  app.addHook('preClose', async () => {
    const cancel = services.timers.every(sweepMs, () => app.server.closeIdleConnections())
    app.server.once('close', cancel)
    if (!app.server.listening) cancel()
  })
}, { name: 'draining' })
