import { z } from 'zod'
import { choiceCondition, filters, IdCondition, on, TimeCondition } from '../../db/filter.js'
import { at, choice, id, input, instantInput, jsonParameter, listOf, pageQuery, shape } from '../../shapes.js'
import { Actor } from '../actor.shapes.js'
import { TargetBasis, TargetKind } from '../standards/content.shapes.js'
import { clocks } from './clock.table.js'

export const ClockState = choice('ClockState', 'Where a clock stands (definitions, 3): overdue from the first millisecond after dueAt; met, breached and cancelled have ended.',
  ['running', 'atRisk', 'paused', 'overdue', 'met', 'breached', 'cancelled'])
export const ClockEnd = choice('ClockEnd', 'What ended a clock.', ['reply', 'resolved', 'resolvedWithoutReply', 'assigned', 'handedOver', 'unassigned', 'merged', 'spam',
  'deleted', 'closed', 'standardChanged', 'archived', 'retracted', 'notCounted'])

const fields = {
  target: TargetKind.describe('Which promise it measures.'),
  ordinal: z.int().describe('Counts the clocks of this target in the conversation from 1.'),
  standardId: id().describe('The service standard that applies.'),
  standardVersionId: id().describe('The version of it.'),
  standardVersion: z.int().describe('The number of that version.'),
  basis: TargetBasis.describe('Which seconds count.'),
  calendarId: id().nullable().describe('The calendar of a business clock.'),
  targetSeconds: z.int().describe('The promise, in seconds of the basis.'),
  startedAt: at().describe('From when it counts.'),
  openedAt: at().describe('When it came to be: later than startedAt when its standard was chosen late, or a merge brought it.'),
  dueAt: at().nullable().describe('The earliest instant at which the target is used up; null while it is paused.'),
  consumedSeconds: z.int().describe('What is used up, in seconds of the basis, now (or asOf).'),
  remainingSeconds: z.int().describe('What is left, in seconds of the basis.'),
  state: ClockState.describe('Where it stands now (or asOf).'),
  endedAt: at().nullable().describe('When it ended.'),
  endedBy: ClockEnd.nullable().describe('What ended it.'),
  endedByActor: Actor.nullable().describe('Who did what ended it.'),
  assigneeId: id().nullable().describe('Of an ownership clock: the agent whose stretch it measures; null of other targets.'),
  teamId: id().nullable().describe('Of an ownership clock: the team whose stretch it measures.'),
  nextChangeAt: at().nullable().describe('When time alone changes its state next.')
}

export const Clock = shape('Clock', 'One promise running for one conversation (definitions, 3).', {
  id: id().describe('Made by the server; stays when the clock is computed again.'),
  conversationId: id().describe('The conversation.'),
  ...fields
})
export type Clock = z.output<typeof Clock>

export const ClockSegment = shape('ClockSegment', 'A span of a clock\'s life in which nothing that is named here changes.', {
  from: at().describe('Its beginning.'),
  to: at().describe('Its end; the next segment begins there.'),
  state: ClockState.describe('The state in it.'),
  reason: z.string().describe('counting; closed (outside opening hours); or what it stood still for: a status, snoozed, ended.'),
  calendarVersion: z.int().nullable().describe('The number of the calendar version in force; null on the calendar basis.'),
  exception: z.string().nullable().describe('The name of the exception or holiday that made the hours.'),
  countedSeconds: z.int().describe('What the clock consumed in it: floor at its end less floor at its start.')
})

export const ClockRule = shape('ClockRule', 'What chose the standard of a clock.', {
  standardId: id().describe('The standard.'),
  versionId: id().describe('The version of it.'),
  version: z.int().describe('The number of that version.'),
  condition: z.unknown().describe('The condition that matched; null for the default standard.'),
  default: z.boolean().describe('Whether it is the default, which is considered last.')
})

export const ClockExplanation = shape('ClockExplanation', 'Why a clock says what it says, second by second.', {
  clock: Clock.describe('The clock.'),
  segments: z.array(ClockSegment).describe('From its start to its end, or to now; their countedSeconds sum to consumedSeconds.'),
  rule: ClockRule.describe('What chose the standard.'),
  sentence: z.string().describe('One sentence that a person can read.')
})
export type ClockExplanation = z.output<typeof ClockExplanation>

const moment = instantInput().optional().describe('As it stood at this instant (RFC 3339): later facts do not exist yet.')
export const AsOf = z.object({ asOf: moment })

export const clockFilters = filters('Clock', {
  id: on(IdCondition, clocks.id),
  conversationId: on(IdCondition, clocks.conversationId),
  standardId: on(IdCondition, clocks.standardId),
  target: on(choiceCondition('TargetKind', TargetKind), clocks.target),
  state: on(choiceCondition('ClockState', ClockState), clocks.state),
  dueAt: on(TimeCondition, clocks.dueAt),
  endedAt: on(TimeCondition, clocks.endedAt)
})
export const ClockSort = choice('ClockSort', 'How clocks are sorted; ties by id.', ['dueAtAsc', 'dueAtDesc', 'startedAtDesc'])
const sort = ClockSort.default('dueAtAsc').describe('How they are sorted; ties by id. By dueAt only those that have one are listed.')
export const ClockQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(clockFilters.shape).optional().describe('A ClockFilter as JSON.')
})
export const SearchClocks = input('SearchClocks', 'A search among clocks.', {
  limit: z.int().min(1).max(100).default(25).describe('How many at most, 1 to 100.'),
  after: z.string().max(1000).optional().describe('The `endCursor` of the page before.'),
  count: z.boolean().default(false).describe('Whether to count all that match.'),
  sort,
  filter: clockFilters.shape.optional().describe('Which clocks.')
})
export type ClockQuery = z.output<typeof SearchClocks>
export const ClockList = listOf('Clock', Clock)
export const ConversationClocks = shape('ConversationClocks', 'The clocks of a conversation, exact to the second.', {
  data: z.array(Clock).describe('All its clocks, by target and ordinal.'),
  asOf: at().describe('The instant for which they were computed.')
})
