import { resolves } from '../clock/advance.js'
import { agentsMessagesBefore } from './messages.js'
import { stateAt } from './subject.js'
import type { Subject } from './subject.js'
import { agentOf, spansUntil, valuesAt, valuesNow } from './traces.js'
import type { Trace } from './traces.js'

/** Flag of the first resolution. */
export const isFirstResolution = 1

/**
 * Each resolution from the creation on: until when it was in force, the contact that the conversation was of then, and as
 * value the agents' messages since the creation. The one in force has its statuses; where none is, what goes on has.
 */
export function resolutions (subject: Subject): Trace[] {
  const { life, strides } = subject
  const counts = strides.flatMap(({ before, after }, index) =>
    before && resolves(before.state, after.state) ? [agentsMessagesBefore(subject, index)] : [])
  const ended = life.resolutions.map(({ at, actor, reopenedAt }, index): Trace => ({
    start: life.createdAt, end: at, until: reopenedAt, key: stateAt(subject, at).contactId, values: valuesAt(subject, at, agentOf(actor)),
    flags: index === 0 ? isFirstResolution : 0, value: counts[index]!, spans: reopenedAt === null ? spansUntil(life, at) : []
  }))
  if (life.resolutions.some(({ reopenedAt }) => reopenedAt === null)) return ended
  return [...ended, { start: life.createdAt, end: null, values: valuesNow(subject), spans: spansUntil(life, Infinity) }]
}

export const reopenings = (subject: Subject): Trace[] => subject.life.reopenings.map(({ at, resolution }) =>
  ({ start: at, end: at, values: valuesAt(subject, at, agentOf(subject.life.resolutions[resolution]!.actor)) }))
