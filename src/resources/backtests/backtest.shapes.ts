import { z } from 'zod'
import { isTimeZone } from '../../clock/zone.js'
import { choiceCondition, filters, givenFilter, IdCondition, on, TimeCondition } from '../../db/filter.js'
import {
  at, choice, externalIdInput, id, input, instantInput, jsonParameter, line, listOf, pageBody, pageQuery, resourceFields, shape
} from '../../shapes.js'
import { conversationFilters } from '../conversations/conversation.shapes.js'
import { StandardTarget, TargetKind } from '../standards/content.shapes.js'
import { backtests, backtestStates } from './backtest.table.js'

export const BacktestState = choice('BacktestState', 'queued: waits for a worker; running; done: has its result; cancelled: somebody stopped it; failed: `error` says why.', backtestStates)
export const dimensionWords = ['channel', 'channelKind', 'priority', 'tag', 'team', 'agent', 'company', 'tier', 'language', 'status', 'attribute', 'month', 'week', 'day'] as const
export const BacktestDimensionKind = choice('BacktestDimensionKind',
  'What conversations are grouped by: what they are when they are counted, or the local month, week (from Monday) or day of their creation.', dimensionWords)

const by = 'By what.'
const name = 'The key of the attribute'
export const BacktestDimension = shape('BacktestDimension', 'What conversations are grouped by.', {
  by: BacktestDimensionKind.describe(by),
  name: z.string().nullable().describe(`${name}; null for any other dimension.`)
})
export type BacktestDimension = z.output<typeof BacktestDimension>
export const BacktestDimensionInput = input('BacktestDimensionInput', 'What conversations are grouped by.', {
  by: BacktestDimensionKind.describe(by),
  name: line(64).nullable().optional().describe(`${name}; only of the dimension attribute.`)
})

const count = (what: string) => z.int().describe(what)
export const BacktestOutcome = shape('BacktestOutcome', 'How clocks of one target stand.', {
  clocks: count('How many there are.'),
  met: count('Ended in time.'),
  metWithoutReply: count('Of those that are met: how many ended because the conversation was resolved without a reply. The attainment leaves them out.'),
  breached: count('Ended late.'),
  overdue: count('Past their deadline, and not ended.'),
  running: count('Not ended, and not due yet; those at risk are among them.'),
  paused: count('Standing still.'),
  cancelled: count('Ended by something that is neither a success nor a failure.'),
  attainment: z.number().nullable().describe('Met ÷ (met + breached + overdue), without those met without a reply; null when there is none.')
})
export type BacktestOutcome = z.output<typeof BacktestOutcome>

export const BacktestSpan = shape('BacktestSpan', 'What clocks that were met or breached had consumed at their end, in seconds of their basis.', {
  count: count('How many there are.'),
  p50: z.int().nullable().describe('The median; null when there is none.'),
  p90: z.int().nullable().describe('The 90th percentile; null when there is none.'),
  approximate: z.boolean().describe('Whether the two may be off by up to 1 %; below 128 seconds they are exact.')
})
export type BacktestSpan = z.output<typeof BacktestSpan>

const tried = 'What would have been, under the standard that is tried.'
const real = 'What really was, under the standards that were published.'
export const BacktestTarget = shape('BacktestTarget', 'The figures of one target.', {
  target: TargetKind.describe('Which.'),
  tried: BacktestOutcome.describe(tried),
  real: BacktestOutcome.describe(real),
  triedConsumed: BacktestSpan.describe(tried),
  realConsumed: BacktestSpan.describe(real)
})
export const BacktestResult = shape('BacktestResult', 'The figures of all conversations together.', {
  conversations: count('Conversations looked at.'),
  triedConversations: count('Of them, those that would have had a clock.'),
  realConversations: count('Of them, those that had one.'),
  targets: z.array(BacktestTarget).describe('The targets that would have had clocks, or had some.')
})
export type BacktestResult = z.output<typeof BacktestResult>

export const BacktestCellTarget = shape('BacktestCellTarget', 'The figures of one target in one cell.', {
  target: TargetKind.describe('Which.'), tried: BacktestOutcome.describe(tried), real: BacktestOutcome.describe(real)
})
export const BacktestCell = shape('BacktestCell', 'The figures of the conversations that share their values of the dimensions.', {
  values: z.array(z.unknown()).describe('The values, in the order of the dimensions; null where a conversation has none. Of the time dimensions, the date on which the month, week or day starts.'),
  other: z.boolean().describe('Whether it holds what found no cell of its own any more; `values` is empty then.'),
  conversations: count('How many conversations it is about.'),
  targets: z.array(BacktestCellTarget).describe('The targets that would have had clocks in it, or had some.')
})
export type BacktestCell = z.output<typeof BacktestCell>

export const Backtest = shape('Backtest', 'A service standard tried on what happened before it was made.', {
  ...resourceFields,
  standardId: id().describe('The standard.'),
  versionNumber: z.int().describe('The number of the version that is tried.'),
  isDraft: z.boolean().describe('Whether that was not published when the backtest was asked for.'),
  default: z.boolean().describe('As the version said then.'),
  condition: z.record(z.string(), z.unknown()).nullable().describe('Which conversations it takes, as the version said then.'),
  targets: z.array(StandardTarget).describe('What it promises, as the version said then.'),
  from: at().describe('Conversations created from this instant on.'),
  to: at().describe('Conversations created before this instant.'),
  asOf: at().describe('The instant at which clocks are looked at: that of the request. What was learned later is left out.'),
  filter: z.record(z.string(), z.unknown()).nullable().describe('Which of the conversations (see ConversationFilter).'),
  dimensions: z.array(BacktestDimension).describe('What cells there are by.'),
  timeZone: z.string().describe('Whose months, weeks and days.'),
  state: BacktestState.describe('Whether it is finished.'),
  done: z.int().describe('How many conversations were looked at so far.'),
  total: z.int().nullable().describe('How many there are; null before it has started.'),
  startedAt: at().nullable().describe('When a worker took it up.'),
  finishedAt: at().nullable().describe('When it was done, cancelled or failed.'),
  error: z.string().nullable().describe('Why it failed.'),
  result: BacktestResult.nullable().describe('All conversations together; null until it is done.'),
  cells: z.array(BacktestCell).nullable().describe('By the dimensions, `other` last: up to 1,000 in the order in which conversations that belong to them were created. Null until it is done, and in lists.')
})
export type Backtest = z.output<typeof Backtest>

export const CreateBacktest = input('CreateBacktest', 'On which conversations a standard shall be tried.', {
  externalId: externalIdInput().optional(),
  versionNumber: z.int().min(1).max(1_000_000).nullable().optional().describe('Which version; the draft when left out, or the published one where there is no draft.'),
  from: instantInput().describe('Conversations created from this instant on.'),
  to: instantInput().describe('Conversations created before this instant, up to ten years later.'),
  filter: conversationFilters.shape.nullable().optional().describe('Which of them, by what they are now. Spam, merged and deleted ones are left out in any case.'),
  dimensions: z.array(BacktestDimensionInput).max(3).default([]).describe('What the figures shall be told apart by, up to three. A conversation is in the cell of each of its tags.'),
  timeZone: z.string().max(64).refine(isTimeZone, 'is not an IANA time zone').default('UTC').describe('Whose months, weeks and days: an IANA name.')
})
export type CreateBacktest = z.output<typeof CreateBacktest>

export const backtestFilters = filters('Backtest', {
  id: on(IdCondition, backtests.id),
  standardId: on(IdCondition, backtests.standardId),
  state: on(choiceCondition('BacktestState', BacktestState), backtests.state),
  createdAt: on(TimeCondition, backtests.createdAt)
})
export const BacktestSort = choice('BacktestSort', 'How backtests are sorted; ties by id.', ['createdAtAsc', 'createdAtDesc'])
const sort = BacktestSort.default('createdAtDesc').describe('How they are sorted; ties by id.')
export const BacktestQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(backtestFilters.shape).optional().describe('A BacktestFilter as JSON.'),
  standardId: id().optional().describe('Only those of this standard.'),
  state: BacktestState.optional().describe('Only those in this state.')
})
export const SearchBacktests = input('SearchBacktests', 'A search among backtests.', {
  ...pageBody, sort, filter: backtestFilters.shape.optional().describe('Which backtests.')
})
export type SearchBacktests = z.output<typeof SearchBacktests>
export const searchOfQuery = ({ standardId, state, filter, ...rest }: z.output<typeof BacktestQuery>): SearchBacktests =>
  ({ ...rest, filter: givenFilter({ standardId, state }, filter) })

export const BacktestList = listOf('Backtest', Backtest)
