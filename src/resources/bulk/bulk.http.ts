import { operation, type Api } from '../../http/operation.js'
import { bulkWrite } from './bulk.service.js'
import { Bulk, BulkResults } from './bulk.shapes.js'

export function bulkRoutes (app: Api): void {
  app.post('/bulk', operation({
    id: 'bulkWrite', summary: 'Do up to 100 writes in one call', tag: 'Bulk', scope: 'bulk:write', body: Bulk, answer: BulkResults,
    description: 'Each is done as if it had come alone, in their order, with a result of its own; one that is refused does not stop the others. Each needs its own scope too.',
    example: { writes: [{ operation: 'createTag', body: { name: 'refund' }, idempotencyKey: 'import-7-1' }] }
  }), async request => bulkWrite(request.ctx, request.body))
}
