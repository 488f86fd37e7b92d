import { dimensions } from './dimensions.js'
import type { Dimension } from './dimensions.js'
import * as measures from './measures.js'
import type { Measure } from './measures.js'

export { dimensions } from './dimensions.js'
export type { Dimension } from './dimensions.js'

/**
 * What samples come to: `duration` and `number` statistics, `count` how many, `distinct` how many different keys, `rate`
 * the share that counts, `level` how many at an instant.
 */
export const metricKinds = ['duration', 'number', 'count', 'distinct', 'rate', 'level'] as const
export type MetricKind = (typeof metricKinds)[number]

export interface Metric {
  name: string
  kind: MetricKind
  unit: 'seconds' | 'replies' | 'conversations' | 'messages' | 'episodes' | 'resolutions' | 'reopenings' | 'assignments' | 'contacts' | 'clocks' | 'share' | 'ratio'
  /** What is better; neither, where it depends. */
  direction: 'more' | 'less' | 'neither'
  formula: string
  version: number
  dimensions: readonly Dimension[]
  /** The cells' values sum up to the total, unless tags, or attributes of several values, are grouped. */
  additive: boolean
  /** Now, without a window. */
  live: boolean
  question: string
  audience: string
  outcome: string
  /** How its samples are made. */
  measure: Measure
}

const common = dimensions.filter((dimension) => dimension !== 'actorKind' && dimension !== 'standard')
const promised = dimensions.filter((dimension) => dimension !== 'actorKind')
const written = dimensions.filter((dimension) => dimension !== 'standard')
const withoutAgent = common.filter((dimension) => dimension !== 'agent')

type Words = [formula: string, question: string, audience: string, outcome: string]
type Making = Pick<Metric, 'name' | 'kind' | 'unit' | 'direction' | 'measure'> & Partial<Metric> & { words: Words }

const metric = ({ words: [formula, question, audience, outcome], ...given }: Making): Metric => ({
  version: 1, dimensions: common, additive: given.kind === 'count', live: false, formula, question, audience, outcome, ...given
})

type Short = [name: string, direction: Metric['direction'], measure: Measure, ...words: Words]
const duration = ([name, direction, measure, ...words]: Short, more: Partial<Metric> = {}): Metric =>
  metric({ name, kind: 'duration', unit: 'seconds', direction, measure, words, ...more })
const rate = ([name, direction, measure, ...words]: Short, more: Partial<Metric> = {}): Metric =>
  metric({ name, kind: 'rate', unit: 'share', direction, measure, words, ...more })
const count = (unit: Metric['unit'], [name, direction, measure, ...words]: Short, more: Partial<Metric> = {}): Metric =>
  metric({ name, kind: 'count', unit, direction, measure, words, ...more })

const leads = 'team leads'

/** Every metric that there is; the API's catalogue is printed from it. */
export const catalogue: readonly Metric[] = [
  count('conversations', ['created', 'neither', measures.created,
    'Conversations, at their creation; agent is the assignee then.', 'How much comes in?', leads, 'Staffing that follows demand.']),
  count('messages', ['messagesIn', 'neither', measures.messagesIn,
    'Customers\' messages that are neither automatic nor spam, whether or not they count for service; agent is the assignee then.',
    'How much do customers write?', leads, 'Fewer messages needed for one answer.'], { dimensions: written }),
  count('messages', ['messagesOut', 'neither', measures.messagesOut,
    'Public messages of agents and machines, no notes, no acknowledgements, those whose delivery failed too; agent is the author.',
    'How much do we write, people and machines?', leads, 'Effort that is seen.'], { dimensions: written }),
  duration(['firstReplyTime', 'less', measures.firstReplyTime,
    'The first wait, from the oldest unanswered message to the first reply by an agent, if no agent wrote publicly before; agent is the author.',
    'How long does a new customer wait for a person?', leads, 'Nobody wonders whether they were heard.']),
  duration(['nextReplyTime', 'less', measures.nextReplyTime,
    'Every other wait that an agent\'s reply ended; agent is the author.', 'How long do customers wait once we talk?', leads, 'Conversations that keep moving.']),
  duration(['replyTime', 'less', measures.replyTime,
    'Every wait that an agent\'s reply ended, first and later ones; agent is the author.', 'How fast do we answer?', leads, 'Short waits, every time.']),
  count('episodes', ['unansweredEpisodes', 'less', measures.unansweredEpisodes,
    'Waits that a resolution ended without a reply; agent is who resolved.', 'How often do we close without answering?', leads, 'Everybody who asks gets an answer.']),
  duration(['cycleFirstReplyTime', 'less', measures.cycleFirstReplyTime,
    'Per life between reopenings: its first wait, if an agent\'s reply ended it and no agent wrote publicly before it in that cycle; agent is the author.',
    'How fast do we answer those who come back?', leads, 'Who comes back is heard as fast as who is new.']),
  duration(['currentWait', 'less', measures.currentWait,
    'Live: open waits of unresolved conversations, to now; agent is the assignee.', 'Who waits now, and how long?', 'agents and team leads', 'The longest wait is answered first.'], { live: true }),
  duration(['requesterWaitTime', 'less', measures.requesterWaitTime,
    'Time in new, open and onHold from the creation to the resolution in force; agent is who resolved.', 'How long does the customer wait for us in all?', leads, 'Less waiting, whoever causes it.']),
  duration(['agentWorkTime', 'less', measures.agentWorkTime,
    'Time in new and open from the creation to the resolution in force; agent is who resolved.', 'How long is it on our desk?', leads, 'Work that is done when it arrives.']),
  duration(['pendingTime', 'less', measures.pendingTime,
    'Time in pending from the creation to the resolution in force; agent is who resolved.', 'How long do we wait for customers?', leads, 'Questions that are asked once, and well.']),
  duration(['onHoldTime', 'less', measures.onHoldTime,
    'Time in onHold from the creation to the resolution in force; agent is who resolved.', 'How long do we wait for others?', leads, 'Others who answer us in time.']),
  duration(['firstResolutionTime', 'less', measures.firstResolutionTime,
    'From the creation to the first resolution; agent is who resolved.', 'How long until we think it is solved?', leads, 'Problems solved soon.']),
  duration(['fullResolutionTime', 'less', measures.fullResolutionTime,
    'From the creation to the resolution in force; agent is who resolved.', 'How long until it really is solved?', 'leaders', 'Problems solved for good.']),
  duration(['activeResolutionTime', 'less', measures.activeResolutionTime,
    'From the creation to the resolution in force, less the time spent resolved in between; agent is who resolved.', 'How long was it open in all?', leads, 'Reopened problems that do not distort the picture.']),
  count('resolutions', ['resolutions', 'neither', measures.resolutions,
    'Entries to resolved, or to closed from an unresolved status; a later reopening takes nothing away; agent is who resolved.', 'How much do we finish?', leads, 'As much goes out as comes in.']),
  metric({ name: 'conversationsResolved', kind: 'distinct', unit: 'conversations', direction: 'neither', measure: measures.conversationsResolved,
    words: ['Distinct conversations that were resolved; agent is who resolved.', 'How many conversations did we finish?', leads, 'As much goes out as comes in.'] }),
  metric({ name: 'customersServed', kind: 'distinct', unit: 'contacts', direction: 'more', measure: measures.customersServed,
    words: ['Distinct contacts with a resolution, merged ones as one; agent is who resolved.', 'How many people did we help?', 'leaders', 'More people helped.'] }),
  count('reopenings', ['reopens', 'less', measures.reopens,
    'Moves from resolved back to new, open, pending or onHold; agent is who resolved what was undone.', 'How often was it not solved after all?', leads, 'Solved the first time.']),
  rate(['reopenRate', 'less', measures.reopenRate,
    'Share of resolutions that were reopened within withinDays × 86,400 s; agent is who resolved.', 'How reliable are our solutions?', leads, 'Solved the first time.']),
  metric({ name: 'repliesToResolution', kind: 'number', unit: 'replies', direction: 'less', measure: measures.repliesToResolution,
    words: ['Per resolution, agents\' public messages since the creation, neither automatic nor undelivered; agent is who resolved.', 'How many replies does a solution take?', leads, 'Answers that are complete.'] }),
  rate(['oneTouchRate', 'more', measures.oneTouchRate,
    'Share of resolutions with exactly one agents\' message since the creation; agent is who resolved.', 'How often is one answer enough?', leads, 'Answers that are complete.']),
  rate(['firstContactResolutionRate', 'more', measures.firstContactResolutionRate,
    'Share of resolutions with exactly one agents\' message since the creation after which, within withinDays × 86,400 s, the conversation was not reopened and its contact, merged ones as one, began no other; agent is who resolved.',
    'How often does the first answer settle it?', leads, 'Answers after which there is nothing left to ask.']),
  metric({ name: 'expectedTimeRatio', kind: 'number', unit: 'ratio', direction: 'less', measure: measures.expectedTimeRatio,
    words: ['A mix adjustment: fullResolutionTime by the median of it over the same window, whatever the filter, for the same channel, priority and set of tags; none where those are fewer than 10, or their median is 0. ' +
      'A cell is the mean (avg) of its samples\' ratios; 1 is what was to be expected of such conversations; agent is who resolved.',
    'Are we slower than such conversations usually are?', leads, 'Comparisons that do not blame whoever has the hard ones.'] }),
  metric({ name: 'backlog', kind: 'level', unit: 'conversations', direction: 'less', measure: measures.backlog,
    words: ['Unresolved conversations, snoozed or not, by the facts before the end of the bucket (bucketBy start: before its start); the running bucket now, a future one null. Its statistics are their ages since their creation; agent is the assignee then.',
      'How much is left to do, and how old is it?', leads, 'Nothing is left lying.'] }),
  duration(['timeToAssignment', 'less', measures.timeToAssignment,
    'From the creation to the first assignment to an agent, 0 if created assigned; agent is the new assignee.', 'How long until somebody is responsible?', leads, 'Somebody cares from the start.']),
  count('assignments', ['assignments', 'less', measures.assignments,
    'Changes to another agent, one at the creation included; agent is the new assignee.', 'How often is it passed on?', leads, 'One person from start to end.']),
  duration(['ownedTime', 'neither', measures.ownedTime,
    'Unbroken stretches with one team and agent while unresolved; agent is the owner.', 'How long does each of us hold on to it?', leads, 'Hand-overs that help.']),
  rate(['selfServeRate', 'more', measures.selfServeRate,
    'Share of first resolutions before which no agent had written publicly.', 'How much is solved without a person?', 'leaders', 'People for what needs people.'], { dimensions: withoutAgent }),
  rate(['humanShare', 'neither', measures.humanShare,
    'Share of conversations created to which an agent has written publicly by now.', 'How many talk to a person?', 'leaders', 'People for what needs people.'], { dimensions: withoutAgent }),
  rate(['attainment', 'more', measures.attainment,
    'Clocks that were met of those that were met, breached or are overdue, at the instant at which they were due; what runs, is paused or was cancelled is left out, and so is what a resolution without a reply met, unless includeWithoutReply. ' +
    'Their values are those of their end, of overdue ones those of that instant; agent is who ended it, else the assignee then.',
    'How often do we keep our promises?', 'leaders', 'Promises that are kept.'], { dimensions: promised }),
  rate(['conversationAttainment', 'more', measures.conversationAttainment,
    'Conversations with such a clock due in the bucket of which all were met, at the instant at which the latest of them was due and with the values of that instant; agent is the assignee then.',
    'How many conversations get all that was promised?', 'leaders', 'Promises that are kept, all of them.'], { dimensions: promised }),
  duration(['breachOverrun', 'less', measures.breachOverrun,
    'From the instant at which a clock was due to its later end, in business time by the clock\'s own calendar; agent is who ended it. By start, overdue clocks count too, to now.',
    'How late are we when we are late?', leads, 'Broken promises that are made good soon.'], { dimensions: promised }),
  count('clocks', ['atRisk', 'less', measures.atRisk,
    'Live: clocks that are at risk; agent is the assignee.', 'What is about to be late?', 'agents and team leads', 'Promises kept because somebody saw in time.'], { dimensions: promised, live: true }),
  count('clocks', ['overdueNow', 'less', measures.overdueNow,
    'Live: clocks that are overdue; agent is the assignee.', 'What is late now?', 'agents and team leads', 'Nothing is late for long.'], { dimensions: promised, live: true }),
  metric({ name: 'workload', kind: 'number', unit: 'conversations', direction: 'neither', measure: measures.workload, live: true,
    words: ['Live: conversations in new or open, each weighing its complexity, 1 where none is set: count is how many there are, sum how much they weigh; agent is the assignee.',
      'Who has how much to do?', 'agents and team leads', 'Work that is shared fairly.'] }),
  rate(['proactiveShare', 'more', measures.proactiveShare,
    'Share of conversations created whose first public message is outbound.', 'How often do we write first?', 'leaders', 'Customers who hear of it before they have to ask.'], { dimensions: withoutAgent })
]

const byName = new Map(catalogue.map((each) => [each.name, each]))
export const metricNamed = (name: string): Metric | undefined => byName.get(name)
