import { operation, type Api } from '../../http/operation.js'
import { created, gone } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { cancelBacktest, createBacktest, deleteBacktest, getBacktest, listBacktests } from './backtest.service.js'
import { Backtest, BacktestList, BacktestQuery, CreateBacktest, SearchBacktests, searchOfQuery } from './backtest.shapes.js'

const tag = 'Backtests'
const example = {
  from: '2025-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z', filter: { priority: { in: ['high', 'urgent'] } },
  dimensions: [{ by: 'channelKind' }, { by: 'month' }], timeZone: 'Europe/Berlin'
}

export function backtestRoutes (app: Api): void {
  app.post('/standards/:id/backtests', operation({
    id: 'createBacktest', summary: 'Try a service standard on history', tag, scope: 'standards:write', params: RefParams, status: 201, body: CreateBacktest, answer: Backtest,
    description: 'A worker goes through the conversations that were created in the period, as they are now, and counts by target how many clocks would have been met or ' +
      'breached had this version been the only standard, beside what really happened. Follow it by its id, or by the events backtest.started, backtest.finished and backtest.failed.',
    refusals: ['notFound', 'conflict'], example
  }), async (request, reply) => created(reply, '/v1/backtests', await createBacktest(request.ctx, request.params.id, request.body)))

  app.get('/backtests', operation({
    id: 'listBacktests', summary: 'List backtests', tag, scope: 'standards:read', query: BacktestQuery, answer: BacktestList
  }), async request => listBacktests(request.ctx, searchOfQuery(request.query)))

  app.post('/backtests/search', operation({
    id: 'searchBacktests', summary: 'Search backtests with a filter in the body', tag, scope: 'standards:read', body: SearchBacktests, answer: BacktestList,
    graphql: 'backtests', example: { filter: { state: { in: ['queued', 'running'] } } }
  }), async request => listBacktests(request.ctx, request.body))

  app.get('/backtests/:id', operation({
    id: 'getBacktest', summary: 'Get a backtest', tag, scope: 'standards:read', params: RefParams, answer: Backtest,
    description: 'How far it has come and, once it is done, its result and its cells.'
  }), async request => getBacktest(request.ctx, request.params.id))

  app.post('/backtests/:id/cancel', operation({
    id: 'cancelBacktest', summary: 'Stop a backtest', tag, scope: 'standards:write', params: RefParams, answer: Backtest, refusals: ['conflict'],
    description: 'For good; what it has counted is forgotten. One that is done or has failed is refused.'
  }), async request => cancelBacktest(request.ctx, request.params.id))

  app.delete('/backtests/:id', operation({
    id: 'deleteBacktest', summary: 'Delete a backtest and its result', tag, scope: 'standards:write', params: RefParams, status: 204
  }), async (request, reply) => {
    await deleteBacktest(request.ctx, request.params.id)
    return gone(reply)
  })
}
