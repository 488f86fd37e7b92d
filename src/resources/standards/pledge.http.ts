import { createHash } from 'node:crypto'
import { operation, type Api } from '../../http/operation.js'
import { getPledge } from './pledge.service.js'
import { Pledge, PledgeParams } from './pledge.shapes.js'

export function pledgeRoutes (app: Api): void {
  app.get('/public/:workspace/pledge', operation({
    id: 'getPledge', summary: 'What a workspace promises in public', tag: 'Service standards', scope: null, params: PledgeParams, answer: Pledge,
    description: 'Needs no key. It may be kept for five minutes, and has an ETag.'
  }), async (request, reply) => {
    const pledge = await getPledge(request.ctx, request.params.workspace)
    const etag = `"${createHash('sha256').update(JSON.stringify(pledge)).digest('base64url').slice(0, 27)}"`
    reply.header('cache-control', 'public, max-age=300').header('etag', etag)
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return pledge
  })
}
