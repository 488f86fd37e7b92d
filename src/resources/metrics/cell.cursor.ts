import { z } from 'zod'
import { ApiError } from '../../errors.js'
import { QueryMetrics } from './metric.shapes.js'

/** Which figure of an answer: a metric, a bucket or the whole window, a combination of values or all or `other`, which period. */
export interface Place { metric: number, bucket: number | null, key: ReadonlyArray<string | null> | null, other: boolean, previous: boolean }

const Cursor = z.strictObject({
  query: QueryMetrics,
  place: z.strictObject({
    metric: z.int().min(0).max(19), bucket: z.int().min(0).nullable(), key: z.array(z.string().max(1000).nullable()).max(3).nullable(),
    other: z.boolean(), previous: z.boolean()
  })
})

/**
 * Writes cursors of one answer; each holds the query with its instant, so that it names the same cell for ever. They all begin
 * alike: that much of it is written once.
 */
export function cursorFor (query: QueryMetrics, now: number): (place: Place) => string {
  const head = Buffer.from(`{"query":${JSON.stringify({ ...query, now: new Date(now).toISOString() })},"place":`)
  const whole = head.length - head.length % 3
  const [written, rest] = [head.toString('base64url', 0, whole), head.subarray(whole)]
  return place => written + Buffer.concat([rest, Buffer.from(`${JSON.stringify(place)}}`)]).toString('base64url')
}

export function readCursor (cursor: string): z.output<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new ApiError('badRequest', 'This cursor is not one that a figure has.')
  }
}
