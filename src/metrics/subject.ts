import { episodesAlong } from '../clock/episodes.js'
import type { Episode } from '../clock/episodes.js'
import type { ActorKind, Fact, Priority, Status } from '../clock/facts.js'
import type { Calendars } from '../clock/reading.js'
import type { StandardVersionSet } from '../clock/standard.js'
import { lifeAlong, stridesOf } from '../clock/life.js'
import type { Life, Stride } from '../clock/life.js'
import type { ConversationState } from '../clock/state.js'

/** One conversation as it stands at `now`, for all metrics at once. Instants are milliseconds since the epoch. */
export interface Subject {
  id: string
  now: number
  strides: Stride[]
  life: Life
  /** Judged by people's replies (definitions, 4: replyTime). */
  episodes: Episode[]
  facts: readonly Fact[]
  beside: Beside
}

/** What some metrics look at besides the facts. */
export interface Beside {
  /** What the workspace promises; null when it promises nothing. */
  promises?: { standards: StandardVersionSet, calendars: Calendars } | null
  /** How much work the conversation is, as it stands; null counts as 1. */
  complexity?: number | null
}

/** Null for one that did not exist yet. */
export function subjectOf (id: string, facts: readonly Fact[], now: number, beside: Beside = {}): Subject | null {
  const strides = stridesOf(facts, now)
  if (strides.length === 0) return null
  return { id, now, strides, life: lifeAlong(strides, now), episodes: episodesAlong(strides, 'human'), facts, beside }
}

/** What a sample carries; a filter sees exactly these (definitions, 4). */
export interface Values {
  channel: string
  channelKind: string
  tag: readonly string[]
  team: string | null
  agent: string | null
  priority: Priority
  company: string | null
  tier: string | null
  /** Of a clock, the standard that promised it. */
  standard: string | null
  status: Status
  language: string | null
  actorKind: ActorKind | null
  attributes: Readonly<Record<string, unknown>>
}

/** After all facts up to and including the instant, at or after the creation. */
export const stateAt = ({ strides }: Subject, at: number): ConversationState =>
  strides.findLast(({ step }) => step.at <= at)!.after.state

export function valuesOf (state: ConversationState, agent: string | null, actorKind: ActorKind | null = null): Values {
  const { channelId, channelKind, tagIds, teamId, priority, companyId, tier, status, language, attributes } = state
  return { channel: channelId, channelKind, tag: tagIds, team: teamId, agent, priority, company: companyId, tier, standard: null, status, language, actorKind, attributes }
}
