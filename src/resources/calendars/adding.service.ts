import { allow, instantText, transact, type Context } from '../../context.js'
import { invalid } from '../../errors.js'
import { held, versionAdded } from './calendar.service.js'
import type { ImportedHolidays, ImportHolidays } from './calendar.shapes.js'
import * as store from './calendar.store.js'
import type { CalendarVersion, CreateCalendarVersion } from './hours.shapes.js'
import { addVersion } from './version.service.js'

export async function createCalendarVersion (ctx: Context, ref: string, input: CreateCalendarVersion): Promise<CalendarVersion> {
  const { workspaceId } = allow(ctx, 'calendars:write')
  return transact(ctx, async ctx => {
    const calendar = await held(ctx, workspaceId, ref)
    const version = await addVersion(ctx, workspaceId, calendar.id, input)
    await versionAdded(ctx, workspaceId, calendar)
    return version
  })
}

const yearsAhead = 5

/** Adds a file's holidays to what the calendar says at the instant from which they shall hold, as a new version. */
export async function importHolidays (ctx: Context, ref: string, input: ImportHolidays): Promise<ImportedHolidays> {
  const { workspaceId } = allow(ctx, 'calendars:write')
  return transact(ctx, async ctx => {
    const calendar = await held(ctx, workspaceId, ref)
    const effectiveFrom = input.effectiveFrom ?? instantText(ctx)
    const found = await holidaysIn(input, effectiveFrom)
    const { timeZone, weekly, exceptions, holidays } = await store.versionAt(ctx.db, workspaceId, calendar.id, effectiveFrom)
    const known = new Set(holidays.map(({ date }) => date))
    const added = found.filter(({ date }) => !known.has(date))
    const alreadyThere = found.length - added.length
    if (!added.length) return { calendar, newVersion: null, added, alreadyThere }
    const newVersion = await addVersion(ctx, workspaceId, calendar.id, { effectiveFrom, timeZone, weekly, exceptions, holidays: [...holidays, ...added] })
    return { calendar: await versionAdded(ctx, workspaceId, calendar), newVersion, added, alreadyThere }
  })
}

/** The reader of such files is large, and seldom needed: it is loaded here. */
async function holidaysIn ({ text, from, to }: ImportHolidays, effectiveFrom: string) {
  const { holidaysFromICalendar, ICalendarError } = await import('../../clock/icalendar.js')
  const first = from ?? `${effectiveFrom.slice(0, 4)}-01-01`
  const end = to ?? fiveYearsAfter(first)
  if (end <= first) throw invalid('to', 'is not after the first date')
  try {
    return holidaysFromICalendar(text, { from: first, to: end })
  } catch (error) {
    if (error instanceof ICalendarError) throw invalid('text', error.message)
    throw error
  }
}

/** 29 February is followed by 1 March where a year lacks it; at most the last day for which calendars answer. */
function fiveYearsAfter (date: string): string {
  const end = new Date(Date.UTC(Number(date.slice(0, 4)) + yearsAhead, Number(date.slice(5, 7)) - 1, Number(date.slice(8))))
  const text = end.toISOString().slice(0, 10)
  return text < '2100-12-31' ? text : '2100-12-31'
}
