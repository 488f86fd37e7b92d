import { isBlank, matches } from './conditions.js'
import type { ConversationInputs } from './facts.js'
import { pausesOf, targetKinds } from './standard.js'
import type { PauseReason, Standard, StandardVersion, StandardVersionSet, Target, TargetKind } from './standard.js'
import type { ReplyBy } from './waits.js'

/** What is promised to a conversation by one target of the version that was chosen, for its priority. */
export interface Terms {
  version: StandardVersion
  target: Target
  /** The target's length in ms. */
  ms: number
  replyBy: ReplyBy
  pauses: readonly PauseReason[]
}

/**
 * The version chosen at an instant: of the standards in their order, the first whose condition is met; the default is
 * always last. `since` is when the clock that asks got the version it has: it keeps the standards of that moment, save
 * for what was published with `reapply` (definitions, 2).
 */
export function choose (
  standards: StandardVersionSet, inputs: ConversationInputs, at: number, since = at
): StandardVersion | null {
  for (const candidate of candidatesAt(standards, at, since)) {
    const { condition, default: isDefault } = candidate
    if ((isDefault && isBlank(condition)) || matches(condition, inputs)) return candidate
  }
  return null
}

/** The versions to choose from, in the order in which they are tried: the same until something is published or archived. */
function candidatesAt (standards: StandardVersionSet, at: number, since: number): readonly StandardVersion[] {
  const { changes, candidates } = outlineOf(standards)
  const until = changesUntil(changes, at)
  if (since !== at && changesUntil(changes, since) !== until) return candidatesOf(standards, at, since)
  return candidates[until] ??= candidatesOf(standards, at, at)
}

const candidatesOf = (standards: StandardVersionSet, at: number, since: number): StandardVersion[] =>
  standards.flatMap((standard) => versionAt(standard, at, since) ?? []).toSorted(inSelectionOrder)

function changesUntil (changes: readonly number[], at: number): number {
  let count = changes.length
  while (count > 0 && changes[count - 1]! > at) count--
  return count
}

const inSelectionOrder = (a: StandardVersion, b: StandardVersion): number =>
  Number(a.default) - Number(b.default) || a.position - b.position || (a.standardId < b.standardId ? -1 : 1)

/** The version of a standard that applies at an instant, null when it has none yet or is archived. */
function versionAt (standard: Standard, at: number, since: number): StandardVersion | null {
  let latest: StandardVersion | null = null
  for (const version of standard.versions) {
    if (version.publishedAt > at || (version.publishedAt > since && version.apply === 'keep')) continue
    if (!latest || isLater(version, latest)) latest = version
  }
  return latest && !isArchived(standard, latest, at) ? latest : null
}

const isLater = (a: StandardVersion, b: StandardVersion): boolean =>
  a.publishedAt > b.publishedAt || (a.publishedAt === b.publishedAt && a.version > b.version)

function isArchived ({ archivedAt }: Standard, version: StandardVersion, at: number): boolean {
  return archivedAt !== null && archivedAt <= at && version.publishedAt <= archivedAt
}

/** The standard of a version that a clock holds was archived by then. */
export function wasArchived (standards: StandardVersionSet, held: StandardVersion, at: number): boolean {
  const standard = standards.find(({ id }) => id === held.standardId)
  return standard !== undefined && isArchived(standard, held, at)
}

/** Something was published or archived between two instants, the second included: what is kept may not be what applies. */
export const changedBetween = (standards: StandardVersionSet, after: number, until: number): boolean =>
  outlineOf(standards).changes.some((at) => at > after && at <= until)

/** What is the same for all conversations. */
interface Outline {
  /** The instants at which what applies may change, in order. */
  changes: readonly number[]
  /** The targets that any version ever had. */
  kinds: readonly TargetKind[]
  /** What there is to choose from after so many changes, once somebody asked. */
  candidates: Array<readonly StandardVersion[]>
}

const outlines = new WeakMap<StandardVersionSet, Outline>()

/** What a set of standards says of itself: found once, since a set is never changed. */
export function outlineOf (standards: StandardVersionSet): Outline {
  const known = outlines.get(standards)
  if (known) return known
  const versions = standards.flatMap((standard) => standard.versions)
  const archivals = standards.flatMap(({ archivedAt }) => archivedAt ?? [])
  const kinds = new Set(versions.flatMap(({ targets }) => targets).map(({ kind }) => kind))
  const outline = {
    changes: [...new Set([...versions.map(({ publishedAt }) => publishedAt), ...archivals])].toSorted((a, b) => a - b),
    kinds: targetKinds.filter((kind) => kinds.has(kind)),
    candidates: []
  }
  outlines.set(standards, outline)
  return outline
}

/** A version's promise of that kind for the conversation's priority; null when it makes none. */
export function termsOf (
  version: StandardVersion | null, kind: TargetKind, inputs: ConversationInputs
): Terms | null {
  const target = version?.targets.find((candidate) => candidate.kind === kind)
  const seconds = target?.seconds[inputs.priority]
  if (!version || !target || seconds === undefined || seconds === null) return null
  return { version, target, ms: seconds * 1000, replyBy: target.replyBy ?? 'human', pauses: pausesOf(target) }
}

export const sameTerms = (a: Terms, b: Terms): boolean => a.target === b.target && a.ms === b.ms
