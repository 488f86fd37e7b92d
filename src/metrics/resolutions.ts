import { resolves } from '../clock/advance.js'
import type { Status } from '../clock/facts.js'
import { agentsMessagesBefore } from './messages.js'
import { agentOf, measured, sampleOf, spanOf } from './samples.js'
import type { Measuring, Sample } from './samples.js'
import { stateAt } from './subject.js'
import type { Subject } from './subject.js'

const waiting: readonly Status[] = ['new', 'open', 'onHold']
const working: readonly Status[] = ['new', 'open']
const done: readonly Status[] = ['resolved', 'closed']

/** Time in these statuses before an instant. */
const timeIn = ({ life }: Subject, measuring: Measuring, statuses: readonly Status[], end: number): number => life.statuses
  .filter(({ status, from }) => statuses.includes(status) && from < end)
  .reduce((sum, { from, to }) => sum + measured(measuring, from, Math.min(to ?? end, end)), 0)

const inForce = ({ life }: Subject) => life.resolutions.findLast(({ reopenedAt }) => reopenedAt === null)

/** From the creation to the resolution in force; by start also what goes on, to now. */
const timeInStatus = (statuses: readonly Status[]) => (subject: Subject, measuring: Measuring): Sample[] => {
  const resolution = inForce(subject)
  const { createdAt: start, state } = subject.life
  if (!resolution && measuring.bucketBy === 'end') return []
  const end = resolution?.at ?? subject.now
  const agent = resolution ? agentOf(resolution.actor) : state.agentId
  return [sampleOf(subject, { start, end, agent, value: timeIn(subject, measuring, statuses, end), provisional: !resolution })]
}

export const requesterWaitTime = timeInStatus(waiting)
export const agentWorkTime = timeInStatus(working)
export const pendingTime = timeInStatus(['pending'])
export const onHoldTime = timeInStatus(['onHold'])

export function firstResolutionTime (subject: Subject, measuring: Measuring): Sample[] {
  const [first] = subject.life.resolutions
  return first ? [spanOf(subject, measuring, subject.life.createdAt, first.at, agentOf(first.actor))] : []
}

export function fullResolutionTime (subject: Subject, measuring: Measuring): Sample[] {
  const last = inForce(subject)
  return last ? [spanOf(subject, measuring, subject.life.createdAt, last.at, agentOf(last.actor))] : []
}

export function activeResolutionTime (subject: Subject, measuring: Measuring): Sample[] {
  return fullResolutionTime(subject, measuring)
    .map((sample) => ({ ...sample, value: sample.value - timeIn(subject, measuring, done, sample.end) }))
}

export const resolutions = (subject: Subject): Sample[] => subject.life.resolutions
  .map(({ at, actor }) => sampleOf(subject, { end: at, agent: agentOf(actor) }))

export const conversationsResolved = (subject: Subject): Sample[] => resolutions(subject)
  .map((sample) => ({ ...sample, key: subject.id }))

/** The contacts that conversations were of when they were resolved; one that was merged is the survivor. */
export const customersServed = (subject: Subject, { survivorOf }: Measuring): Sample[] => resolutions(subject).flatMap((sample) => {
  const { contactId } = stateAt(subject, sample.end)
  return contactId === null ? [] : [{ ...sample, key: survivorOf(contactId) }]
})

export const reopens = (subject: Subject): Sample[] => subject.life.reopenings.map(({ at, resolution }) =>
  sampleOf(subject, { end: at, agent: agentOf(subject.life.resolutions[resolution]!.actor) }))

export const reopenRate = (subject: Subject, { withinMs }: Measuring): Sample[] => subject.life.resolutions
  .map(({ at, actor, reopenedAt }) => sampleOf(subject, {
    end: at, agent: agentOf(actor), counted: reopenedAt !== null && reopenedAt < at + withinMs, provisional: at + withinMs > subject.now
  }))

/** The agents' messages since the creation, of each resolution. */
export const repliesToResolution = (subject: Subject): Sample[] => subject.strides.flatMap(({ step, before, after }, index) =>
  before && resolves(before.state, after.state)
    ? [sampleOf(subject, { end: step.at, agent: agentOf(step.fact.actor), value: agentsMessagesBefore(subject, index) })]
    : [])

export const oneTouchRate = (subject: Subject): Sample[] => repliesToResolution(subject)
  .map((sample) => ({ ...sample, counted: sample.value === 1 }))

export const selfServeRate = (subject: Subject): Sample[] => repliesToResolution(subject).slice(0, 1)
  .map((sample) => ({ ...sample, counted: sample.value === 0 }))
