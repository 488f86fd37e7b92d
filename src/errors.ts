/** The codes of every refusal, the same on both faces, and the one place that words them. */

export const codes = {
  badRequest: [400, 'Bad request'],
  invalid: [422, 'Invalid input'],
  unauthenticated: [401, 'Not authenticated'],
  forbidden: [403, 'Not allowed'],
  notFound: [404, 'Not found'],
  conflict: [409, 'Conflict'],
  preconditionFailed: [412, 'Precondition failed'],
  idempotencyMismatch: [422, 'Idempotency key reused'],
  tooLarge: [413, 'Too large'],
  rateLimited: [429, 'Too many requests'],
  tooComplex: [400, 'Too complex'],
  unavailable: [503, 'Unavailable'],
  internal: [500, 'Internal error']
} as const

export type Code = keyof typeof codes

/** One bad field: `path` is dotted from the root of the input, list positions as numbers (`messages.0.text`). */
export interface FieldError { path: string, message: string }

export class ApiError extends Error {
  readonly status: number
  constructor (
    readonly code: Code,
    /** One or two sentences: what happened, and what to do. */
    readonly detail: string,
    readonly errors?: FieldError[],
    /** Seconds after which the same request may succeed. */
    readonly retryAfter?: number,
    options?: ErrorOptions
  ) {
    super(detail, options)
    this.status = codes[code][0]
  }
}

/** RFC 9457, as both faces show it. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: Code
  requestId: string
  errors?: FieldError[]
}

export const notFound = (noun: string): ApiError =>
  new ApiError('notFound', `${noun} not found in this workspace.`)

export const invalid = (path: string, message: string): ApiError =>
  new ApiError('invalid', `${path}: ${message}`, [{ path, message }])

export const conflict = (detail: string, errors?: FieldError[]): ApiError => new ApiError('conflict', detail, errors)

export const forbidden = (detail: string): ApiError => new ApiError('forbidden', detail)

export const unauthenticated = (detail: string): ApiError => new ApiError('unauthenticated', detail)

/** What strangers are told. */
export const whoIsCalling = 'Send an API key or a token: Authorization: Bearer …'

/** Words any error; what is not an `ApiError` is `internal` and tells nothing of its cause. */
export function toProblem (error: unknown, requestId: string): Problem {
  const known = error instanceof ApiError
    ? error
    : new ApiError('internal', 'Something went wrong on our side. The log has it under this request id.')
  return {
    type: `https://supportops.dev/problems/${known.code}`,
    title: codes[known.code][1],
    status: known.status,
    detail: known.detail,
    code: known.code,
    requestId,
    ...(known.errors && { errors: known.errors })
  }
}
