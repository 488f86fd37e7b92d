import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { standardById } from '../standards/standard.loader.js'
import { cancelBacktest, createBacktest, deleteBacktest, getBacktest, listBacktests } from './backtest.service.js'
import { CreateBacktest, SearchBacktests, type Backtest } from './backtest.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const backtestGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A backtest, by its id or external:…"
      backtest(id: ID!): Backtest!
      "Backtests, a page at a time, without their cells."
      backtests(first: Int = 25, after: String, filter: BacktestFilter, sort: BacktestSort = createdAtDesc): BacktestConnection!
    }
    extend type Mutation {
      "Tries a service standard on history; a worker does it."
      createBacktest("The standard: its id, or external: and your own id." id: ID!, input: CreateBacktest!, idempotencyKey: String): Backtest!
      "Stops a backtest, for good."
      cancelBacktest(id: ID!, ifVersion: Int): Backtest!
      "Deletes a backtest and its result."
      deleteBacktest(id: ID!, ifVersion: Int): Boolean!
    }
    extend type Backtest {
      "The standard that is tried."
      standard: Standard
    }
    ${connectionSdl('Backtest')}`,
  resolvers: {
    Query: {
      backtest: query((ctx, { id }) => getBacktest(ctx, ref(id))),
      backtests: query(async (ctx, args) => connectionOf(await listBacktests(ctx, sent(SearchBacktests, listArguments(args)))))
    },
    Mutation: {
      createBacktest: mutation((ctx, { id, input }) => createBacktest(ctx, ref(id), sent(CreateBacktest, input))),
      cancelBacktest: mutation((ctx, { id }) => cancelBacktest(ctx, ref(id))),
      deleteBacktest: mutation(async (ctx, { id }) => {
        await deleteBacktest(ctx, ref(id))
        return true
      })
    },
    Backtest: {
      standard: ({ standardId }: Backtest, _args, context) => standardById(context).load(standardId)
    }
  }
}
