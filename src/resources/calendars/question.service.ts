import { compileCalendar, type CompiledCalendar } from '../../clock/business-time.js'
import { allow, instantText, type Context } from '../../context.js'
import { invalid, notFound } from '../../errors.js'
import { readyCalendar, type ReadyCalendar } from './compiled.service.js'
import { checkVersions, pureVersion } from './hours.js'
import type { BusinessEnd, BusinessSpan, CalendarMoment, CalendarPreview, NextOpening, PreviewCalendar } from './question.shapes.js'

export const isCalendarOpen = (ctx: Context, ref: string, at = instantText(ctx)): Promise<CalendarMoment> =>
  ask(ctx, ref, calendar => momentOf(calendar, at))

export const nextCalendarOpening = (ctx: Context, ref: string, at = instantText(ctx)): Promise<NextOpening> =>
  ask(ctx, ref, ({ calendar }) => openingOf(calendar, at))

export const countBusinessSeconds = (ctx: Context, ref: string, from: string, to: string): Promise<BusinessSpan> =>
  ask(ctx, ref, ({ calendar }) => spanOf(calendar, from, to))

export const addBusinessSeconds = (ctx: Context, ref: string, from: string, seconds: number): Promise<BusinessEnd> =>
  ask(ctx, ref, ({ calendar }) => endOf(calendar, from, seconds))

/** The same questions to a calendar that is not kept. */
export async function previewCalendar (ctx: Context, { versions, isOpenAt, nextOpeningAfter, businessSeconds, add }: PreviewCalendar): Promise<CalendarPreview> {
  allow(ctx, 'calendars:read')
  checkVersions(versions, 'versions.')
  if (businessSeconds && businessSeconds.to < businessSeconds.from) throw invalid('businessSeconds.to', 'is before the start')
  const calendar = compileCalendar(versions.map(pureVersion))
  const numbers = versions.map((_, position) => position + 1)
  return {
    isOpen: isOpenAt ? momentOf({ calendar, numbers }, isOpenAt) : null,
    nextOpening: nextOpeningAfter ? openingOf(calendar, nextOpeningAfter) : null,
    businessSeconds: businessSeconds ? spanOf(calendar, businessSeconds.from, businessSeconds.to) : null,
    add: add ? endOf(calendar, add.from, add.seconds) : null
  }
}

async function ask<T> (ctx: Context, ref: string, question: (calendar: ReadyCalendar) => T): Promise<T> {
  allow(ctx, 'calendars:read')
  const calendar = await readyCalendar(ctx, ref)
  if (!calendar) throw notFound('Calendar')
  return question(calendar)
}

const text = (at: number | null): string | null => at === null ? null : new Date(at).toISOString()

function momentOf ({ calendar, numbers }: ReadyCalendar, at: string): CalendarMoment {
  const { open, reason, name, version, until } = calendar.stateAt(Date.parse(at))
  return { at, isOpen: open, reason, name, versionNumber: numbers[version]!, until: text(until) }
}

const openingOf = (calendar: CompiledCalendar, at: string): NextOpening =>
  ({ at, opensAt: text(calendar.nextOpening(Date.parse(at))) })

const spanOf = (calendar: CompiledCalendar, from: string, to: string): BusinessSpan =>
  ({ from, to, businessSeconds: Math.floor(calendar.businessMs(Date.parse(from), Date.parse(to)) / 1000) })

const endOf = (calendar: CompiledCalendar, from: string, seconds: number): BusinessEnd =>
  ({ from, seconds, at: text(calendar.addBusinessMs(Date.parse(from), seconds * 1000)) })
