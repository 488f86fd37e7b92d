import pg from 'pg'
import { ApiError, conflict, invalid } from '../errors.js'

const refusals = new Map<string, () => ApiError>()

/** What a named constraint of the database means to a caller, said once beside its table. */
export function refusal (constraint: string, error: () => ApiError): void {
  refusals.set(constraint, error)
}

/** A unique constraint: somebody else has this value. */
export const taken = (constraint: string, noun: string, field: string): void =>
  refusal(constraint, () => conflict(`Another ${noun} in this workspace has this ${field}.`,
    [{ path: field, message: 'is already taken' }]))

/** A foreign key: the thing referred to does not exist here. */
export const missing = (constraint: string, noun: string, field: string): void =>
  refusal(constraint, () => new ApiError('notFound', `${noun} not found in this workspace.`,
    [{ path: field, message: `names no ${noun.toLowerCase()} of this workspace` }]))

const lost = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', '57P01', '57P02', '57P03', '53300',
  '08000', '08001', '08003', '08004', '08006'])
const lostMessages = /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout|not queryable/

/** Turns what the driver throws into what the API says; anything unknown is passed on as it is. */
export function worded (thrown: unknown): unknown {
  if (thrown instanceof ApiError) return thrown
  if (thrown instanceof Overtaken) return thrown.refusal
  const error = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const { code } = error as { code?: string }
  if (error instanceof pg.DatabaseError && error.constraint) {
    const known = refusals.get(error.constraint)
    if (known) return known()
  }
  if (code === '57014') {
    return new ApiError('unavailable', 'The question took the database too long. Narrow it, then try again.', undefined, 5,
      { cause: error })
  }
  if (code === '22P05' || code === '22021') return invalid('body', 'holds characters that text cannot have (NUL)')
  if ((code && lost.has(code)) || (error instanceof Error && lostMessages.test(error.message))) {
    return new ApiError('unavailable', 'The database cannot be reached at the moment. Try again shortly.', undefined, 1,
      { cause: error })
  }
  return thrown
}

/** Somebody else was faster with what this transaction counted on: done anew it finds that; again and again, it is refused. */
export class Overtaken extends Error {
  constructor (readonly refusal: ApiError, cause?: unknown) { super('overtaken', { cause }) }
}

/** Whether the same transaction may simply be tried again: a deadlock, a serialisation failure, or somebody was faster. */
export function isTransient (thrown: unknown): boolean {
  if (thrown instanceof Overtaken) return true
  const error = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const { code } = error as { code?: string }
  return code === '40P01' || code === '40001'
}
