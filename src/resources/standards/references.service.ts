import { z } from 'zod'
import type { Context } from '../../context.js'
import { ApiError, type FieldError } from '../../errors.js'
import { defaultCalendarId } from '../calendars/calendar.service.js'
import { checkCondition, idFields } from './condition-problems.js'
import { contentProblems } from './content.js'
import type { StandardConditionInput, StandardTarget } from './content.shapes.js'
import type { Content } from './standard.shapes.js'
import * as store from './standard.store.js'

const maxErrors = 50

/** Throws all problems as one refusal. */
export function refuse (code: 'invalid' | 'notFound', problems: readonly FieldError[]): void {
  const [first] = problems
  if (!first) return
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  throw new ApiError(code, `${first.path}: ${first.message}${more}`, problems.slice(0, maxErrors))
}

const lacks = ({ basis, calendarId }: StandardTarget): boolean => basis === 'business' && calendarId === null

/** Names the workspace's default calendar in business targets that name none; refuses them when there is no default. */
export async function withDefaultCalendar (ctx: Context, targets: readonly StandardTarget[], path = 'targets'): Promise<StandardTarget[]> {
  if (!targets.some(lacks)) return [...targets]
  const calendarId = await defaultCalendarId(ctx)
  if (calendarId !== null) return targets.map(target => lacks(target) ? { ...target, calendarId } : target)
  refuse('invalid', targets.flatMap((target, at) => lacks(target)
    ? [{ path: `${path}.${at}.calendarId`, message: 'is required: the workspace has no default calendar' }]
    : []))
  return []
}

interface Named { of: store.Reference, id: string, path: string }

const isId = (id: string): boolean => z.uuid().safeParse(id).success

/** Whatever of the workspace's own a condition and targets name has to exist here; calendars must not be archived. */
async function requireKnown (ctx: Context, named: readonly Named[]): Promise<void> {
  const found = await store.known(ctx.db, ctx.caller!.workspaceId, [...idFields, 'calendar' as const].map(of => ({
    of, ids: [...new Set(named.filter(each => each.of === of && isId(each.id)).map(({ id }) => id))]
  })))
  refuse('notFound', named.filter(({ of, id }) => !found.has(`${of} ${id.toLowerCase()}`)).map(({ of, path }) => ({
    path, message: `names no ${of} of this workspace${of === 'calendar' ? ' that is in use' : ''}`
  })))
}

/** Content that may be kept: everything that is wrong with it is refused, and the calendars of its targets are named. */
export async function checkedContent (ctx: Context, content: Content, before: Content | null = null): Promise<Content> {
  refuse('invalid', contentProblems(content))
  const targets = await withDefaultCalendar(ctx, content.targets)
  const kept = new Set(before?.targets.map(({ calendarId }) => calendarId))
  const calendars = targets.flatMap(({ calendarId }, at): Named[] => calendarId === null || kept.has(calendarId)
    ? []
    : [{ of: 'calendar', id: calendarId, path: `targets.${at}.calendarId` }])
  const { ids } = checkCondition(content.condition as StandardConditionInput | null, content.default)
  await requireKnown(ctx, [...ids.map(({ field, id, path }) => ({ of: field, id, path })), ...calendars])
  return { ...content, targets }
}
