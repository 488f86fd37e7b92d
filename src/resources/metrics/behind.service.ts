import { reading, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { ApiError } from '../../errors.js'
import { rank } from '../../metrics/ranking.js'
import { textOf } from '../../metrics/keys.js'
import { countedFlag } from '../../metrics/samples.js'
import type { Row } from '../../metrics/row.js'
import type { Table } from '../../metrics/table.js'
import { idsOf } from './block.store.js'
import { readCursor, type Place } from './cell.cursor.js'
import { compute, type Computed } from './metric.service.js'
import type { MetricConversation, MetricConversationQuery } from './metric.shapes.js'

/** The distinct conversations behind a figure, by id; exactly those that it was made from. */
export async function listMetricConversations (ctx: Context, { cursor, limit, after, count }: MetricConversationQuery): Promise<Page<MetricConversation>> {
  const { query, place } = readCursor(cursor)
  const computed = await compute(ctx, query)
  const all = await conversationsOf(ctx, computed, place)
  const from = after === undefined ? 0 : all.findIndex(({ conversationId }) => conversationId > after)
  const data = from < 0 ? [] : all.slice(from, from + limit)
  const hasMore = from >= 0 && from + limit < all.length
  return {
    data,
    page: { hasMore, endCursor: data.at(-1)?.conversationId ?? null, ...(count && { total: all.length }) },
    cursorOf: ({ conversationId }) => conversationId,
    count: async () => all.length
  }
}

/** The table that a place is in, and its row there. */
function rowAt ({ checked, table, previous }: Computed, { metric, key, other, previous: inPrevious }: Place): { of: Table, row: Row } {
  const of = inPrevious ? previous : table
  if (!of || !checked.metrics[metric]) throw new ApiError('badRequest', 'This cursor is not one that a figure has.')
  if (key) return { of, row: of.rows[metric]!.get(textOf(key)) ?? of.emptyRow(metric, key) }
  if (!other) return { of, row: of.totals[metric]! }
  const rest = rank(table, previous, checked.query.top ?? null).find(group => group.other)
  return { of, row: (inPrevious ? rest?.previous : rest?.rows)?.[metric] ?? of.emptyRow(metric, []) }
}

async function conversationsOf (ctx: Context, computed: Computed, place: Place): Promise<MetricConversation[]> {
  const { of, row } = rowAt(computed, place)
  const { conversation, flags } = of.samples[place.metric]!
  const found = new Map<number, { samples: number, counted: boolean }>()
  for (const at of row.at(place.bucket)) {
    const known = found.get(conversation[at]!)
    const counted = (flags[at]! & countedFlag) !== 0
    found.set(conversation[at]!, { samples: (known?.samples ?? 0) + 1, counted: counted || known?.counted === true })
  }
  const ids = await reading(idsOf(ctx.db, ctx.caller!.workspaceId, [...found.keys()].filter(number => number >= 0)))
  const isRate = of.of.metrics[place.metric]!.kind === 'rate'
  return [...found].map(([number, { samples, counted }]) => ({
    conversationId: ids.get(number) ?? computed.ids[-1 - number]!, samples, counted: isRate ? counted : null
  })).toSorted((a, b) => a.conversationId < b.conversationId ? -1 : 1)
}
