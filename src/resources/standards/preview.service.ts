import { z } from 'zod'
import { compileCalendar, type CompiledCalendar } from '../../clock/business-time.js'
import { explain, type Explanation } from '../../clock/explain.js'
import type { Condition, Standard } from '../../clock/standard.js'
import { allow, instantText, type Context } from '../../context.js'
import type { FieldError } from '../../errors.js'
import { compiledCalendars } from '../calendars/compiled.service.js'
import { checkVersions, pureVersion } from '../calendars/hours.js'
import { checkCondition } from './condition-problems.js'
import { pureTarget, targetOf, targetsProblems } from './content.js'
import type { StandardTarget } from './content.shapes.js'
import type { PreviewedStandardInput, PreviewStandard, StandardPreview } from './preview.shapes.js'
import { refuse, withDefaultCalendar } from './references.service.js'
import { factsOf, timelineProblems } from './timeline.js'

/** What clocks a conversation would have under standards and calendars that are not kept: by the very function that makes all clocks. */
export async function previewStandard (ctx: Context, input: PreviewStandard): Promise<StandardPreview> {
  allow(ctx, 'standards:read')
  const now = input.now ?? instantText(ctx)
  refuse('invalid', [
    ...timelineProblems(input.timeline, Date.parse(now)), ...repeatedIds(input.standards, 'standards'), ...repeatedIds(input.calendars, 'calendars'),
    ...input.standards.flatMap(({ versions }, at) => versions.flatMap((version, of) => problemsOf(version, `standards.${at}.versions.${of}`)))
  ])
  input.calendars.forEach(({ versions }, at) => checkVersions(versions, `calendars.${at}.versions.`))
  const named = await Promise.all(input.standards.map(async (standard, at) => ({
    ...standard,
    targets: await Promise.all(standard.versions.map(({ targets }, of) => withDefaultCalendar(ctx, targets.map(targetOf), `standards.${at}.versions.${of}.targets`)))
  })))
  const calendars = await calendarsFor(ctx, input, named.map(({ targets }) => targets))
  const standards = named.map(({ targets, ...standard }, at) => pureStandard(standard, at, targets))
  return { now, clocks: explain(factsOf(input.timeline), standards, calendars, Date.parse(now)).map(shown) }
}

function problemsOf ({ condition, default: isDefault, targets }: PreviewedStandardInput['versions'][number], path: string): FieldError[] {
  return [...checkCondition(condition ?? null, isDefault, `${path}.condition`).problems, ...targetsProblems(targets.map(targetOf), `${path}.targets`)]
}

const repeatedIds = (list: ReadonlyArray<{ id: string }>, path: string): FieldError[] => list.flatMap(({ id }, at) =>
  list.findIndex(each => each.id === id) < at ? [{ path: `${path}.${at}.id`, message: 'is in the list already' }] : [])

const pureStandard = ({ id, archivedAt, versions }: PreviewedStandardInput, at: number, targets: StandardTarget[][]): Standard => ({
  id,
  archivedAt: archivedAt ? Date.parse(archivedAt) : null,
  versions: versions.map(({ publishedAt, apply, position, default: isDefault, condition }, of) => ({
    id: `${id}/${of + 1}`, standardId: id, version: of + 1, publishedAt: Date.parse(publishedAt), apply, position: position ?? at + 1, default: isDefault,
    condition: (condition ?? null) as Condition | null, targets: targets[of]!.map(pureTarget)
  }))
})

/** Those in the input, and the workspace's own that targets name besides. */
async function calendarsFor (ctx: Context, { calendars }: PreviewStandard, targets: StandardTarget[][][]): Promise<Map<string, CompiledCalendar>> {
  const inline = new Map(calendars.map(({ id, versions }) => [id, compileCalendar(versions.map(pureVersion))]))
  const named = targets.flatMap((versions, at) => versions.flatMap((list, of) => list.flatMap(({ calendarId }, target) => calendarId === null || inline.has(calendarId)
    ? []
    : [{ id: calendarId, path: `standards.${at}.versions.${of}.targets.${target}.calendarId` }])))
  const own = await compiledCalendars(ctx, [...new Set(named.map(({ id }) => id))].filter(id => z.uuid().safeParse(id).success))
  refuse('notFound', named.filter(({ id }) => !own.has(id)).map(({ path }) => ({ path, message: 'names no calendar of this input or this workspace' })))
  return new Map([...own, ...inline])
}

const text = (at: number): string => new Date(at).toISOString()
const textOrNull = (at: number | null): string | null => at === null ? null : text(at)

function shown ({ clock, segments, rule, sentence }: Explanation): StandardPreview['clocks'][number] {
  const { target, ordinal, basis, calendarId, targetSeconds, consumedSeconds, remainingSeconds, state, endedBy } = clock
  return {
    target, ordinal, basis, calendarId, targetSeconds, startedAt: text(clock.startedAt), openedAt: text(clock.openedAt), dueAt: textOrNull(clock.dueAt),
    consumedSeconds, remainingSeconds, state, endedAt: textOrNull(clock.endedAt), endedBy, nextChangeAt: textOrNull(clock.nextChangeAt),
    rule: { standardId: rule.standardId, versionNumber: rule.version, default: rule.default, condition: rule.condition as Record<string, unknown> | null },
    sentence,
    events: clock.events.map(({ type, occurredAt, state, dueAt, endedBy, targetSeconds }) =>
      ({ type, occurredAt: text(occurredAt), state, dueAt: textOrNull(dueAt), endedBy, targetSeconds })),
    segments: segments.map(({ from, to, calendarVersion, ...segment }) =>
      ({ from: text(from), to: text(to), ...segment, calendarVersion: calendarVersion === null ? null : calendarVersion + 1 }))
  }
}
