import type { Context } from '../../context.js'
import { invalid } from '../../errors.js'
import { attributeKeyOf } from '../../metrics/dimensions.js'
import { dimensionsOf } from '../../metrics/filter.js'
import { conversationAttributeKeys } from '../attributes/attribute.service.js'
import type { QueryMetrics } from './metric.shapes.js'

/** So many are named. */
const most = 50

/** Refuses an attribute that conversations of the workspace do not have, naming those that they have. */
export async function checkAttributes (ctx: Context, { groupBy, filter }: Pick<QueryMetrics, 'groupBy' | 'filter'>): Promise<void> {
  const named = [...groupBy.map((name, index) => [`groupBy.${index}`, name] as const), ...dimensionsOf(filter).map(name => ['filter', name] as const)]
    .flatMap(([path, name]) => attributeKeyOf(name) === null ? [] : [{ path, key: attributeKeyOf(name)! }])
  if (!named.length) return
  const keys = await conversationAttributeKeys(ctx)
  const unknown = named.find(({ key }) => !keys.includes(key))
  if (!unknown) return
  const has = keys.length ? `conversations have ${keys.slice(0, most).join(', ')}${keys.length > most ? ', …' : ''}` : 'none is defined'
  throw invalid(unknown.path, `names the attribute ${unknown.key}, which is not defined; ${has}`)
}
