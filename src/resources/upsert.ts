import { transact, type Context } from '../context.js'
import { externalIdOf } from '../db/rows.js'
import { ApiError } from '../errors.js'

export interface Upserted<T> { outcome: 'created' | 'updated' | 'unchanged', resource: T }

/** Create or change by external id; two at once end with one resource and two answers. */
export async function upsert<T extends { version: number }> (ctx: Context, ref: string, verbs: {
  find: (ctx: Context) => Promise<T | undefined>
  create: (ctx: Context, externalId: string) => Promise<T>
  update: (ctx: Context) => Promise<T>
}): Promise<Upserted<T>> {
  const externalId = externalIdOf(ref)
  const attempt = () => transact(ctx, async ctx => {
    const before = await verbs.find(ctx)
    if (!before) {
      if (externalId === null) throw new ApiError('notFound', 'An upsert of something new needs an address such as external:crm-42.')
      return { outcome: 'created' as const, resource: await verbs.create(ctx, externalId) }
    }
    const resource = await verbs.update(ctx)
    return { outcome: resource.version === before.version ? 'unchanged' as const : 'updated' as const, resource }
  })
  try {
    return await attempt()
  } catch (error) {
    const lostTheRace = error instanceof ApiError && error.code === 'conflict' && error.errors?.some(({ path }) => path === 'externalId')
    if (lostTheRace && !ctx.transaction) return attempt()
    throw error
  }
}
