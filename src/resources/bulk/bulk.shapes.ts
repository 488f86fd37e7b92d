import { z } from 'zod'
import { input, line, shape } from '../../shapes.js'

export const BulkWrite = input('BulkWrite', 'One write of a bulk: an operation, as it would be called alone.', {
  operation: line(100).describe('The operationId, such as `updateTag`: anything that writes, except a bulk.'),
  params: z.record(z.string().max(50), z.string().max(300)).optional().describe('The parameters of its path, such as `{ "id": "external:crm-42" }`.'),
  body: z.record(z.string(), z.unknown()).optional().describe('Its body.'),
  ifVersion: z.int().min(1).optional().describe('The version that it is based on; refused with `preconditionFailed` when that is no longer current.'),
  idempotencyKey: z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters').optional()
    .describe('A key of its own; without one, the key of the whole call and its place.')
})
export type BulkWrite = z.output<typeof BulkWrite>

export const Bulk = input('Bulk', 'Up to 100 writes, done in their order, each by itself: one that is refused does not stop the others.', {
  writes: z.array(BulkWrite).min(1).max(100).describe('The writes, in their order.')
})
export type Bulk = z.output<typeof Bulk>

export const BulkResult = shape('BulkResult', 'What became of one write of a bulk.', {
  operation: z.string().describe('The operation, as it was named.'),
  status: z.int().describe('The HTTP status that it would have been answered with alone.'),
  replayed: z.boolean().describe('Whether this is the first answer to the same idempotency key, given again.'),
  body: z.unknown().describe('What it would have been answered with alone: the resource, or the problem; null for nothing.')
})

export const BulkResults = shape('BulkResults', 'What became of the writes of a bulk, in their order.', {
  data: z.array(BulkResult).describe('One result for each write.'),
  refused: z.int().describe('How many were refused.')
})
export type BulkResults = z.output<typeof BulkResults>
