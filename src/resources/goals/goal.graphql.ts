import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { agentById } from '../agents/agent.loader.js'
import { channelById } from '../channels/channel.loader.js'
import { teamById } from '../teams/team.loader.js'
import { progressOfGoal } from './goal.loader.js'
import { archiveGoal, createGoal, getGoal, listGoals, unarchiveGoal, updateGoal, upsertGoal } from './goal.service.js'
import { CreateGoal, SearchGoals, UpdateGoal, UpsertGoal, type Goal } from './goal.shapes.js'
import { getGoalProgress } from './progress.service.js'
import { GoalInterval } from './progress.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')
const intervalOf = (interval: unknown): GoalInterval => sent(GoalInterval, interval, 'interval')

export const goalGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A goal, by its id or external:…"
      goal(id: ID!): Goal!
      "Goals, a page at a time."
      goals(first: Int = 25, after: String, filter: GoalFilter, sort: GoalSort = toAsc): GoalConnection!
      "How a goal stands, with a forecast for the end of its period."
      goalProgress(id: ID!, "How long its buckets are." interval: GoalInterval! = week): GoalProgress!
    }
    extend type Mutation {
      "Sets a goal; its baseline is measured at once."
      createGoal(input: CreateGoal!, idempotencyKey: String): Goal!
      "Changes a goal: what is absent stays, null clears. What it measures stays as it was set."
      updateGoal(id: ID!, input: UpdateGoal!, ifVersion: Int): Goal!
      "Sets or changes the goal with an external id (id: external:…)."
      upsertGoal(id: ID!, input: UpsertGoal!, ifVersion: Int): UpsertedGoal!
      "Archives a goal: nobody looks any more whether it is reached."
      archiveGoal(id: ID!, ifVersion: Int): Goal!
      "Takes a goal back into use."
      unarchiveGoal(id: ID!, ifVersion: Int): Goal!
    }
    extend type Goal {
      "The agent who champions it."
      owner: Agent
      "The team that it is about."
      team: Team
      "The agent that it is about."
      agent: Agent
      "The channel that it is about."
      channel: Channel
      "How it stands now; of at most 10 goals in one request."
      progress("How long its buckets are." interval: GoalInterval! = week): GoalProgress!
    }
    ${connectionSdl('Goal')}`,
  resolvers: {
    Query: {
      goal: query((ctx, { id }) => getGoal(ctx, ref(id))),
      goals: query(async (ctx, args) => connectionOf(await listGoals(ctx, sent(SearchGoals, listArguments(args))))),
      goalProgress: query((ctx, { id, interval }) => getGoalProgress(ctx, ref(id), intervalOf(interval)))
    },
    Mutation: {
      createGoal: mutation((ctx, { input }) => createGoal(ctx, sent(CreateGoal, input))),
      updateGoal: mutation((ctx, { id, input }) => updateGoal(ctx, ref(id), sent(UpdateGoal, input))),
      upsertGoal: mutation((ctx, { id, input }) => upsertGoal(ctx, ref(id), sent(UpsertGoal, input))),
      archiveGoal: mutation((ctx, { id }) => archiveGoal(ctx, ref(id))),
      unarchiveGoal: mutation((ctx, { id }) => unarchiveGoal(ctx, ref(id)))
    },
    Goal: {
      owner: ({ ownerId }: Goal, _args, context) => ownerId === null ? null : agentById(context).load(ownerId),
      team: ({ scope: { kind, id } }: Goal, _args, context) => kind === 'team' ? teamById(context).load(id!) : null,
      agent: ({ scope: { kind, id } }: Goal, _args, context) => kind === 'agent' ? agentById(context).load(id!) : null,
      channel: ({ scope: { kind, id } }: Goal, _args, context) => kind === 'channel' ? channelById(context).load(id!) : null,
      progress: (goal: Goal, { interval }, context) => progressOfGoal(context).load({ goal, interval: intervalOf(interval) })
    }
  }
}
