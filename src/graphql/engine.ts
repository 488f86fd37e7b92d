import type { FastifyInstance } from 'fastify'
import {
  getOperationAST, Location, parse, type DocumentNode, type GraphQLError, type GraphQLSchema, type OperationDefinitionNode
} from 'graphql'
import mercurius from 'mercurius'
import { ApiError } from '../errors.js'
import { refusalOf, type Answer, type ProblemOf, type Refusal } from './answers.js'
import { Costs } from './cost.js'
import { checkDocument, checkText, checkVariables, type Limits } from './limits.js'
import { Inputs } from './literals.js'
import type { GraphqlContext, GraphqlModule } from './module.js'
import { bytesOf, writingOf, type Piece, type Writing } from './written.js'

/** One operation as it was sent. */
export interface Operation {
  query: string
  variables?: Record<string, unknown> | null
  operationName?: string | null
}

/** A GET may ask but not change. It answers 405, which the codes have no word for. */
export class NotByGet extends ApiError {
  override readonly status = 405
}

/** The context of one run, as the hooks see it. */
interface Run extends GraphqlContext {
  operation: Operation
  onlyQueries: boolean
  cost?: number
}

/** How many documents are remembered as parsed, checked and compiled. */
const rememberedDocuments = 1_000

/** And of how many tokens all together: one takes some 300 bytes. Past this everything is forgotten, and learned again. */
const rememberedTokens = 100_000

export interface Engine {
  schema: GraphQLSchema
  limits: Limits
  costs: Costs
  /** Never throws: what went wrong is in the answer, worded. Bytes are an answer that the database wrote. `status` is that of the refusal when nothing ran, else 200. */
  run: (operation: Operation, context: GraphqlContext, problemOf: ProblemOf, options: { onlyQueries: boolean }) =>
    Promise<{ answer: Answer | Buffer, status: number, retryAfter?: number }>
}

/**
 * Mercurius without its routes: it parses and validates each document once, remembers it, and compiles it when it is
 * asked a second time. Limits that need no types are checked before a document is validated, its cost before each run.
 */
export async function makeEngine (app: FastifyInstance, schema: GraphQLSchema, limits: Limits, modules: readonly GraphqlModule[] = []): Promise<Engine> {
  const writers = new Map(modules.flatMap(module => Object.entries(module.writers ?? {})))
  const costs = new Costs(schema, limits.cost)
  await app.register(mercurius, {
    schema,
    routes: false,
    jit: 1,
    cache: rememberedDocuments,
    graphql: { parseOptions: { maxTokens: limits.tokens }, validateOptions: { maxErrors: 20 } },
    errorFormatter: ({ data, errors }) => ({ statusCode: 200, response: { data, errors: errors as GraphQLError[] } })
  })
  let remembered = 0
  app.graphql.addHook('preValidation', async (_schema, document, context) => {
    requireParsed(document, (context as unknown as Run).operation.query)
    checkDocument(document, limits)
    const tokens = tokensOf(document)
    remembered += tokens
    if (remembered <= rememberedTokens) return
    app.graphql.replaceSchema(schema) // Mercurius knows no other way to forget.
    remembered = tokens
  })
  const known = new WeakMap<OperationDefinitionNode, { inputs: Inputs, writing: Writing | null }>()
  app.graphql.addHook('preExecution', async (schema, document, context) => {
    const run = context as unknown as Run
    const operation = chosen(document, run)
    let plan = known.get(operation)
    if (!plan) {
      costs.plan(document, operation)
      plan = { inputs: new Inputs(schema, document, operation), writing: writingOf(schema, document, operation, writers) }
      known.set(operation, plan)
    }
    const variables = plan.inputs.read(run.operation.variables ?? {})
    run.cost = costs.of(operation, variables)
    checkCost(run.cost, limits)
    const pieces = await plan.writing?.(run.ctx, variables)
    if (pieces) throw new Written(pieces)
    return { variables }
  })

  return {
    schema,
    limits,
    costs,
    async run (operation, context, problemOf, { onlyQueries }) {
      const run: Run = { ...context, operation, onlyQueries }
      const outcome = await execute(app, run, limits)
      if ('thrown' in outcome && outcome.thrown instanceof Written) {
        const pieces = ['{"data":', ...outcome.thrown.pieces, `,"extensions":${JSON.stringify(extensionsOf(run.cost!, limits))}}`]
        return { answer: bytesOf(pieces), status: 200 }
      }
      const refusal = 'thrown' in outcome
        ? refusalOf(outcome.thrown, problemOf)
        : outcome.errors?.length ? refusalOf(outcome.errors, problemOf) : undefined
      return answerOf('thrown' in outcome ? undefined : outcome.data, refusal, run.cost, limits)
    }
  }
}

/** Mercurius knows no other way to be told that there is nothing left to execute. */
class Written {
  constructor (readonly pieces: readonly Piece[]) {}
}

type Outcome = { thrown: unknown } | { data?: unknown, errors?: readonly unknown[] }

async function execute (app: FastifyInstance, run: Run, limits: Limits): Promise<Outcome> {
  const { query, variables, operationName } = run.operation
  try {
    checkText(query, limits)
    checkVariables(variables)
    return await app.graphql(sourceOf(query, operationName), run as never, undefined, operationName ?? undefined)
  } catch (thrown) {
    return { thrown }
  }
}

/** A remembered document is compiled for one operation: its name has to be part of what is remembered. */
const sourceOf = (query: string, operationName: string | null | undefined): string =>
  operationName && /^\w+$/.test(operationName) ? `${query}\n#${operationName}` : query

/** Mercurius reads a query that does not parse as a document's syntax tree in JSON, which nothing would bound. */
function requireParsed (document: DocumentNode, query: string): void {
  if (document?.loc instanceof Location) return
  parse(query)
  throw new ApiError('badRequest', 'The document must be text.')
}

function tokensOf ({ loc }: DocumentNode): number {
  let count = 0
  for (let token = loc?.startToken; token; token = token.next ?? undefined) count++
  return count
}

/** The operation to run; refuses one that may not be run here. */
function chosen (document: DocumentNode, { operation: { operationName }, onlyQueries }: Run): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName)
  if (!operation) {
    throw new ApiError('badRequest', operationName
      ? `The document has no operation ${operationName}.`
      : 'The document has several operations: name one as operationName.')
  }
  if (onlyQueries && operation.operation !== 'query') {
    throw new NotByGet('badRequest', `A ${operation.operation} cannot be sent by GET; send it by POST.`)
  }
  if (operation.operation === 'subscription') {
    throw new ApiError('badRequest', 'Subscribe over a WebSocket on this path, by the graphql-transport-ws protocol.')
  }
  return operation
}

export function checkCost (cost: number, limits: Limits): void {
  if (cost > limits.cost) {
    throw new ApiError('tooComplex',
      `The query costs ${cost}; at most ${limits.cost} is answered. Ask for fewer rows (first) or fewer fields.`)
  }
}

const extensionsOf = (requested: number, limits: Limits) => ({ cost: { requested, limit: limits.cost } })

function answerOf (data: unknown, refusal: Refusal | undefined, cost: number | undefined, limits: Limits) {
  const answer: Answer = {
    ...(refusal && { errors: refusal.errors }),
    ...(data !== undefined && { data }),
    ...(cost !== undefined && { extensions: extensionsOf(cost, limits) })
  }
  return data === undefined && refusal
    ? { answer, status: refusal.status, retryAfter: refusal.retryAfter }
    : { answer, status: 200 }
}
