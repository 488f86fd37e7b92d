import { isDone } from '../clock/steps.js'
import type { Stride } from '../clock/life.js'
import { isAgentsMessage } from '../clock/waits.js'
import { measured, sampleOf, spanOf } from './samples.js'
import type { Measuring, Sample } from './samples.js'
import { stateAt, stateBefore, valuesOf } from './subject.js'
import type { Subject } from './subject.js'

export const created = (subject: Subject): Sample[] => {
  const end = subject.life.createdAt
  return [sampleOf(subject, { end, agent: stateAt(subject, end).agentId })]
}

const isAssignment = ({ before, after }: Stride): boolean =>
  after.state.agentId !== null && after.state.agentId !== (before?.state.agentId ?? null)

export function timeToAssignment (subject: Subject, measuring: Measuring): Sample[] {
  const first = subject.strides.find(isAssignment)
  return first ? [spanOf(subject, measuring, subject.life.createdAt, first.step.at, first.after.state.agentId)] : []
}

export const assignments = (subject: Subject): Sample[] => subject.strides.filter(isAssignment)
  .map(({ step, after }) => sampleOf(subject, { end: step.at, agent: after.state.agentId }))

/** Unbroken stretches of one (team, agent) while unresolved; by start also the one that goes on, to now. */
export function ownedTime (subject: Subject, measuring: Measuring): Sample[] {
  const samples: Sample[] = []
  let owned: { team: string | null, agent: string, since: number } | null = null
  for (const { step: { at }, after: { state } } of subject.strides) {
    const agent = isDone(state.status) ? null : state.agentId
    if (owned && owned.agent === agent && owned.team === state.teamId) continue
    if (owned && owned.since < at) samples.push(spanOf(subject, measuring, owned.since, at, owned.agent))
    owned = agent === null ? null : { team: state.teamId, agent, since: at }
  }
  if (!owned || measuring.bucketBy === 'end') return samples
  return [...samples, { ...spanOf(subject, measuring, owned.since, subject.now, owned.agent), provisional: true }]
}

/** Unresolved by the facts before the instant, or, where that instant is now, by those at it too; its age is the value. */
export function backlogAt (subject: Subject, measuring: Measuring, at: number, inclusive: boolean): Sample[] {
  const state = inclusive ? (subject.life.createdAt <= at ? stateAt(subject, at) : null) : stateBefore(subject, at)
  if (!state || isDone(state.status)) return []
  const { createdAt: start } = subject.life
  return [{
    conversationId: subject.id, start, end: at, value: measured(measuring, start, at), counted: false, provisional: false,
    key: null, values: valuesOf(state, state.agentId)
  }]
}

export const humanShare = (subject: Subject): Sample[] => created(subject)
  .map((sample) => ({ ...sample, counted: subject.strides.some(({ step }) => isAgentsMessage(step)) }))

/** A message that was never delivered is as if it had not been sent. */
export const proactiveShare = (subject: Subject): Sample[] => {
  const first = subject.strides.find(({ step: { fact, part, retractedAt } }) =>
    (fact.kind === 'inbound' && part !== 'arrival') || (fact.kind === 'reply' && retractedAt === null))
  return created(subject).map((sample) => ({ ...sample, counted: first?.step.fact.kind === 'reply' }))
}
