import { isBlank, matches } from './conditions.js'
import type { ConversationInputs } from './facts.js'
import { pausesOf } from './standard.js'
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
  const candidates = standards.flatMap((standard) => versionAt(standard, at, since) ?? []).toSorted(inSelectionOrder)
  return candidates.find(({ condition, default: isDefault }) =>
    matches(condition, inputs) || (isDefault && isBlank(condition))) ?? null
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

/** Something was published between two instants, the second included: what is kept may differ from what applies. */
export const publishedBetween = (standards: StandardVersionSet, after: number, until: number): boolean =>
  standards.some(({ versions }) => versions.some(({ publishedAt }) => publishedAt > after && publishedAt <= until))

/** The instants at which what applies may change. */
export const changesOf = (standards: StandardVersionSet): number[] => standards.flatMap(({ archivedAt, versions }) =>
  [...versions.map(({ publishedAt }) => publishedAt), ...(archivedAt === null ? [] : [archivedAt])])

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
