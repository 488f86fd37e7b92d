import {
  createSourceEventStream, execute, getOperationAST, getVariableValues, parse, validate, type ExecutionArgs, type ExecutionResult
} from 'graphql'
import { ApiError } from '../errors.js'
import { checkCost, type Engine, type Operation } from './engine.js'
import { checkDocument, checkText, checkVariables } from './limits.js'
import type { GraphqlContext } from './module.js'

export interface Subscription extends ExecutionArgs {
  cost: { requested: number, limit: number }
  contextValue: GraphqlContext
  /** Makes the context of each event. */
  contextOfEvent: () => Promise<GraphqlContext>
}

/**
 * A subscription that may run: parsed, within the limits, valid. Queries and mutations are refused: they are sent by HTTP,
 * where each is counted and logged. Throws ApiErrors and GraphQLErrors, several as `errors` of one.
 */
export function readSubscription (
  { schema, limits, costs }: Engine, operation: Operation
): ExecutionArgs & Pick<Subscription, 'cost'> {
  const variables = operation.variables ?? {}
  checkText(operation.query, limits)
  checkVariables(variables)
  const document = parse(operation.query, { maxTokens: limits.tokens })
  checkDocument(document, limits)
  const mistakes = validate(schema, document, undefined, { maxErrors: 20 })
  if (mistakes.length) throw new AggregateError(mistakes)
  const node = getOperationAST(document, operation.operationName)
  if (!node) throw new ApiError('badRequest', 'Name one operation of the document as operationName.')
  if (node.operation !== 'subscription') {
    throw new ApiError('badRequest', `Only subscriptions are taken over a WebSocket; send a ${node.operation} by HTTP.`)
  }
  const { coerced, errors } = getVariableValues(schema, node.variableDefinitions ?? [], variables, { maxErrors: 20 })
  if (errors) throw new AggregateError(errors)
  costs.plan(document, node)
  const requested = costs.of(node, coerced)
  checkCost(requested, limits)
  return {
    schema, document, operationName: operation.operationName, variableValues: variables, cost: { requested, limit: limits.cost }
  }
}

/**
 * Runs a subscription. Each event is answered as a request of its own; when its context cannot be made, the subscription
 * ends with that error. Ending a subscription ends its source without waiting for another event.
 */
export async function subscribe (subscription: Subscription): Promise<AsyncGenerator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(subscription)
  if (!(Symbol.asyncIterator in source)) return source
  return answers(source, async event => {
    const contextValue = await subscription.contextOfEvent()
    const answer = await execute({ ...subscription, rootValue: event, contextValue })
    return { ...answer, extensions: { cost: subscription.cost } }
  })
}

function answers (
  source: AsyncIterable<unknown>, answer: (event: unknown) => Promise<ExecutionResult>
): AsyncGenerator<ExecutionResult> {
  const events = source[Symbol.asyncIterator]()
  const done: IteratorReturnResult<undefined> = { done: true, value: undefined }
  let end!: (result: typeof done) => void
  const ended = new Promise<typeof done>(resolve => { end = resolve })

  /** A generator that waits for its next event hears of `return` only then: nobody waits for it. */
  const close = async (): Promise<typeof done> => {
    end(done)
    events.return?.().catch(() => {})
    return done
  }
  const next = async (): Promise<IteratorResult<ExecutionResult>> => {
    try {
      const event = await Promise.race([events.next(), ended])
      return event.done ? done : { done: false, value: await answer(event.value) }
    } catch (error) {
      await close()
      throw error
    }
  }
  return {
    next,
    return: close,
    async throw (error) {
      await close()
      throw error
    },
    [Symbol.asyncIterator] () { return this }
  }
}
