import type { Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { ApiError } from '../../errors.js'
import { rank } from '../../metrics/ranking.js'
import type { Sample } from '../../metrics/samples.js'
import { textOf, type Row } from '../../metrics/table.js'
import { samplesAt } from './answering.js'
import { readCursor, type Place } from './cell.cursor.js'
import { compute, type Computed } from './metric.service.js'
import type { MetricConversation, MetricConversationQuery } from './metric.shapes.js'

/** The distinct conversations behind a figure, by id; exactly those that it was made from. */
export async function listMetricConversations (ctx: Context, { cursor, limit, after, count }: MetricConversationQuery): Promise<Page<MetricConversation>> {
  const { query, place } = readCursor(cursor)
  const computed = await compute(ctx, query)
  const isRate = computed.checked.metrics[place.metric]?.kind === 'rate'
  const all = conversationsOf(samplesAt(rowAt(computed, place), place.bucket), isRate)
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

const nothing: Row = { key: [], buckets: new Map(), whole: [] }

function rowAt ({ checked, table, previous }: Computed, { metric, key, other, previous: inPrevious }: Place): Row {
  const of = inPrevious ? previous : table
  if (!of || !checked.metrics[metric]) throw new ApiError('badRequest', 'This cursor is not one that a figure has.')
  if (key) return of.rows[metric]!.get(textOf(key)) ?? nothing
  if (!other) return of.totals[metric]!
  const rest = rank(table, previous, checked.query.top ?? null).find(group => group.other)
  return (inPrevious ? rest?.previous : rest?.rows)?.[metric] ?? nothing
}

function conversationsOf (samples: readonly Sample[], isRate: boolean): MetricConversation[] {
  const found = new Map<string, MetricConversation>()
  for (const { conversationId, counted } of samples) {
    const known = found.get(conversationId)
    found.set(conversationId, {
      conversationId, samples: (known?.samples ?? 0) + 1, counted: isRate ? counted || known?.counted === true : null
    })
  }
  return [...found.values()].toSorted((a, b) => a.conversationId < b.conversationId ? -1 : 1)
}
