import { reading, type Context } from '../../context.js'
import { ApiError } from '../../errors.js'
import { reachOf } from '../../metrics/reach.js'
import type { Table } from '../../metrics/table.js'
import type { Promises } from '../clocks/promises.js'
import * as store from './by-facts.store.js'
import { laterMs, type Checked } from './checking.js'
import { addChanged, maxConversations } from './filling.service.js'

/**
 * Fills tables from the facts of all conversations that can be in them, as they stand in this snapshot: what is kept of clocks may
 * be as it was before the last publication, until a worker has applied that. Their numbers in the samples are negative: -1 is the
 * first that is given back.
 */
export async function fillFromFacts (ctx: Context, workspaceId: string, checked: Checked, tables: readonly Table[], promises: Promises): Promise<string[]> {
  const found = await reading(store.candidates(ctx.db, workspaceId, reachFor(checked, promises), maxConversations + 1))
  if (found.length > maxConversations) {
    throw new ApiError('tooComplex', `What was published last is still being applied to conversations; until that is done, figures of promises are made of at most ${maxConversations} of them. ` +
      'Ask again later, or for a shorter or later window.')
  }
  await addChanged(ctx, found, checked.now, tables, promises)
  return found.map(({ id }) => id)
}

const text = (at: number): string => new Date(at).toISOString()
const updates = new Set(['periodicUpdate', 'pausableUpdate'])

/** Clocks are due after what ended them, and so after the last fact of their conversation. Those of updates may begin, and be overdue, while it is resolved. */
function reachFor (checked: Checked, { standards, calendars }: Promises): store.Reach {
  const { window, previous, now } = checked
  return {
    since: text(reachOf(standards, calendars, Math.min((previous ?? { window }).window.from, now))),
    to: text(Math.min(window.to + laterMs(checked), now + 1)),
    resolvedToo: standards.some(({ versions }) => versions.some(({ targets }) => targets.some(({ kind }) => updates.has(kind))))
  }
}
