import { calendarLimits } from '../../clock/calendar.js'
import { allow, instantText, reading, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { conflict, notFound } from '../../errors.js'
import { revisePromises } from '../promises.js'
import type { CalendarVersionQuery } from './calendar.shapes.js'
import * as store from './calendar.store.js'
import { checkHours, tidyHours } from './hours.js'
import type { CalendarVersion, CreateCalendarVersion } from './hours.shapes.js'

export async function getCalendarVersion (ctx: Context, ref: string, number: number): Promise<CalendarVersion> {
  const { workspaceId } = allow(ctx, 'calendars:read')
  const version = await reading(store.findVersion(ctx.db, workspaceId, ref, number))
  if (!version) throw notFound('Version of the calendar')
  return version
}

export async function listCalendarVersions (ctx: Context, ref: string, query: CalendarVersionQuery): Promise<Page<CalendarVersion>> {
  const { workspaceId } = allow(ctx, 'calendars:read')
  const calendar = await reading(store.findRecorded(ctx.db, workspaceId, ref))
  if (!calendar) throw notFound('Calendar')
  return reading(store.listVersions(ctx.db, workspaceId, calendar.id, query))
}

/** The version that takes effect before all others is in force before that too. */
const always = '1970-01-01T00:00:00.000Z'

/** Adds a version to a calendar that the caller holds, or has just made; in the past only for whoever may write history. */
export async function addVersion (ctx: Context, workspaceId: string, calendarId: string, input: CreateCalendarVersion): Promise<CalendarVersion> {
  const effectiveFrom = input.effectiveFrom ?? instantText(ctx)
  if (effectiveFrom < instantText(ctx)) allow(ctx, 'history:write')
  checkHours({ ...input, effectiveFrom })
  const version = await store.insertVersion(ctx.db, workspaceId, calendarId, effectiveFrom, tidyHours(input))
  if (version.number > calendarLimits.versions) throw conflict(`A calendar has at most ${calendarLimits.versions} versions.`)
  const isFirst = version.number > 1 && await store.isFirst(ctx.db, workspaceId, version)
  await revisePromises(ctx.db, workspaceId, isFirst ? always : effectiveFrom)
  return version
}
