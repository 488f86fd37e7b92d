import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { ApiError, type Problem } from '../errors.js'

/** Words any error, and logs what nobody expected. */
export type ProblemOf = (error: unknown) => { problem: Problem, retryAfter?: number }

/** What is answered: `data` is absent when nothing ran. */
export interface Answer {
  errors?: GraphQLFormattedError[]
  data?: unknown
  extensions?: { cost: { requested: number, limit: number } }
}

export interface Refusal {
  errors: GraphQLFormattedError[]
  /** The HTTP status of the first. */
  status: number
  /** Seconds, when waiting helps. */
  retryAfter?: number
}

/** Everything that was wrong, each as an error of its own, in the words that REST has for it. */
export function refusalOf (thrown: unknown, problemOf: ProblemOf): Refusal {
  const worded = unfold(thrown).map(error => ({ error, ...problemOf(causeOf(error)) }))
  return {
    errors: worded.map(({ error, problem }) => formatted(error, problem)),
    status: worded[0]!.problem.status,
    retryAfter: worded[0]!.retryAfter
  }
}

/** All mistakes of a document are thrown as one error with `errors`. */
function unfold (thrown: unknown): unknown[] {
  const list = Array.isArray(thrown) ? thrown : (thrown as { errors?: unknown } | null)?.errors
  return Array.isArray(list) && list.length > 0 && list.every(each => each instanceof Error) ? list.flatMap(unfold) : [thrown]
}

/**
 * What an error of the executor means. Without a path it is a mistake in the document or its variables. With one it is what
 * a resolver threw; if none did, it is an argument that turned out null, or an answer of ours that broke the schema.
 */
function causeOf (error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error
  if (!error.path) return mistake(error)
  const cause = error.originalError
  if (cause instanceof ApiError) return cause
  if (cause && !(cause instanceof GraphQLError)) return new Error(`${error.path.join('.')} failed`, { cause })
  return error.message.startsWith('Argument "') ? mistake(error) : new Error(`${error.path.join('.')}: ${error.message}`, { cause })
}

const mistake = ({ message }: GraphQLError): ApiError =>
  new ApiError(/^Syntax Error: Document contains more \w+ \d+ tokens/.test(message) ? 'tooComplex' : 'badRequest', message)

function formatted (error: unknown, { detail, code, requestId, errors }: Problem): GraphQLFormattedError {
  const { locations, path } = error instanceof GraphQLError ? error : {} as Partial<GraphQLError>
  return {
    message: detail,
    ...(locations?.length && { locations }),
    ...(path && { path }),
    extensions: { code, requestId, ...(errors && { errors }) }
  }
}
