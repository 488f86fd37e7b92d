import { operation, type Api } from '../../http/operation.js'
import { created, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { archiveGoal, createGoal, getGoal, listGoals, unarchiveGoal, updateGoal, upsertGoal } from './goal.service.js'
import { CreateGoal, Goal, GoalList, GoalQuery, SearchGoals, searchOfQuery, UpdateGoal, UpsertedGoal, UpsertGoal } from './goal.shapes.js'
import { getGoalProgress } from './progress.service.js'
import { GoalProgress, GoalProgressQuery } from './progress.shapes.js'

const tag = 'Goals'
const refusals = ['tooComplex'] as const
const example = {
  name: 'First replies within the hour', why: 'Who waits longer writes again elsewhere.', metric: 'firstReplyTime', statistic: 'p90',
  from: '2027-01-01T00:00:00.000Z', to: '2027-04-01T00:00:00.000Z', target: 3600, stretchTarget: 1800
}

export function goalRoutes (app: Api): void {
  app.get('/goals', operation({
    id: 'listGoals', summary: 'List goals', tag, scope: 'goals:read', query: GoalQuery, answer: GoalList
  }), async request => listGoals(request.ctx, searchOfQuery(request.query)))

  app.post('/goals/search', operation({
    id: 'searchGoals', summary: 'Search goals with a filter in the body', tag, scope: 'goals:read', body: SearchGoals, answer: GoalList,
    graphql: 'goals', example: { filter: { state: { in: ['atRisk', 'offTrack'] } } }
  }), async request => listGoals(request.ctx, request.body))

  app.get('/goals/:id', operation({
    id: 'getGoal', summary: 'Get a goal', tag, scope: 'goals:read', params: RefParams, answer: Goal
  }), async request => getGoal(request.ctx, request.params.id))

  app.get('/goals/:id/progress', operation({
    id: 'getGoalProgress', summary: 'Tell how a goal stands', tag, scope: 'goals:read', params: RefParams, query: GoalProgressQuery, answer: GoalProgress,
    description: 'Computed from the metric at this instant, with a forecast for the end of its period.', refusals: [...refusals]
  }), async request => getGoalProgress(request.ctx, request.params.id, request.query.interval))

  app.post('/goals', operation({
    id: 'createGoal', summary: 'Set a goal', tag, scope: 'goals:write', status: 201, body: CreateGoal, answer: Goal, refusals: [...refusals], example,
    description: 'Its baseline is measured at once, and how it stands. From then on a worker looks at it every ten minutes, and at the start and the end of its period. ' +
      'Follow it by the events goal.stateChanged, goal.reached (at the moment that it was) and goal.missed (at the end of the period).'
  }), async (request, reply) => created(reply, '/v1/goals', await createGoal(request.ctx, request.body)))

  app.patch('/goals/:id', operation({
    id: 'updateGoal', summary: 'Change a goal', tag, scope: 'goals:write', params: RefParams, body: UpdateGoal, answer: Goal,
    description: 'What it measures stays as it was set; its targets change until it is decided.', example: { target: 2700, stretchTarget: null }
  }), async request => updateGoal(request.ctx, request.params.id, request.body))

  app.put('/goals/:id', operation({
    id: 'upsertGoal', summary: 'Set or change the goal with an external id', tag, scope: 'goals:write', params: RefParams, body: UpsertGoal,
    answer: UpsertedGoal, also: [{ status: 201, description: 'Created.' }], refusals: [...refusals], example
  }), async (request, reply) => upserted(reply, await upsertGoal(request.ctx, request.params.id, request.body)))

  app.post('/goals/:id/archive', operation({
    id: 'archiveGoal', summary: 'Archive a goal', tag, scope: 'goals:write', params: RefParams, answer: Goal,
    description: 'Nobody looks any more whether it is reached; its progress can still be asked for.'
  }), async request => archiveGoal(request.ctx, request.params.id))

  app.post('/goals/:id/unarchive', operation({
    id: 'unarchiveGoal', summary: 'Take a goal back into use', tag, scope: 'goals:write', params: RefParams, answer: Goal
  }), async request => unarchiveGoal(request.ctx, request.params.id))
}
