import { allow, type Context } from '../../context.js'
import type { Bulk, BulkResults } from './bulk.shapes.js'

/** Does each write as if it had come alone, in their order; each needs the scope of its own operation too. */
export async function bulkWrite (ctx: Context, { writes }: Bulk): Promise<BulkResults> {
  const caller = allow(ctx, 'bulk:write')
  const data: BulkResults['data'] = []
  for (const [index, write] of writes.entries()) {
    const idempotencyKey = write.idempotencyKey ?? (ctx.idempotency ? `${ctx.idempotency.key.slice(0, 240)}/${index}` : undefined)
    data.push({ operation: write.operation, ...await ctx.services.perform(caller, { ...write, idempotencyKey }) })
  }
  return { data, refused: data.filter(({ status }) => status >= 400).length }
}
