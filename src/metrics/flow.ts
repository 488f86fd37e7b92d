import { isDone } from '../clock/steps.js'
import type { Stride } from '../clock/life.js'
import { isAgentsMessage } from '../clock/waits.js'
import { stateAt, valuesOf } from './subject.js'
import type { Subject, Values } from './subject.js'
import { valuesAt, valuesNow } from './traces.js'
import type { Trace } from './traces.js'

/** Flags of a creation: an agent has written publicly by now; the first public message is outbound. */
export const isHuman = 1
export const isProactive = 2

/** The key is the contact that the conversation began with. */
export function creation (subject: Subject): Trace[] {
  const at = subject.life.createdAt
  const human = subject.strides.some(({ step }) => isAgentsMessage(step))
  return [{
    start: at, end: at, values: valuesAt(subject, at, stateAt(subject, at).agentId),
    flags: (human ? isHuman : 0) | (startsOutbound(subject) ? isProactive : 0), key: stateAt(subject, at).contactId
  }]
}

/** A message that was never delivered is as if it had not been sent. */
const startsOutbound = ({ strides }: Subject): boolean => strides.find(({ step: { fact, part, retractedAt } }) =>
  (fact.kind === 'inbound' && part !== 'arrival') || (fact.kind === 'reply' && retractedAt === null))?.step.fact.kind === 'reply'

const isAssignment = ({ before, after }: Stride): boolean =>
  after.state.agentId !== null && after.state.agentId !== (before?.state.agentId ?? null)

/** Flag of the first assignment. */
export const isFirst = 1

/** Each change to another agent, from the creation. */
export const assigning = (subject: Subject): Trace[] => subject.strides.filter(isAssignment)
  .map(({ step: { at }, after }, index) => ({
    start: subject.life.createdAt, end: at, values: valuesAt(subject, at, after.state.agentId), flags: index === 0 ? isFirst : 0
  }))

/** Unbroken stretches of one (team, agent) while unresolved. */
export function owned (subject: Subject): Trace[] {
  const traces: Trace[] = []
  let since: { team: string | null, agent: string, at: number } | null = null
  for (const { step: { at }, after: { state } } of subject.strides) {
    const agent = isDone(state.status) ? null : state.agentId
    if (since && since.agent === agent && since.team === state.teamId) continue
    if (since && since.at < at) traces.push({ start: since.at, end: at, values: valuesAt(subject, at, since.agent) })
    since = agent === null ? null : { team: state.teamId, agent, at }
  }
  if (since) traces.push({ start: since.at, end: null, values: valuesNow(subject) })
  return traces
}

/**
 * Stretches without a change of values while unresolved, `(start, end]`: what was so by the facts before an instant. The
 * value is the instant of the creation.
 */
export function unresolved ({ strides, life: { createdAt } }: Subject): Trace[] {
  const traces: Trace[] = []
  let going = null as { start: number, values: Values, text: string } | null
  for (const [index, { step: { at }, after: { state } }] of strides.entries()) {
    if (strides[index + 1]?.step.at === at) continue
    const values = isDone(state.status) ? null : valuesOf(state, state.agentId)
    const text = JSON.stringify(values)
    if (going?.text === text) continue
    if (going) traces.push({ start: going.start, end: at, values: going.values, value: createdAt })
    going = values && { start: at, values, text }
  }
  if (going) traces.push({ start: going.start, end: null, values: going.values, value: createdAt })
  return traces
}

/** What somebody has to do something about, and how much that is: as it stands, which only live metrics ask. */
export const work = (subject: Subject): Trace[] => subject.life.state.status === 'new' || subject.life.state.status === 'open'
  ? [{ start: subject.life.createdAt, end: null, values: valuesNow(subject), value: subject.beside.complexity ?? 1 }]
  : []
