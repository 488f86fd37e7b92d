import type { Actor } from './facts.js'
import type { PauseReason, TargetKind } from './standard.js'
import type { Terms } from './selection.js'

/** How a clock ends (definitions, 3): a closed list. */
export const endings = [
  'reply', 'resolved', 'resolvedWithoutReply', 'assigned', 'handedOver', 'unassigned', 'merged', 'spam', 'deleted',
  'closed', 'standardChanged', 'archived', 'retracted', 'notCounted'
] as const
export type EndedBy = (typeof endings)[number]

/** From here to the next phase a clock counts, stands still or has ended, under these terms. */
export interface Phase {
  from: number
  terms: Terms
  mode: 'counting' | 'paused' | 'ended'
  /** Of a pause. */
  reason: PauseReason | null
  /** It had passed when the standard was chosen: it counts, and nothing fell due in it. */
  passed?: boolean
  /** Of a phase with which the clock ended, until a reopening took it out of its end again. */
  ending?: Ending
}

/** `actor`: of the fact that ended it; null when a standard did. */
export interface Ending { at: number, by: EndedBy, cancelled: boolean, actor: Actor | null }

/** Time before a clock's former start that a merge brought in, all of it known at `at`. */
export interface Prelude { at: number, to: number, phases: Phase[] }

/** All that happened to one clock, before any time is measured. */
export interface Story {
  kind: TargetKind
  startedAt: number
  /** When the clock came to be: later than its start when its standard was chosen late, or a merge brought it. */
  openedAt: number
  /** What opened it: messages, absorbed conversations, a reply. Tells clocks of one kind apart. */
  openers: readonly string[]
  /** Of a stretch of ownership: whose it is. */
  owner: { agentId: string | null, teamId: string | null } | null
  phases: Phase[]
  preludes: Prelude[]
  /** Where it stands ended; a reopening takes a target that can be revived out of it again. */
  ending: Ending | null
}

/** Sets what holds from an instant on; says again for the same instant what holds instead. */
export function cut (story: Story, phase: Phase): void {
  const last = story.phases.at(-1)
  if (last && last.from === phase.from) story.phases.pop()
  const previous = story.phases.at(-1)
  const goesOn = previous && previous.terms === phase.terms && previous.mode === phase.mode &&
    previous.reason === phase.reason && !previous.passed
  if (!goesOn) story.phases.push(phase)
}
