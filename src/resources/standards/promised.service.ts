import { LRUCache } from 'lru-cache'
import type { CompiledCalendar } from '../../clock/business-time.js'
import type { StandardVersionSet } from '../../clock/standard.js'
import { reading, type Context } from '../../context.js'
import { ApiError } from '../../errors.js'
import { compiledCalendars } from '../calendars/compiled.service.js'
import { revisionOf } from '../promises.js'
import { pureStandards } from './content.js'
import * as store from './standard.store.js'

/** All that clocks need of a workspace besides a conversation's facts, as of one revision. */
export interface Promises {
  /** Changes with every write that matters to clocks, in whichever process; see `promisesRevision` in ../promises.ts. */
  revision: number
  /** Every version that was ever published, of archived standards too. */
  standards: StandardVersionSet
  calendars: ReadonlyMap<string, CompiledCalendar>
}

const kept = new LRUCache<string, Promises>({ max: 200 })
const attempts = 5

/**
 * The standards and calendars of the caller's workspace. `revision` is what was read in one statement with the conversation;
 * without it, it is read first. Nothing else is read while they have not changed.
 */
export async function promisesOf (ctx: Context, revision?: number): Promise<Promises> {
  const { workspaceId } = ctx.caller!
  const current = revision ?? await reading(revisionOf(ctx.db, workspaceId))
  const known = kept.get(workspaceId)
  if (known?.revision === current) return known
  const loaded = await load(ctx, workspaceId)
  kept.set(workspaceId, loaded)
  return loaded
}

/** Whether a workspace had promised something when this process last looked: a guess at what will be needed, no more. */
export const hasPromised = (workspaceId: string): boolean => (kept.get(workspaceId)?.standards.length ?? 0) > 0

/** The standards alone, in the form that `clocksOf` wants. */
export const standardsOf = async (ctx: Context, revision?: number): Promise<StandardVersionSet> => (await promisesOf(ctx, revision)).standards

/** Standards and calendars are read one after the other: it holds when nothing was written between. */
async function load (ctx: Context, workspaceId: string): Promise<Promises> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { revision, archivedAt, versions } = await reading(store.everything(ctx.db, workspaceId))
    const calendars = await compiledCalendars(ctx)
    if (await reading(revisionOf(ctx.db, workspaceId)) === revision) return { revision, standards: pureStandards(archivedAt, versions), calendars }
  }
  throw new ApiError('unavailable', 'The standards are being changed over and over. Try again shortly.', undefined, 1)
}
