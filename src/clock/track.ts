import { isOutside, resolves } from './advance.js'
import type { Status } from './facts.js'
import type { Moment } from './moments.js'
import type { Pace } from './paces.js'
import { pauseReasonOf } from './standard.js'
import type { TargetKind } from './standard.js'
import type { Terms } from './selection.js'
import { isDone } from './steps.js'
import type { EndedBy } from './story.js'
import { isAgentsMessage, isWaitedFor, qualifies, waitAfter } from './waits.js'
import type { OpenWait, ReplyBy } from './waits.js'

/** What opened a clock: where its time starts, and what tells it from others of its kind. */
export interface Start { at: number, openers: readonly string[], owner?: Owner }
/** Whose a stretch of ownership is. */
export interface Owner { agentId: string | null, teamId: string | null }
export interface End { by: EndedBy, cancelled: boolean }

/** How the status stood after all facts of an instant. */
export interface Standing { at: number, status: Status, snoozed: boolean }

/**
 * Follows a conversation for one target: when there is something for its clock to count, and when that ends. Knows
 * nothing of standards, save that replies are judged by `replyBy` once terms hold; until then by both, since a clock
 * chosen later is judged by its own.
 */
export interface Track {
  inputs (moment: Moment): End | null
  step (pace: Pace, replyBy: ReplyBy | null): End | null
  /** What there is to count now under these terms. */
  start (terms: Terms, log: readonly Standing[]): Start | null
}

type PerReplyBy<T> = Record<ReplyBy, T>

/** Lets both judgements go their ways, or, once terms hold, only theirs. */
function follow<T> (
  branches: PerReplyBy<T>, replyBy: ReplyBy | null, next: (from: T, replyBy: ReplyBy) => T
): PerReplyBy<T> {
  if (replyBy === null) {
    return { human: next(branches.human, 'human'), humanOrMachine: next(branches.humanOrMachine, 'humanOrMachine') }
  }
  const one = next(branches[replyBy], replyBy)
  return { human: one, humanOrMachine: one }
}

interface Waiting { wait: OpenWait | null, isFirst: boolean, episodes: number, endedBy: EndedBy | null }

/** `firstReply` and `nextReply`: a wait episode, the first one or any other. */
export function trackWaits (kind: 'firstReply' | 'nextReply'): Track {
  const none: Waiting = { wait: null, isFirst: false, episodes: 0, endedBy: null }
  let branches: PerReplyBy<Waiting> = { human: none, humanOrMachine: none }
  let agentAt: number | null = null
  return {
    inputs: () => null,
    step ({ step, before, after }, replyBy) {
      branches = follow(branches, replyBy, (from, judgedBy) => {
        const outside = before !== null && isOutside(before)
        const resolved = before !== null && resolves(before, after)
        const { wait, endedBy } = waitAfter(from.wait, step, judgedBy, resolved, outside)
        if (!wait || from.wait) return { ...from, wait, endedBy }
        const isFirst = from.episodes === 0 && (agentAt === null || agentAt >= wait.startedAt)
        return { wait, isFirst, episodes: from.episodes + 1, endedBy }
      })
      if (isAgentsMessage(step)) agentAt ??= step.at
      const by = branches[replyBy ?? 'human'].endedBy
      return by ? { by, cancelled: by !== 'reply' && by !== 'resolvedWithoutReply' } : null
    },
    start ({ replyBy }) {
      const { wait, isFirst } = branches[replyBy]
      return wait && isFirst === (kind === 'firstReply') ? { at: wait.startedAt, openers: wait.openers } : null
    }
  }
}

/** `periodicUpdate` and `pausableUpdate`: the gap since the last reply, or since the creation. */
export function trackGaps (): Track {
  let branches: PerReplyBy<Start | null> = { human: null, humanOrMachine: null }
  return {
    inputs ({ at, before }) {
      const creation = { at, openers: ['creation'] }
      if (before === null) branches = { human: creation, humanOrMachine: creation }
      return null
    },
    step ({ step, before, after }, replyBy) {
      const { fact, at } = step
      if (after.status === 'closed') {
        branches = { human: null, humanOrMachine: null }
        return before?.status === 'closed' ? null : { by: 'closed', cancelled: true }
      }
      if (fact.kind !== 'reply' || step.retractedAt !== null) return null
      const gap = { at, openers: [fact.messageId] }
      branches = follow(branches, replyBy, (from, judgedBy) => qualifies(step, judgedBy) ? gap : from)
      return qualifies(step, replyBy ?? 'human') ? { by: 'reply', cancelled: false } : null
    },
    start: ({ replyBy }) => branches[replyBy]
  }
}

/** The four that run to a resolution. */
export function trackResolution (kind: TargetKind): Track {
  const once = kind === 'firstResolution'
  const startsAtCreation = kind === 'requesterWait' || kind === 'agentWork'
  let createdAt = 0
  let firstInbound: Start | null = null
  let resolved = false
  let over = false
  return {
    inputs (moment) {
      if (moment.before === null) createdAt = moment.at
      return null
    },
    step ({ step, before, after }) {
      const { fact, at } = step
      if (isWaitedFor(step)) firstInbound ??= { at, openers: ['inbound'] }
      if (fact.kind === 'absorbed' && fact.waitingSince !== null) {
        firstInbound ??= { at: fact.waitingSince, openers: ['inbound'] }
      }
      resolved = isDone(after.status)
      if (!before || !resolves(before, after)) return null
      over = once
      return { by: 'resolved', cancelled: false }
    },
    start (terms, log) {
      if (resolved || over) return null
      const from = startsAtCreation ? 'created' : terms.target.clockStart ?? 'created'
      if (from === 'firstInbound') return firstInbound
      if (from === 'created') return { at: createdAt, openers: ['creation'] }
      const active = log.find(({ status }) => pauseReasonOf(terms.pauses, status, false) === null)
      return active ? { at: active.at, openers: ['activation'] } : null
    }
  }
}

/** `assignment`: unassigned and unresolved; `ownership`: with one (team, agent) pair and unresolved. */
export function trackOwner (kind: 'assignment' | 'ownership'): Track {
  const wantsOwner = kind === 'ownership'
  let since: Start | null = null
  const startOf = (at: number, opener: string, { agentId, teamId }: Owner): Start =>
    ({ at, openers: [opener], ...(wantsOwner && { owner: { agentId, teamId } }) })
  return {
    inputs ({ at, before, entered }) {
      const pairChanged = before === null || before.agentId !== entered.agentId ||
        (wantsOwner && before.teamId !== entered.teamId)
      if (!pairChanged) return null
      const ended = since !== null
      const counts = (entered.agentId !== null) === wantsOwner && !isDone(entered.status)
      since = counts ? startOf(at, String(at), entered) : null
      if (!ended) return null
      const by = wantsOwner ? (entered.agentId === null ? 'unassigned' : 'handedOver') : 'assigned'
      return { by, cancelled: false }
    },
    step ({ step: { at, fact }, before, after }) {
      const [was, is] = [before !== null && isDone(before.status), isDone(after.status)]
      if (was && !is && (after.agentId !== null) === wantsOwner) since = startOf(at, fact.id, after)
      if (was || !is || since === null) return null
      since = null
      return { by: 'resolved', cancelled: !wantsOwner }
    },
    start: () => since
  }
}

