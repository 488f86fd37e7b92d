import type { Context } from '../../context.js'
import { worded as inWords } from '../../db/refusals.js'
import { ApiError, type FieldError } from '../../errors.js'
import type { ImportLine } from './line.shapes.js'
import * as store from './import.store.js'
import type { StagedLine } from './import.store.js'

/** What came of a line. */
export type Outcome = { line: number, did: 'created' | 'updated' | 'unchanged' } | { line: number, errors: FieldError[] }
export type Did = 'created' | 'updated' | 'unchanged'

export const refused = (line: number, path: string, message: string): Outcome => ({ line, errors: [{ path, message }] })

/** The words of a refusal for the line that was refused. */
export const worded = (error: ApiError): FieldError[] => error.errors?.length ? error.errors : [{ path: '', message: error.detail }]

/**
 * Loads lines one after the other by verbs; one that is refused leaves nothing behind and does not hold up the others.
 * Within the transaction of the batch.
 */
export async function oneByOne<T extends ImportLine> (ctx: Context, lines: ReadonlyArray<StagedLine<T>>, load: (ctx: Context, line: T) => Promise<Did>): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const { events, sent } = ctx.transaction!
  for (const { line, data } of lines) {
    const [recorded, before] = [events.length, sent.length]
    await store.mark(ctx.db)
    try {
      outcomes.push({ line, did: await load(ctx, data) })
      await store.dropMark(ctx.db)
    } catch (thrown) {
      await store.backToMark(ctx.db)
      events.length = recorded
      // What was sent along without waiting may be what really failed.
      const failed = (await Promise.allSettled(sent.splice(before))).find(result => result.status === 'rejected')
      outcomes.push({ line, errors: worded(refusalOf(failed?.reason ?? thrown)) })
    }
  }
  return outcomes
}

/** What the API says of it; a mistake of ours, and a database that is away, are thrown on. */
export function refusalOf (thrown: unknown): ApiError {
  const error = inWords(thrown)
  if (error instanceof ApiError && !['unavailable', 'internal'].includes(error.code)) return error
  throw thrown
}
