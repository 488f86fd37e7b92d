import { defaultPauses, type Condition, type Standard as PureStandard, type StandardVersion as PureVersion, type Target } from '../../clock/standard.js'
import type { FieldError } from '../../errors.js'
import { checkCondition } from './condition-problems.js'
import type { StandardConditionInput, StandardTarget, StandardTargetInput } from './content.shapes.js'
import type { Content, CreateStandard, StandardVersion, UpdateStandard } from './standard.shapes.js'

/** Content in the one form in which it is kept: every field there, what is usual filled in. */
export function contentOf (input: Omit<CreateStandard, 'externalId'>): Content {
  const { name, audience, origin, default: isDefault, targets, checklist } = input
  return {
    name,
    statement: input.statement ?? null,
    value: input.value ?? null,
    audience,
    origin,
    jurisdiction: input.jurisdiction ?? null,
    source: input.source ?? null,
    ownerId: input.ownerId ?? null,
    default: isDefault,
    condition: (input.condition ?? null) as Content['condition'],
    targets: targets.map(targetOf),
    checklist: checklist.map(({ name, description, weight }) => ({ name, description: description ?? null, weight })),
    metricTarget: input.metricTarget
      ? { metric: input.metricTarget.metric, comparison: input.metricTarget.comparison, value: input.metricTarget.value, period: input.metricTarget.period }
      : null
  }
}

const isTimedFromStart = (kind: string): boolean => kind === 'firstResolution' || kind === 'totalResolution'

export function targetOf (input: StandardTargetInput): StandardTarget {
  const { kind, seconds, basis, replyBy, pauses, warnAt } = input
  return {
    kind,
    seconds: { low: seconds.low ?? null, normal: seconds.normal ?? null, high: seconds.high ?? null, urgent: seconds.urgent ?? null },
    basis,
    calendarId: input.calendarId ?? null,
    replyBy,
    pauses: [...pauses ?? defaultPauses[kind]],
    clockStart: input.clockStart ?? (isTimedFromStart(kind) ? 'created' : null),
    warnAt: warnAt ? { share: warnAt.share ?? null, secondsBefore: warnAt.secondsBefore ?? null } : null
  }
}

/** What it is after a change: what is absent stays. */
export function merged (before: Content, changes: UpdateStandard): Content {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  const { targets, checklist, ...plain } = given as UpdateStandard
  const made = contentOf({ ...before, targets: targets ?? [], checklist: checklist ?? [], ...plain } as CreateStandard)
  return { ...made, ...(!targets && { targets: before.targets }), ...(!checklist && { checklist: before.checklist }) }
}

/** All that is wrong with content by itself; ids that have to exist are another matter. */
export function contentProblems (content: Content): FieldError[] {
  const { origin, jurisdiction, source, checklist } = content
  const problems = [...checkCondition(content.condition as StandardConditionInput | null, content.default).problems, ...targetsProblems(content.targets)]
  const refuse = (path: string, message: string): void => { problems.push({ path, message }) }
  if (origin === 'law' && jurisdiction === null) refuse('jurisdiction', 'is required: whose law it is')
  if (origin !== 'law' && jurisdiction !== null) refuse('jurisdiction', 'is only for the origin law')
  if (origin === 'benchmark' && source === null) refuse('source', 'is required: where the benchmark is from')
  if (origin === 'own' && source !== null) refuse('source', 'is not for the origin own')
  repeated(checklist.map(({ name }) => name)).forEach(at => refuse(`checklist.${at}.name`, 'is in the list already'))
  return problems
}

/** The same of targets, by their own paths. */
export function targetsProblems (targets: readonly StandardTarget[], path = 'targets'): FieldError[] {
  const problems: FieldError[] = []
  repeated(targets.map(({ kind }) => kind)).forEach(at => {
    problems.push({ path: `${path}.${at}.kind`, message: `${targets[at]!.kind} is in the list already; a standard has at most one target of each kind` })
  })
  targets.forEach((target, at) => problems.push(...targetProblems(target).map(({ path: field, message }) => ({ path: `${path}.${at}.${field}`, message }))))
  return problems
}

function targetProblems ({ kind, seconds, basis, calendarId, pauses, clockStart, warnAt }: StandardTarget): FieldError[] {
  const problems: FieldError[] = []
  const refuse = (path: string, message: string): void => { problems.push({ path, message }) }
  if (Object.values(seconds).every(value => value === null)) refuse('seconds', 'needs a length for at least one priority')
  if (basis === 'calendar' && calendarId !== null) refuse('calendarId', 'is only for the basis business')
  if (clockStart !== null && !isTimedFromStart(kind)) refuse('clockStart', 'is only for firstResolution and totalResolution')
  if (warnAt && (warnAt.share === null) === (warnAt.secondsBefore === null)) refuse('warnAt', 'has exactly one of share and secondsBefore')
  repeated(pauses).forEach(at => refuse(`pauses.${at}`, `${pauses[at]} is in the list already`))
  return problems
}

/** The positions of what stands earlier in a list too. */
const repeated = (list: readonly string[]): number[] => list.flatMap((each, at) => list.indexOf(each) < at ? [at] : [])

/** A target as clocks see it. */
export const pureTarget = ({ kind, seconds, basis, calendarId, replyBy, pauses, clockStart, warnAt }: StandardTarget): Target => ({
  kind,
  seconds: Object.fromEntries(Object.entries(seconds).filter(([, value]) => value !== null)) as Target['seconds'],
  basis, calendarId, replyBy, pauses,
  warnAt: warnAt && (warnAt.share !== null ? { share: warnAt.share } : { secondsBefore: warnAt.secondsBefore! }),
  ...(clockStart && { clockStart })
})

/** A published version as clocks see it. */
export const pureVersion = (version: StandardVersion): PureVersion => ({
  id: version.id, standardId: version.standardId, version: version.number, publishedAt: Date.parse(version.publishedAt!),
  apply: version.apply!, position: version.position!, default: version.default,
  condition: version.condition as Condition | null, targets: version.targets.map(pureTarget)
})

/** Published versions by their standards, as clocks see them. */
export function pureStandards (archivedAt: ReadonlyMap<string, string | null>, versions: readonly StandardVersion[]): PureStandard[] {
  const made = new Map([...archivedAt].map(([id, at]) => [id, { id, archivedAt: at === null ? null : Date.parse(at), versions: [] as PureVersion[] }]))
  for (const version of versions) made.get(version.standardId)?.versions.push(pureVersion(version))
  return [...made.values()].filter(({ versions }) => versions.length)
}
