import { LRUCache } from 'lru-cache'
import { compileCalendar, type CompiledCalendar } from '../../clock/business-time.js'
import { reading, type Context } from '../../context.js'
import * as store from './calendar.store.js'
import { pureVersion } from './hours.js'

/** A calendar that is ready for questions. */
export interface ReadyCalendar {
  calendar: CompiledCalendar
  /** The numbers of its versions, by the positions that the compiled calendar calls them by. */
  numbers: readonly number[]
}

/** By the version recorded last, which stands for all of a calendar's versions: what is kept under it holds for ever. */
const ready = new LRUCache<string, ReadyCalendar>({ max: 500 })

/** Those of the ids that are calendars of the caller's workspace, archived ones too. One statement, when all are kept. */
export async function readyCalendars (ctx: Context, ids: readonly string[] | null): Promise<Map<string, ReadyCalendar>> {
  if (ids?.length === 0) return new Map()
  return compileAll(ctx, await reading(store.listRecorded(ctx.db, ctx.caller!.workspaceId, ids)))
}

export async function readyCalendar (ctx: Context, ref: string): Promise<ReadyCalendar & { id: string } | undefined> {
  const recorded = await reading(store.findRecorded(ctx.db, ctx.caller!.workspaceId, ref))
  const ready = recorded && (await compileAll(ctx, [recorded])).get(recorded.id)
  return ready && { id: recorded.id, ...ready }
}

/** Compiled calendars by id, as clocks want them: those named, or all that the workspace has. */
export async function compiledCalendars (ctx: Context, ids: readonly string[] | null = null): Promise<Map<string, CompiledCalendar>> {
  return new Map([...await readyCalendars(ctx, ids)].map(([id, { calendar }]) => [id, calendar]))
}

async function compileAll (ctx: Context, recorded: readonly store.Recorded[]): Promise<Map<string, ReadyCalendar>> {
  const known = new Map(recorded.flatMap(({ id, lastVersionId }) => {
    const kept = ready.get(lastVersionId)
    return kept ? [[id, kept] as const] : []
  }))
  const lacking = recorded.filter(({ id }) => !known.has(id))
  return lacking.length ? new Map([...known, ...await compile(ctx, lacking)]) : known
}

async function compile (ctx: Context, lacking: readonly store.Recorded[]): Promise<Map<string, ReadyCalendar>> {
  const versions = await reading(store.versionsOf(ctx.db, ctx.caller!.workspaceId, lacking.map(({ id }) => id)))
  return new Map(lacking.map(({ id, lastVersionId }) => {
    const own = versions.filter(({ calendarId }) => calendarId === id)
    const made = { calendar: compileCalendar(own.map(pureVersion)), numbers: own.map(({ number }) => number) }
    // A version added since the ids were read belongs to an id that was not read.
    if (own.reduce((last, each) => each.number > last.number ? each : last).id === lastVersionId) ready.set(lastVersionId, made)
    return [id, made]
  }))
}
