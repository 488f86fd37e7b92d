import type { Calendars } from '../../clock/reading.js'
import type { StandardVersionSet } from '../../clock/standard.js'
import type { Context } from '../../context.js'
import { hasPromised, promisesOf as ofWorkspace } from '../standards/promised.service.js'

/** What a workspace promises: every standard that was ever published, and the calendars that their targets name. */
export interface Promises { standards: StandardVersionSet, calendars: Calendars }

const asked = new WeakMap<object, Promise<Promises | null>>()

/**
 * The promises of the caller's workspace, null when it has made none. Asked once a transaction: begin asking early, with
 * what else is read, and it costs no round trip. `revision`: where that is read anyway, behind the lock.
 */
export function promisesOf (ctx: Context, revision?: Promise<number>): Promise<Promises | null> {
  const key = ctx.transaction
  const earlier = key && asked.get(key)
  if (earlier) return earlier
  const now = (revision ? revision.then(number => ofWorkspace(ctx, number)) : ofWorkspace(ctx)).then(promises => promises.standards.length ? promises : null)
  now.catch(() => {})
  if (key) asked.set(key, now)
  return now
}

export { hasPromised }
