import type { Priority, Status } from './facts.js'
import type { ReplyBy } from './waits.js'

/** Service standards as clocks see them (definitions, 2): plain JSON, instants in ms, durations in whole seconds. */

export const targetKinds = [
  'firstReply', 'nextReply', 'periodicUpdate', 'pausableUpdate', 'firstResolution', 'totalResolution', 'requesterWait',
  'agentWork', 'assignment', 'ownership'
] as const
export type TargetKind = (typeof targetKinds)[number]

/** What a pause list may name: statuses, and the overlay. `resolved` stands for `closed` too. */
export const pauseReasons = ['new', 'open', 'pending', 'onHold', 'resolved', 'snoozed'] as const
export type PauseReason = (typeof pauseReasons)[number]

export const clockStarts = ['created', 'firstInbound', 'activated'] as const
export type ClockStart = (typeof clockStarts)[number]

/** When a clock is at risk: at a share of the target (0–1), or so long before it is used up, in its basis. */
export type WarnAt = { share: number } | { secondsBefore: number }

export interface Target {
  kind: TargetKind
  /** Per priority; the target does not apply to a priority that has none. */
  seconds: Partial<Record<Priority, number>>
  basis: 'calendar' | 'business'
  /** Names the calendar of a business target. */
  calendarId: string | null
  /** `human` when left out. */
  replyBy?: ReplyBy
  /** `defaultPauses` when left out. */
  pauses?: PauseReason[]
  /** Never at risk when left out. */
  warnAt?: WarnAt | null
  /** Only `firstResolution` and `totalResolution` read it; `created` when left out. */
  clockStart?: ClockStart
}

/** Met by any of the values in `in`; with `set`, by being set at all or not; `atLeast` and `atMost` compare. */
export interface Comparison {
  field: 'channel' | 'channelKind' | 'priority' | 'tag' | 'tier' | 'company' | 'language' | 'team' | 'attribute'
  /** Of an attribute: its name in the conversation's attributes, where the contact's and company's are too. */
  name?: string
  in?: Array<string | number | boolean>
  set?: boolean
  atLeast?: number
  atMost?: number
}

export type Condition = { and: Condition[] } | { or: Condition[] } | { not: Condition } | Comparison

/** Never changed once published. */
export interface StandardVersion {
  id: string
  standardId: string
  /** Counts from 1 within its standard. */
  version: number
  /** The `occurredAt` of its publication, from which it applies. */
  publishedAt: number
  /** `keep`: clocks open at that moment keep the version that they have to their end. `reapply`: they change over. */
  apply: 'keep' | 'reapply'
  /** Standards are tried in this order, the lowest first; those with `default` always last. */
  position: number
  default: boolean
  /** Blank only where `default` is set; a blank one matches nothing else. */
  condition: Condition | null
  /** At most one of each kind. */
  targets: Target[]
}

export interface Standard {
  id: string
  /** From here on not chosen any more, until a later version is published. */
  archivedAt: number | null
  /** In any order. */
  versions: StandardVersion[]
}

export type StandardVersionSet = readonly Standard[]

/** By definitions, 2: statuses in which a target's clock stands still unless the target names others. */
export const defaultPauses: Record<TargetKind, readonly PauseReason[]> = {
  firstReply: [],
  nextReply: [],
  periodicUpdate: ['resolved'],
  pausableUpdate: ['pending', 'resolved'],
  firstResolution: ['pending'],
  totalResolution: ['pending', 'resolved'],
  requesterWait: ['pending', 'resolved'],
  agentWork: ['pending', 'onHold', 'resolved'],
  assignment: [],
  ownership: []
}

/** Time spent resolved never counts for these, whatever their list names. */
const alwaysPausedResolved: ReadonlySet<TargetKind> =
  new Set(['periodicUpdate', 'pausableUpdate', 'totalResolution', 'requesterWait', 'agentWork'])

export function pausesOf (target: Target): readonly PauseReason[] {
  const pauses = target.pauses ?? defaultPauses[target.kind]
  return alwaysPausedResolved.has(target.kind) && !pauses.includes('resolved') ? [...pauses, 'resolved'] : pauses
}

/** Why a clock with this pause list stands still, or null when it does not. */
export function pauseReasonOf (pauses: readonly PauseReason[], status: Status, snoozed: boolean): PauseReason | null {
  const asListed = status === 'closed' ? 'resolved' : status
  if (pauses.includes(asListed)) return asListed
  return snoozed && pauses.includes('snoozed') ? 'snoozed' : null
}
