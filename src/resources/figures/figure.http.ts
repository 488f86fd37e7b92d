import { operation, type Api } from '../../http/operation.js'
import { RefParams } from '../../shapes.js'
import { getConversationFigures } from './figure.service.js'
import { ConversationFigures, FiguresQuery } from './figure.shapes.js'

export function figureRoutes (app: Api): void {
  app.get('/conversations/:id/figures', operation({
    id: 'getConversationFigures', summary: 'Get the figures of a conversation', tag: 'Metrics', scope: 'conversations:read', params: RefParams, query: FiguresQuery,
    answer: ConversationFigures, refusals: ['invalid', 'notFound'],
    description: 'How long it took to reply, to resolve and to assign, and how long it was whose turn: in calendar and in business time, by the definitions of the metrics, now or as of an earlier instant.'
  }), async request => getConversationFigures(request.ctx, request.params.id, request.query))
}
