import { setImmediate } from 'node:timers/promises'
import { clocksUnder } from '../../clock/clocks.js'
import type { Condition, StandardVersionSet } from '../../clock/standard.js'
import type { Context } from '../../context.js'
import { compiledCalendars } from '../calendars/compiled.service.js'
import { pureTarget } from '../standards/content.js'
import { standardsOf } from '../standards/promised.service.js'
import type { Backtest } from './backtest.shapes.js'
import { valuesBy } from './cells.js'
import * as history from './history.store.js'
import { Counting, type Part } from './part.js'

/** A stretch of history counted, and where to go on; null at the end of history. */
export interface Counted { part: Part, place: history.Place | null }

const batchSize = 400
/** So many conversations are computed before others in this process have their turn. */
const turn = 40

export const periodOf = ({ from, to, asOf, filter, dimensions }: Backtest): history.Period => ({ from, to, asOf, filter, dimensions })

/** The version that is tried as the only standard there ever was. */
const alone = ({ standardId, versionNumber, default: isDefault, condition, targets }: Backtest): StandardVersionSet => [{
  id: standardId,
  archivedAt: null,
  versions: [{
    id: standardId, standardId, version: versionNumber, publishedAt: Number.MIN_SAFE_INTEGER, apply: 'keep', position: 1,
    default: isDefault, condition: condition as Condition | null, targets: targets.map(pureTarget)
  }]
}]

/**
 * Counts a stretch of history: by the one function that makes all clocks, once under what is tried and once under what was
 * published. Each batch is read while the one before it is computed.
 */
export async function countRange (ctx: Context, backtest: Backtest, { after, until, limit }: history.Range): Promise<Counted> {
  const { workspaceId } = ctx.caller!
  const [real, calendars] = await Promise.all([standardsOf(ctx), compiledCalendars(ctx)])
  const sets = [alone(backtest), real]
  const [asOf, period] = [Date.parse(backtest.asOf), periodOf(backtest)]
  const valuesOf = valuesBy(backtest.dimensions, backtest.timeZone)
  const counting = new Counting()
  const read = (place: history.Place | null, left: number) => history.read(ctx.db, workspaceId, period, { after: place, until, limit: Math.min(batchSize, left) })
  let batch = await read(after, limit)
  for (let left = limit; ;) {
    left -= batch.count
    const next = batch.place === null || left === 0 ? null : read(batch.place, left)
    next?.catch(() => {})
    let computed = 0
    for (const past of batch.past) {
      if (++computed % turn === 0) await setImmediate()
      const [would, was] = clocksUnder(past.facts, sets, calendars, asOf)
      counting.add(would!, was!, valuesOf(past))
    }
    if (!next) return { part: counting.part, place: batch.place }
    batch = await next
  }
}
