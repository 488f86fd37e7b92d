import { z } from 'zod'
import { operation, type Api } from '../../http/operation.js'
import { id, RefParams } from '../../shapes.js'
import { getPublicationProgress } from './applying.service.js'
import { explainClock, getClock, getConversationClocks, listClocks } from './clock.service.js'
import { AsOf, Clock, ClockExplanation, ClockList, ClockQuery, ConversationClocks, SearchClocks } from './clock.shapes.js'
import { PublicationProgress } from './progress.shapes.js'

const tag = 'Clocks'
const params = z.object({ id: id().describe('The clock.') })

export function clockRoutes (app: Api): void {
  app.get('/conversations/:id/clocks', operation({
    id: 'getConversationClocks', summary: 'Get the clocks of a conversation', tag, scope: 'standards:read', params: RefParams, query: AsOf, answer: ConversationClocks,
    description: 'Exact to the second, now or as of another instant.'
  }), async request => getConversationClocks(request.ctx, request.params.id, request.query.asOf))

  app.get('/standards/publicationProgress', operation({
    id: 'getPublicationProgress', summary: 'See how far a publication has been applied', tag: 'Service standards', scope: 'standards:read', answer: PublicationProgress,
    description: 'What is published, archived or said by a new version of a calendar applies at once; what is stored of the clocks of conversations that it may concern is ' +
      'computed again by a worker, one conversation after the other. Those that are written meanwhile are computed with the write.'
  }), async request => getPublicationProgress(request.ctx))

  app.get('/clocks', operation({
    id: 'listClocks', summary: 'List clocks', tag, scope: 'standards:read', query: ClockQuery, answer: ClockList,
    description: 'As they were when their conversations were last computed: states are current, consumedSeconds is of that moment.'
  }), async request => listClocks(request.ctx, request.query))

  app.post('/clocks/search', operation({
    id: 'searchClocks', summary: 'Search clocks with a filter in the body', tag, scope: 'standards:read', body: SearchClocks, answer: ClockList, graphql: 'clocks',
    example: { filter: { state: { eq: 'overdue' } } }
  }), async request => listClocks(request.ctx, request.body))

  app.get('/clocks/:id', operation({
    id: 'getClock', summary: 'Get a clock', tag, scope: 'standards:read', params, query: AsOf, answer: Clock, description: 'Exact to the second, now or as of another instant.'
  }), async request => getClock(request.ctx, request.params.id, request.query.asOf))

  app.get('/clocks/:id/explanation', operation({
    id: 'getClockExplanation', summary: 'Explain a clock', tag, scope: 'standards:read', params, query: AsOf, answer: ClockExplanation,
    description: 'Segments, the rule that chose the standard, the calendar version, the holiday, and one sentence.'
  }), async request => explainClock(request.ctx, request.params.id, request.query.asOf))
}
