import { advanceInPlace, begin } from './advance.js'
import type { ConversationInputs, Fact } from './facts.js'
import type { ConversationState } from './state.js'
import { planOf, stepRank } from './steps.js'
import type { Step } from './steps.js'

/** What clocks look at of a conversation's state; the same object for as long as none of it changes. */
export type View = ConversationInputs &
  Pick<ConversationState, 'status' | 'snoozedUntil' | 'spamAt' | 'mergedAt' | 'deletedAt'>

/** One step of a conversation's life, with what clocks look at before (null before its creation) and after it. */
export interface Pace { step: Step, before: View | null, after: View }

/** The steps up to an instant. Empty before the creation. Walks one state in place: `stridesOf` gives whole ones. */
export function pacesOf (facts: readonly Fact[], now: number): Pace[] {
  const known = facts.filter((fact) => fact.occurredAt <= now)
  if (!known.some((fact) => fact.kind === 'created')) return []
  const plan = planOf(known)
  const walk = begin(plan)
  let view = viewOf(walk.state)
  const paces: Pace[] = [{ step: plan.steps[0]!, before: null, after: view }]
  for (let i = 1; i < plan.steps.length; i++) {
    const step = plan.steps[i]!
    if (step.at > now) break
    advanceInPlace(walk, step)
    const before = view
    if (stepRank(step) <= 1 || differs(walk.state, view)) view = viewOf(walk.state)
    paces.push({ step, before, after: view })
  }
  return paces
}

/** Steps of a rank above 1 change no inputs (see `FactPayload`). */
const differs = (state: ConversationState, view: View): boolean => state.status !== view.status ||
  state.snoozedUntil !== view.snoozedUntil || state.spamAt !== view.spamAt || state.mergedAt !== view.mergedAt ||
  state.deletedAt !== view.deletedAt

/** Written out, since objects that begin with a spread are made ten times more slowly. */
const viewOf = (state: ConversationState): View => ({
  channelId: state.channelId, channelKind: state.channelKind, priority: state.priority,
  agentId: state.agentId, teamId: state.teamId, tagIds: state.tagIds, contactId: state.contactId,
  companyId: state.companyId, tier: state.tier, language: state.language, attributes: state.attributes,
  status: state.status, snoozedUntil: state.snoozedUntil,
  spamAt: state.spamAt, mergedAt: state.mergedAt, deletedAt: state.deletedAt
})
