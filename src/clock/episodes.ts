import { isOutside, resolves } from './advance.js'
import type { Actor, Fact } from './facts.js'
import { isDone } from './steps.js'
import { stridesOf } from './life.js'
import type { Stride } from './life.js'
import { isAgentsMessage, waitAfter } from './waits.js'
import type { OpenWait, ReplyBy, WaitEnd } from './waits.js'

/** A wait episode (definitions, 1.8), ended or going on. */
export interface Episode {
  startedAt: number
  /** When this conversation learned of it; later than `startedAt` only by a merge. */
  openedAt: number
  endedAt: number | null
  endedBy: WaitEnd | null
  /** Of the reply that ended it. */
  replyMessageId: string | null
  author: Actor | null
  /** The messages that were waited for. */
  openers: string[]
  /** The first episode of the conversation, and no agent wrote publicly before it: the one of `firstReply`. */
  isFirst: boolean
  /** The same within its cycle. */
  isFirstOfCycle: boolean
  /** Counts from 1. */
  cycle: number
}

interface Tracked {
  episodes: Episode[]
  wait: OpenWait | null
  cycle: number
  firstAgentAt: number | null
  agentAtInCycle: number | null
}

/** The wait episodes of a conversation as they stand at `now`, in the order in which they opened. */
export const episodesOf = (facts: readonly Fact[], now: number, replyBy: ReplyBy): Episode[] =>
  episodesAlong(stridesOf(facts, now), replyBy)

/** The same along the strides of a life. */
export function episodesAlong (strides: readonly Stride[], replyBy: ReplyBy): Episode[] {
  const tracked: Tracked = { episodes: [], wait: null, cycle: 1, firstAgentAt: null, agentAtInCycle: null }
  for (const stride of strides) track(tracked, stride, replyBy)
  return tracked.episodes
}

function track (tracked: Tracked, { step, before, after }: Stride, replyBy: ReplyBy): void {
  if (!before) return
  if (isDone(before.state.status) && !isDone(after.state.status)) {
    tracked.cycle += 1
    tracked.agentAtInCycle = null
  }
  const previous = tracked.wait
  const outside = isOutside(before.state)
  const { wait, endedBy } = waitAfter(previous, step, replyBy, resolves(before.state, after.state), outside)
  tracked.wait = wait
  const open = tracked.episodes.at(-1)
  if (wait && !previous) tracked.episodes.push(opened(tracked, wait))
  else if (wait && open) Object.assign(open, { startedAt: wait.startedAt, openers: wait.openers })
  else if (previous && open) Object.assign(open, { endedAt: step.at, endedBy, ...answerOf(step, endedBy) })
  if (!isAgentsMessage(step)) return
  tracked.firstAgentAt ??= step.at
  tracked.agentAtInCycle ??= step.at
}

function opened ({ episodes, cycle, firstAgentAt, agentAtInCycle }: Tracked, wait: OpenWait): Episode {
  const wroteBefore = (at: number | null): boolean => at !== null && at < wait.startedAt
  return {
    startedAt: wait.startedAt, openedAt: wait.openedAt, endedAt: null, endedBy: null,
    replyMessageId: null, author: null, openers: wait.openers, cycle,
    isFirst: episodes.length === 0 && !wroteBefore(firstAgentAt),
    isFirstOfCycle: !episodes.some((other) => other.cycle === cycle) && !wroteBefore(agentAtInCycle)
  }
}

const answerOf = ({ fact }: Stride['step'], endedBy: WaitEnd | null): Partial<Episode> =>
  endedBy === 'reply' && fact.kind === 'reply' ? { replyMessageId: fact.messageId, author: fact.actor } : {}
