import type { IncomingMessage, ServerResponse } from 'node:http'
import plugin from 'fastify-plugin'
import helmet from 'helmet'

/** What Helmet recommends, asked for once: it would work out the same headers for every answer. */
function recommended (): Record<string, string> {
  const headers: Record<string, string> = {}
  const answer = {
    setHeader: (name: string, value: string) => { headers[name.toLowerCase()] = value },
    removeHeader: () => {}
  }
  helmet()({} as IncomingMessage, answer as unknown as ServerResponse, error => { if (error) throw error })
  return headers
}

/** Security headers on every answer; a page that needs another policy sets its own. */
export const securityHeaders = plugin(async app => {
  const headers = recommended()
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
}, { name: 'security-headers' })
