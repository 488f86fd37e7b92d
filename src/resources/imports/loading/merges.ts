import { systemContext, type Context } from '../../../context.js'
import { invalid } from '../../../errors.js'
import { holdWithFacts } from '../../conversations/loading.service.js'
import { mergeConversation } from '../../conversations/merging.service.js'
import type { StagedLine } from '../import.store.js'
import type { LineOf } from '../line.shapes.js'
import { oneByOne, type Outcome } from '../outcome.js'

/** Merges conversations, once everything else about them is there. */
export const loadMerges = (ctx: Context, lines: Array<StagedLine<LineOf<'merge'>>>): Promise<Outcome[]> =>
  oneByOne(ctx, lines, async (ctx, { conversation, into, occurredAt, sequence, actor }) => {
    const held = await holdWithFacts(ctx, [conversation, into])
    const [source, target] = [held.get(conversation), held.get(into)]
    if (!source) throw invalid('conversation', 'names no conversation of this workspace, nor of these lines')
    if (!target) throw invalid('into', 'names no conversation of this workspace, nor of these lines')
    if (source.row.mergedIntoId === target.row.id) return 'unchanged'
    await mergeConversation(ctx, source.row.id, { intoId: target.row.id, occurredAt, sequence, actor: actor ?? systemContext(ctx.services, '', []).caller!.actor as never })
    return 'created'
  })
