import { reading, type Context } from '../../context.js'
import { ApiError } from '../../errors.js'
import { Gathered } from '../../metrics/columns.js'
import { promiseFamilies, type FamilyName } from '../../metrics/families.js'
import { reachOf } from '../../metrics/reach.js'
import { subjectOf } from '../../metrics/subject.js'
import type { Table } from '../../metrics/table.js'
import type { Promises } from '../clocks/promises.js'
import { factsOfConversations } from '../conversations/facts.service.js'
import { laterMs, type Checked } from './checking.js'
import * as store from './by-facts.store.js'

/** So many conversations may have to be looked at, and so many samples be behind one answer. */
const maxConversations = 50_000
const maxSamples = 2_000_000
const batch = 500

const promised: ReadonlySet<FamilyName> = new Set(promiseFamilies)

/** Whether what the workspace promises has a part in the figures. */
export const asksPromises = ({ metrics }: Checked): boolean => metrics.some(({ measure }) => promised.has(measure.family))

/**
 * Fills tables from the facts of all conversations that can be in them, in batches, as they stand in this snapshot. Their numbers
 * in the samples are negative: -1 is the first that is given back.
 */
export async function fillFromFacts (ctx: Context, workspaceId: string, checked: Checked, tables: readonly Table[], promises: Promises | null): Promise<string[]> {
  const found = await reading(store.candidates(ctx.db, workspaceId, reachFor(checked, promises), maxConversations + 1))
  if (found.length > maxConversations) throw new ApiError('tooComplex', `More than ${maxConversations} conversations can be in this window. Ask for a shorter or later one.`)
  const [first] = tables
  for (let from = 0; from < found.length; from += batch) {
    const some = found.slice(from, from + batch)
    const facts = await factsOfConversations(ctx, some.map(({ id }) => id))
    const gathered = new Gathered(first!.families, first!.named)
    for (const [index, { id, complexity }] of some.entries()) {
      const subject = subjectOf(id, facts.get(id) ?? [], checked.now, { promises, complexity })
      if (subject) gathered.add(subject, -1 - from - index)
    }
    for (const columns of gathered.all()) for (const table of tables) table.add(columns)
    if (tables.some(({ size }) => size > maxSamples)) throw new ApiError('tooComplex', `More than ${maxSamples} samples are behind this. Ask for fewer buckets or groups, or a shorter window.`)
  }
  return found.map(({ id }) => id)
}

const text = (at: number): string => new Date(at).toISOString()

/** Clocks are due after what ended them, and so after the last fact of their conversation. */
function reachFor (checked: Checked, promises: Promises | null): store.Reach {
  const { window, previous, now } = checked
  const { from } = (previous ?? { window }).window
  const asks = promises !== null && asksPromises(checked)
  return {
    since: text(asks ? reachOf(promises.standards, promises.calendars, Math.min(from, now)) : from),
    to: text(Math.min(window.to + laterMs(checked), now + 1)),
    overdueAt: asks && checked.live ? text(now) : null
  }
}
