import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { ApiError } from '../../errors.js'
import { QueryMetrics } from './metric.shapes.js'

/** Which figure of an answer: a metric, a bucket or the whole window, a combination of values or all or `other`, which period. */
export interface Place { metric: number, bucket: number | null, key: ReadonlyArray<string | null> | null, other: boolean, previous: boolean }

const Placed = z.tuple([z.coerce.number().int().min(0).max(19), z.literal('').or(z.coerce.number().int().min(0)), z.enum(['', 'o', 'p', 'op'])])
const Key = z.array(z.string().max(1000).nullable()).max(3).nullable()

/** What queries mostly say, so that it takes no room in each cursor. A cursor can be read as long as this is the same. */
const usual = Buffer.from(['conversationsResolved', 'customersServed', 'backlog', 'resolutions', 'fullResolutionTime', 'nextReplyTime', 'firstReplyTime', 'messagesIn', 'created',
  '"filter":{"and":[{"or":[{"not":{"channel":{"eq":"', '"interval":"week","interval":"hour","interval":"none",', ',"top":10', '{"metrics":["', '"],"from":"2026-01-01T00:00:00.000Z","to":"2026-', '.000Z","timeZone":"Europe/Berlin",',
  '"timeZone":"UTC","interval":"day","basis":"business","basis":"calendar","bucketBy":"start","bucketBy":"end","withinDays":7,"includeWithoutReply":false,"groupBy":["tag","team","agent","priority","channelKind","channel"],',
  '"previousPeriod":true,"previousPeriod":false,"now":"2026-'].join(''))

/**
 * Writes cursors of one answer: `query.key.metric.bucket.flags`. Each holds the query with its instant, so that it names the same
 * cell for ever. There may be a hundred thousand: the query is packed once, the key once for the cells that follow each other.
 */
export function cursorFor (query: QueryMetrics, now: number): (place: Place) => string {
  const packed = deflateRawSync(JSON.stringify({ ...query, now: new Date(now).toISOString() }), { dictionary: usual }).toString('base64url')
  let last: Place['key'] | undefined
  let head = ''
  return ({ metric, bucket, key, other, previous }) => {
    if (key !== last) {
      last = key
      head = `${packed}.${Buffer.from(JSON.stringify(key)).toString('base64url')}`
    }
    return `${head}.${metric}.${bucket ?? ''}.${other ? 'o' : ''}${previous ? 'p' : ''}`
  }
}

/** No query is longer, however well it packs. */
const maxQueryBytes = 1_000_000

export function readCursor (cursor: string): { query: QueryMetrics, place: Place } {
  try {
    const [packed, encoded, ...placed] = cursor.split('.')
    const query = QueryMetrics.parse(JSON.parse(inflateRawSync(Buffer.from(packed!, 'base64url'), { maxOutputLength: maxQueryBytes, dictionary: usual }).toString()))
    const key = Key.parse(JSON.parse(Buffer.from(encoded!, 'base64url').toString()))
    const [metric, bucket, flags] = Placed.parse(placed)
    return { query, place: { metric, bucket: bucket === '' ? null : bucket, key, other: flags.includes('o'), previous: flags.includes('p') } }
  } catch {
    throw new ApiError('badRequest', 'This cursor is not one that a figure has.')
  }
}
