import type { Fact } from './facts.js'
import { outlineOf } from './selection.js'
import { pausesOf } from './standard.js'
import type { StandardVersionSet, Target, TargetKind } from './standard.js'
import { canApply } from './state.js'
import type { ConversationState } from './state.js'

const none: readonly TargetKind[] = []
const replies: ReadonlySet<TargetKind> = new Set(['firstReply', 'nextReply'])
const gaps: ReadonlySet<TargetKind> = new Set(['periodicUpdate', 'pausableUpdate'])

/**
 * The targets whose clocks one more fact may change; those of all others stay as they are, save for what time does. So
 * little is certain of notes and messages that come last, and leave the conversation standing as it stood.
 */
export function touchedBy (
  before: ConversationState, after: ConversationState, fact: Fact, standards: StandardVersionSet
): readonly TargetKind[] {
  const { kinds } = outlineOf(standards)
  if (!canApply(before, fact) || !standsAsBefore(before, after, standards)) return kinds
  if (fact.kind === 'note') return none
  if (fact.kind === 'reply') return kinds.filter((kind) => replies.has(kind) || gaps.has(kind))
  if (fact.kind !== 'inbound') return kinds
  const counts = fact.qualifies && fact.countsForService
  const goesOn = before.waitingSince !== null && !some(standards, ({ replyBy }) => replyBy === 'humanOrMachine')
  if (!counts || goesOn) return none
  const starting = new Set(targetsOf(standards).filter(({ clockStart }) => clockStart === 'firstInbound').map(({ kind }) => kind))
  return kinds.filter((kind) => replies.has(kind) || starting.has(kind))
}

/** Snoozes and statuses go on; or new became open, and no target tells these two apart. */
function standsAsBefore (before: ConversationState, after: ConversationState, standards: StandardVersionSet): boolean {
  if (before.snoozedUntil !== after.snoozedUntil) return false
  if (before.status === after.status) return true
  return before.status === 'new' && after.status === 'open' &&
    !some(standards, (target) => pausesOf(target).some((reason) => reason === 'new' || reason === 'open'))
}

const targetsOf = (standards: StandardVersionSet): Target[] =>
  standards.flatMap(({ versions }) => versions.flatMap(({ targets }) => targets))

const some = (standards: StandardVersionSet, such: (target: Target) => boolean): boolean =>
  standards.some(({ versions }) => versions.some(({ targets }) => targets.some(such)))
