import { allow, checkVersion, instantText, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { ApiError, conflict, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { upsert, type Upserted } from '../upsert.js'
import type { Calendar, CreateCalendar, SearchCalendars, UpdateCalendar, UpsertCalendar } from './calendar.shapes.js'
import * as store from './calendar.store.js'
import { tidyHours } from './hours.js'
import { addVersion } from './version.service.js'

export async function getCalendar (ctx: Context, ref: string): Promise<Calendar> {
  const { workspaceId } = allow(ctx, 'calendars:read')
  const calendar = await reading(store.find(ctx.db, workspaceId, ref))
  if (!calendar) throw notFound('Calendar')
  return calendar
}

export async function listCalendars (ctx: Context, query: SearchCalendars): Promise<Page<Calendar>> {
  const { workspaceId } = allow(ctx, 'calendars:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** Those of the ids that exist, in no order. */
export async function calendarsById (ctx: Context, ids: readonly string[]): Promise<Calendar[]> {
  const { workspaceId } = allow(ctx, 'calendars:read')
  return reading(store.findMany(ctx.db, workspaceId, ids))
}

export async function createCalendar (ctx: Context, input: CreateCalendar): Promise<Calendar> {
  const { workspaceId } = allow(ctx, 'calendars:write')
  return transact(ctx, async ctx => {
    const { id } = await store.insert(ctx.db, workspaceId, input)
    await addVersion(ctx, workspaceId, id, input)
    const calendar = (await store.find(ctx.db, workspaceId, id))!
    record(ctx, 'calendar.created', calendar)
    return input.isDefault ? becomeDefault(ctx, workspaceId, calendar) : calendar
  })
}

export async function updateCalendar (ctx: Context, ref: string, changes: UpdateCalendar): Promise<Calendar> {
  const { workspaceId } = allow(ctx, 'calendars:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, await held(ctx, workspaceId, ref), changes, 'calendar.updated'))
}

export async function upsertCalendar (ctx: Context, ref: string, input: UpsertCalendar): Promise<Upserted<Calendar>> {
  const { workspaceId } = allow(ctx, 'calendars:write')
  return upsert(ctx, ref, {
    find: ctx => store.hold(ctx.db, workspaceId, ref),
    create: (ctx, externalId) => createCalendar(ctx, { ...input, externalId, isDefault: false }),
    async update (ctx) {
      const before = await held(ctx, workspaceId, ref)
      const calendar = await change(ctx, workspaceId, before, { name: input.name, description: input.description }, 'calendar.updated')
      const { timeZone, weekly, exceptions, holidays } = calendar.latestVersion
      if (!changed(tidyHours({ timeZone, weekly, exceptions, holidays }), tidyHours(input))) return calendar
      await addVersion(ctx, workspaceId, calendar.id, input)
      return versionAdded(ctx, workspaceId, calendar)
    }
  })
}

/** From then on it is taken where no calendar is named; standards that were written before keep theirs. */
export async function makeCalendarDefault (ctx: Context, ref: string): Promise<Calendar> {
  const { workspaceId } = allow(ctx, 'calendars:write')
  return transact(ctx, async ctx => {
    await store.holdDefault(ctx.db, workspaceId)
    return becomeDefault(ctx, workspaceId, await held(ctx, workspaceId, ref))
  })
}

/** From then on no standard can name it; those that do keep it. The default one is refused. */
export async function archiveCalendar (ctx: Context, ref: string): Promise<Calendar> {
  const { workspaceId } = allow(ctx, 'calendars:write')
  return transact(ctx, async ctx => {
    const calendar = await held(ctx, workspaceId, ref)
    if (calendar.isDefault) throw conflict('This calendar is the default one. Make another one the default first.')
    return change(ctx, workspaceId, calendar, { archivedAt: calendar.archivedAt ?? instantText(ctx) }, 'calendar.archived')
  })
}

export async function unarchiveCalendar (ctx: Context, ref: string): Promise<Calendar> {
  const { workspaceId } = allow(ctx, 'calendars:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, await held(ctx, workspaceId, ref), { archivedAt: null }, 'calendar.unarchived'))
}

/** The calendar that is taken where none is named; null when the workspace has none. */
export async function defaultCalendarId (ctx: Context): Promise<string | null> {
  const calendar = await store.findDefault(ctx.db, ctx.caller!.workspaceId)
  return calendar?.id ?? null
}

/** The calendar, held until the commit, at the version that the caller names. */
export async function held (ctx: Context, workspaceId: string, ref: string): Promise<Calendar> {
  const calendar = await store.hold(ctx.db, workspaceId, ref)
  if (!calendar) throw notFound('Calendar')
  checkVersion(ctx, calendar.version)
  return calendar
}

/** Counts a version that was added as a change of its calendar. */
export async function versionAdded (ctx: Context, workspaceId: string, before: Calendar): Promise<Calendar> {
  const calendar = await store.update(ctx.db, workspaceId, before.id, {})
  record(ctx, 'calendar.versionAdded', calendar, { changes: { versionCount: { from: before.versionCount, to: calendar.versionCount } } })
  return calendar
}

async function change (ctx: Context, workspaceId: string, before: Calendar, wanted: Partial<Calendar>, type: string): Promise<Calendar> {
  const differences = changed(before, wanted)
  if (!differences) return before
  const calendar = await store.update(ctx.db, workspaceId, before.id, wanted)
  record(ctx, type, calendar, { changes: differences })
  return calendar
}

async function becomeDefault (ctx: Context, workspaceId: string, calendar: Calendar): Promise<Calendar> {
  if (calendar.isDefault) return calendar
  if (calendar.archivedAt) throw new ApiError('conflict', 'An archived calendar cannot be the default one. Unarchive it first.')
  await store.holdDefault(ctx.db, workspaceId)
  const before = await store.findDefault(ctx.db, workspaceId)
  if (before) await change(ctx, workspaceId, before, { isDefault: false }, 'calendar.updated')
  return change(ctx, workspaceId, calendar, { isDefault: true }, 'calendar.madeDefault')
}
