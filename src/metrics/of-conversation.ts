import type { CompiledCalendar } from '../clock/business-time.js'
import { metricNamed } from './catalogue.js'
import { Gathered } from './columns.js'
import { figureOf } from './figures.js'
import type { Figure } from './figures.js'
import { agentsMessagesBefore } from './messages.js'
import type { Subject } from './subject.js'
import { Table } from './table.js'

/** What can be told of one conversation by itself; what goes on counts, to now. */
export const ownMetrics = [
  'firstReplyTime', 'nextReplyTime', 'replyTime', 'cycleFirstReplyTime', 'currentWait', 'requesterWaitTime', 'agentWorkTime', 'pendingTime', 'onHoldTime',
  'firstResolutionTime', 'fullResolutionTime', 'activeResolutionTime', 'timeToAssignment', 'ownedTime',
  'messagesIn', 'messagesOut', 'unansweredEpisodes', 'resolutions', 'reopens', 'assignments'
] as const
export type OwnMetric = (typeof ownMetrics)[number]

const metrics = ownMetrics.map((name) => metricNamed(name)!)
const always = { from: -Infinity, to: Infinity }

/** The figures of one conversation, made as those of many are; of a life that is left out of metrics there are none. */
export function figuresOf (subject: Subject, calendar: CompiledCalendar | null): Record<OwnMetric, Figure> {
  const table = new Table({
    metrics, window: always, buckets: [always], undivided: true, groupBy: [],
    measuring: { calendar, bucketBy: 'start', withinMs: 0, now: subject.now, survivorOf: (id) => id }
  })
  const gathered = new Gathered(table.families)
  gathered.add(subject, 0)
  for (const columns of gathered.all()) table.add(columns)
  return Object.fromEntries(ownMetrics.map((name, at) => [name, figureOf(metrics[at]!, table.samples[at]!, table.totals[at]!.at(null), false)])) as Record<OwnMetric, Figure>
}

/** Agents' public messages by now, neither automatic nor undelivered; none where the life is left out of metrics. */
export const repliesOf = (subject: Subject): number => subject.life.outside ? 0 : agentsMessagesBefore(subject, subject.strides.length)
