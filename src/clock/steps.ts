import { inOrder, rank } from './facts.js'
import type { Fact, FactKind, Status } from './facts.js'

/**
 * A fact as it takes effect. Most facts are one step at their `occurredAt`. Others are not:
 * - `status`: the status that the creating command set, at the creation (definitions, 1.6);
 * - `message` and `arrival`: a message that a channel delivered after a resolve which it precedes is there at its
 *   `occurredAt`, and is waited for from its `recordedAt` (definitions, 1.9).
 */
export interface Step {
  at: number
  part: 'whole' | 'status' | 'message' | 'arrival'
  fact: Fact
  /** An inbound message from which a wait may start: it qualifies and, by the last word on it, counts for service. */
  counts: boolean
  /** Of a reply: when its delivery failed for good, from which on it is as if it had not been sent. Else null. */
  retractedAt: number | null
  /** Of a failed delivery: the reply that failed. */
  failed: ReplyFact | null
}

export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>
export type ReplyFact = FactOf<'reply'>
type InboundFact = FactOf<'inbound'>

export interface Plan {
  createdAt: number
  created: FactOf<'created'>
  steps: Step[]
  /** The last of the facts, in their order. */
  last: Fact
}

export const isDone = (status: Status): boolean => status === 'resolved' || status === 'closed'

/**
 * The steps of a conversation in the order in which they take effect, with everything that changes the past already
 * worked in: failed deliveries, messages that no longer count, spam taken back, messages delivered late, the earliest
 * creation. Any order of the facts gives the same steps.
 */
export function planOf (facts: readonly Fact[]): Plan {
  const ordered = facts.toSorted(inOrder)
  const created = ordered.find((fact) => fact.kind === 'created')
  const last = ordered.at(-1)
  if (created?.kind !== 'created' || !last) throw new Error('A timeline needs the fact of its creation')
  const createdAt = ordered[0]!.occurredAt
  const past = pastOf(ordered)
  const steps: Step[] = []
  for (const fact of ordered) {
    if (fact === created || past.takenBack.has(fact)) continue
    steps.push(...stepsOf(fact, ordered, past))
  }
  if (created.status !== null) steps.push(stepOf(created, createdAt, 'status'))
  steps.sort(inStepOrder)
  steps.unshift(stepOf(created, createdAt, 'whole'))
  return { createdAt, created, steps, last }
}

interface Past {
  /** The first failure of each reply, and the last word on each message; only what comes after the message counts. */
  failures: Map<string, FactOf<'deliveryFailed'>>
  replies: Map<string, ReplyFact>
  counting: Map<string, boolean>
  takenBack: Set<Fact>
}

function pastOf (ordered: readonly Fact[]): Past {
  const past: Past = { failures: new Map(), replies: new Map(), counting: new Map(), takenBack: takenBackIn(ordered) }
  const received = new Set<string>()
  for (const fact of ordered) {
    if (fact.kind === 'reply') past.replies.set(fact.messageId, fact)
    if (fact.kind === 'inbound') received.add(fact.messageId)
    if (fact.kind === 'countsForService' && received.has(fact.messageId)) past.counting.set(fact.messageId, fact.counts)
    if (fact.kind !== 'deliveryFailed' || past.failures.has(fact.messageId)) continue
    if (past.replies.has(fact.messageId)) past.failures.set(fact.messageId, fact)
  }
  return past
}

/** Spam that was taken back never was; of what is marked twice, the first mark holds. */
function takenBackIn (ordered: readonly Fact[]): Set<Fact> {
  const takenBack = new Set<Fact>()
  let marked: Fact[] = []
  for (const fact of ordered) {
    if (fact.kind !== 'spam') continue
    marked.push(fact)
    if (fact.spam) continue
    for (const undone of marked) takenBack.add(undone)
    marked = []
  }
  for (const repeated of marked.slice(1)) takenBack.add(repeated)
  return takenBack
}

function stepsOf (fact: Fact, ordered: readonly Fact[], past: Past): Step[] {
  const whole = stepOf(fact, fact.occurredAt, 'whole')
  if (fact.kind === 'reply') return [{ ...whole, retractedAt: past.failures.get(fact.messageId)?.occurredAt ?? null }]
  if (fact.kind === 'deliveryFailed') {
    const failed = past.failures.get(fact.messageId) === fact ? past.replies.get(fact.messageId) : undefined
    return [{ ...whole, failed: failed ?? null }]
  }
  if (fact.kind !== 'inbound') return [whole]
  const counts = fact.qualifies && (past.counting.get(fact.messageId) ?? fact.countsForService)
  if (!arrivesLate(fact, ordered)) return [{ ...whole, counts }]
  return [{ ...whole, part: 'message', counts }, { ...stepOf(fact, fact.recordedAt, 'arrival'), counts }]
}

const stepOf = (fact: Fact, at: number, part: Step['part']): Step =>
  ({ at, part, fact, counts: false, retractedAt: null, failed: null })

/** Delivered by a channel after a resolve which it precedes. At one instant a message comes before a status. */
function arrivesLate (fact: InboundFact, ordered: readonly Fact[]): boolean {
  if (!mayArriveLate(fact)) return false
  return ordered.some((other) => other.kind === 'status' && isDone(other.status) &&
    other.occurredAt >= fact.occurredAt && other.occurredAt < fact.recordedAt)
}

export const mayArriveLate = (fact: InboundFact): boolean =>
  fact.live && fact.qualifies && fact.recordedAt > fact.occurredAt

/** The status of the creating command comes before every other status of that instant. */
function inStepOrder (a: Step, b: Step): number {
  if (a.at !== b.at) return a.at - b.at
  const ranks = stepRank(a) - stepRank(b)
  if (ranks !== 0) return ranks
  if (a.part === 'status') return -1
  if (b.part === 'status') return 1
  return a.fact.sequence - b.fact.sequence || (a.fact.id < b.fact.id ? -1 : a.fact.id > b.fact.id ? 1 : 0)
}

export const stepRank = (step: Step): number => rank(step.part === 'status' ? 'status' : step.fact.kind)
