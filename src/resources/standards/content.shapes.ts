import { z } from 'zod'
import { clockStarts, pauseReasons, targetKinds } from '../../clock/standard.js'
import { choice, id, input, inputOf, line, shape, text } from '../../shapes.js'
import { audiences } from './standard.table.js'

/* What a service standard promises, to whom and to which conversations: as it is sent and as it is answered. */

export const StandardAudience = choice('StandardAudience', 'Who is told of a promise: the team alone, or everybody (it stands in the public pledge).', audiences)
export const StandardOrigin = choice('StandardOrigin', 'Where a promise comes from: the workspace\'s own, a contract, a law of some jurisdiction, or a benchmark from some source.',
  ['own', 'contract', 'law', 'benchmark'])
export const TargetKind = choice('TargetKind', 'What is timed: the first or every next reply, the gap between updates (with or without pausing), the first or the whole resolution, the requester\'s wait, the agents\' work, the time without an assignee, one owner\'s stretch.', targetKinds)
export const TargetBasis = choice('TargetBasis', 'calendar: every second counts; business: those in which a calendar is open.', ['calendar', 'business'])
export const ReplyBy = choice('ReplyBy', 'Whose reply counts: a human teammate\'s, or a machine\'s too.', ['human', 'humanOrMachine'])
export const PauseReason = choice('PauseReason', 'While what a clock stands still: a status (resolved stands for closed too), or being snoozed.', pauseReasons)
export const ClockStart = choice('ClockStart', 'When a resolution clock starts: at the creation, at the first message from outside, or when the status first is not in the pause list.', clockStarts)
export const MetricComparison = choice('MetricComparison', 'Which side of the value is kept.', ['atLeast', 'atMost'])
export const MetricPeriod = choice('MetricPeriod', 'The calendar period over which a metric is measured.', ['day', 'week', 'month', 'quarter', 'year'])
export const ConditionField = choice('ConditionField', 'What of a conversation is compared: ids for channel, tag, company and team; words for channelKind, priority, tier and language; an attribute by its key.',
  ['channel', 'channelKind', 'priority', 'tag', 'tier', 'company', 'language', 'team', 'attribute'])

const maxSeconds = 315_360_000
const seconds = (what: string) => `Seconds ${what}`
const priorities = { low: 'at low priority', normal: 'at normal priority', high: 'at high priority', urgent: 'at urgent priority' }
const ofEach = <T>(of: (words: string) => T) =>
  Object.fromEntries(Object.entries(priorities).map(([priority, words]) => [priority, of(words)])) as Record<keyof typeof priorities, T>

export const PrioritySeconds = shape('PrioritySeconds', 'A target\'s length by priority.',
  ofEach(words => z.int().nullable().describe(`${seconds(words)}; null: the target does not apply to it.`)))
export const PrioritySecondsInput = input('PrioritySecondsInput', 'A target\'s length by priority; it does not apply to one that is left out.',
  ofEach(words => z.int().min(1).max(maxSeconds).nullable().optional().describe(`${seconds(words)}, up to 315,360,000 (ten years).`)))

const share = 'Once this share of the target is used up, between 0 and 1.'
const before = 'So many seconds, of the target\'s basis, before it is used up.'
export const WarnAt = shape('WarnAt', 'When a clock is at risk: exactly one of the two.', {
  share: z.number().nullable().describe(share), secondsBefore: z.int().nullable().describe(before)
})
export const WarnAtInput = input('WarnAtInput', 'When a clock is at risk: exactly one of the two.', {
  share: z.number().gt(0).lt(1).nullable().optional().describe(share), secondsBefore: z.int().min(1).max(maxSeconds).nullable().optional().describe(before)
})

const target = {
  kind: 'What is timed; at most one of each kind.',
  seconds: 'Its length by priority.',
  basis: 'Which seconds count.',
  calendarId: 'The calendar of the business basis',
  replyBy: 'Whose reply counts.',
  pauses: 'While what the clock stands still',
  clockStart: 'When the clock starts; only of firstResolution and totalResolution',
  warnAt: 'When the clock is at risk; never when null.'
}
export const StandardTarget = shape('StandardTarget', 'A promise of time.', {
  kind: TargetKind.describe(target.kind),
  seconds: PrioritySeconds.describe(target.seconds),
  basis: TargetBasis.describe(target.basis),
  calendarId: z.string().nullable().describe(`${target.calendarId}; null on the calendar basis.`),
  replyBy: ReplyBy.describe(target.replyBy),
  pauses: z.array(PauseReason).describe(`${target.pauses}.`),
  clockStart: ClockStart.nullable().describe(`${target.clockStart}, else null.`),
  warnAt: WarnAt.nullable().describe(target.warnAt)
})
export type StandardTarget = z.output<typeof StandardTarget>

export const StandardTargetInput = input('StandardTargetInput', 'A promise of time.', {
  kind: TargetKind.describe(target.kind),
  seconds: PrioritySecondsInput.describe(`${target.seconds} At least one.`),
  basis: TargetBasis.default('calendar').describe(target.basis),
  calendarId: line(100).nullable().optional().describe(`${target.calendarId}: the workspace's default one, as it is now, when left out.`),
  replyBy: ReplyBy.default('human').describe(target.replyBy),
  pauses: z.array(PauseReason).max(pauseReasons.length).nullable().optional().describe(`${target.pauses}, each once; what is usual for its kind when left out.`),
  clockStart: ClockStart.nullable().optional().describe(`${target.clockStart}, created when left out.`),
  warnAt: WarnAtInput.nullable().optional().describe(target.warnAt)
})
export type StandardTargetInput = z.output<typeof StandardTargetInput>

/** Exactly one of and, or, not and field; `conditionProblems` sees to it. */
export interface StandardConditionInput {
  and?: StandardConditionInput[]
  or?: StandardConditionInput[]
  not?: StandardConditionInput
  field?: z.output<typeof ConditionField>
  name?: string
  in?: Array<string | number | boolean>
  set?: boolean
  atLeast?: number
  atMost?: number
}
export const StandardConditionInput: z.ZodType<StandardConditionInput> = inputOf('StandardConditionInput',
  'Which conversations: exactly one of `and`, `or`, `not` and `field`; up to 6 levels deep and 100 parts.', z.strictObject({
    get and () { return z.array(StandardConditionInput).max(50).optional().describe('All of these hold.') },
    get or () { return z.array(StandardConditionInput).max(50).optional().describe('One of these holds.') },
    get not () { return StandardConditionInput.optional().describe('This does not hold.') },
    field: ConditionField.optional().describe('What is compared; with at least one of `in`, `set`, `atLeast` and `atMost`, all of which hold.'),
    name: line(64).optional().describe('The key of the attribute; only with the field attribute.'),
    in: z.array(z.union([line(1000), z.number(), z.boolean()]).meta({ graphql: 'JSON' })).min(1).max(200).optional().describe('Is one of these, up to 200; of tags: has one of these.'),
    set: z.boolean().optional().describe('true: has a value; false: has none.'),
    atLeast: z.number().optional().describe('Is a number not less than this; only of an attribute.'),
    atMost: z.number().optional().describe('Is a number not more than this; only of an attribute.')
  }) as unknown as z.ZodType<StandardConditionInput>)

const item = { name: 'What a good reply has.', description: 'How to tell.', weight: 'How much it counts against the others, above 0.' }
export const ChecklistItem = shape('ChecklistItem', 'An item of a good reply.', {
  name: z.string().describe(item.name), description: z.string().nullable().describe(item.description), weight: z.number().describe(item.weight)
})
export const ChecklistItemInput = input('ChecklistItemInput', 'An item of a good reply.', {
  name: line(200).describe(`${item.name} Up to 200 characters, each once.`),
  description: text(2000).nullable().optional().describe(`${item.description} Up to 2,000 characters.`),
  weight: z.number().gt(0).max(1000).default(1).describe(`${item.weight} Up to 1,000.`)
})

const metric = { metric: 'The metric\'s name in the catalogue.', comparison: 'Whether the value is the least or the most.', value: 'The value, in the metric\'s unit.', period: 'Over what it is measured.' }
export const MetricTarget = shape('MetricTarget', 'A promise of a metric: `csatScore` at least 0.9 in every quarter.', {
  metric: z.string().describe(metric.metric), comparison: MetricComparison.describe(metric.comparison),
  value: z.number().describe(metric.value), period: MetricPeriod.describe(metric.period)
})
export const MetricTargetInput = input('MetricTargetInput', 'A promise of a metric: `csatScore` at least 0.9 in every quarter.', {
  metric: z.string().regex(/^[a-z][A-Za-z]{0,63}$/, 'must be the name of a metric, such as csatScore').describe(metric.metric).meta({ examples: ['csatScore'] }),
  comparison: MetricComparison.describe(metric.comparison), value: z.number().describe(metric.value), period: MetricPeriod.describe(metric.period)
})

const words = {
  name: 'Unique among the workspace\'s standards that are not archived, whatever its case.',
  statement: 'The promise in plain words.',
  value: 'The value behind it: respect, patience, personalisation, empathy, responsiveness, or one of your own.',
  audience: 'Who is told of it.',
  origin: 'Where it comes from.',
  jurisdiction: 'Of a law: whose.',
  source: 'The contract, law or benchmark that it comes from.',
  ownerId: 'The agent who answers for it.',
  default: 'Whether it is considered after all others, and then for every conversation when it has no condition.',
  condition: 'Which conversations it is for',
  targets: 'The times that are promised.',
  checklist: 'What a good reply has, for reviews.',
  metricTarget: 'The metric that is promised.'
}

/** As it is answered. */
export const contentShape = {
  name: z.string().describe(words.name),
  statement: z.string().nullable().describe(words.statement),
  value: z.string().nullable().describe(words.value),
  audience: StandardAudience.describe(words.audience),
  origin: StandardOrigin.describe(words.origin),
  jurisdiction: z.string().nullable().describe(words.jurisdiction),
  source: z.string().nullable().describe(words.source),
  ownerId: id().nullable().describe(words.ownerId),
  default: z.boolean().describe(words.default),
  condition: z.record(z.string(), z.unknown()).nullable().describe(`${words.condition}, as it was written (see StandardConditionInput); null only of a default one.`),
  targets: z.array(StandardTarget).describe(words.targets),
  checklist: z.array(ChecklistItem).describe(words.checklist),
  metricTarget: MetricTarget.nullable().describe(words.metricTarget)
}

const sent = {
  name: line(200).describe(`${words.name} One line, up to 200 characters.`),
  statement: text(2000).nullable().describe(`${words.statement} Up to 2,000 characters.`),
  value: line(100).nullable().describe(words.value),
  audience: StandardAudience.describe(words.audience),
  origin: StandardOrigin.describe(words.origin),
  jurisdiction: line(200).nullable().describe(`${words.jurisdiction} Needed for a law.`),
  source: line(1000).nullable().describe(`${words.source} Needed for a benchmark.`),
  ownerId: id().nullable().describe(words.ownerId),
  default: z.boolean().describe(words.default),
  condition: StandardConditionInput.nullable().describe(`${words.condition}. Blank only with \`default\`.`),
  targets: z.array(StandardTargetInput).max(10).describe(`${words.targets} At most one of each kind.`),
  checklist: z.array(ChecklistItemInput).max(50).describe(`${words.checklist} Up to 50 items.`),
  metricTarget: MetricTargetInput.nullable().describe(words.metricTarget)
}

/** As it is sent for something new. */
export const wholeContent = {
  name: sent.name,
  statement: sent.statement.optional(),
  value: sent.value.optional(),
  audience: sent.audience.default('internal'),
  origin: sent.origin.default('own'),
  jurisdiction: sent.jurisdiction.optional(),
  source: sent.source.optional(),
  ownerId: sent.ownerId.optional(),
  default: sent.default.default(false),
  condition: sent.condition.optional(),
  targets: sent.targets.default([]),
  checklist: sent.checklist.default([]),
  metricTarget: sent.metricTarget.optional()
}

/** As it is sent for a change. */
export const partOfContent = {
  name: sent.name.optional(),
  statement: sent.statement.optional(),
  value: sent.value.optional(),
  audience: sent.audience.optional(),
  origin: sent.origin.optional(),
  jurisdiction: sent.jurisdiction.optional(),
  source: sent.source.optional(),
  ownerId: sent.ownerId.optional(),
  default: sent.default.optional(),
  condition: sent.condition.optional(),
  targets: sent.targets.optional(),
  checklist: sent.checklist.optional(),
  metricTarget: sent.metricTarget.optional()
}
