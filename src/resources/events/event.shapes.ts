import { z } from 'zod'
import { at, id, listOf, pageQuery, shape } from '../../shapes.js'
import { Actor } from '../actor.shapes.js'

export const Subject = shape('EventSubject', 'What an event is about.', {
  type: z.string().describe('The noun, such as `conversation`.'),
  id: id().describe('Its id.')
})

export const Event = shape('Event', 'Something that happened, recorded in the same commit as the change.', {
  id: id().describe('Made by the server, UUIDv7.'),
  sequence: z.int().meta({ graphql: 'Float' })
    .describe('Its place in the feed, and the cursor behind it. Numbers only grow; some are missing.'),
  type: z.string().describe('`noun.verbed`, such as `conversation.created`.'),
  occurredAt: at().describe('When it happened; never later than `recordedAt`.'),
  recordedAt: at().describe('When it was recorded here.'),
  actor: Actor.describe('Who did it.'),
  subject: Subject.describe('What it is about.'),
  conversationId: id().nullable().describe('The conversation that it belongs to.'),
  resource: z.unknown().describe('The public shape of the subject after the change.'),
  changes: z.unknown().describe('What changed: each field with its value before (`from`) and after (`to`).'),
  corrects: id().nullable().describe('The event that this one undoes, because facts were learned late.'),
  requestId: z.string().nullable().describe('The request that caused it.')
})
export type Event = z.output<typeof Event>

const typeName = z.string().max(100).regex(/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/, 'must be noun.verbed, such as conversation.created')
const types = z.array(typeName).min(1).max(20)
const typeParameter = z.string().max(2100).transform(value => value.split(',')).pipe(types).optional()
  .describe('Only these types, separated by commas, up to 20: `conversation.created,conversation.resolved`.')

const about = {
  subjectId: id().optional().describe('Only events about this resource.'),
  conversationId: id().optional().describe('Only events that belong to this conversation.')
}

export const EventQuery = z.object({
  limit: pageQuery.limit,
  after: z.string().max(1000).optional().describe('The `endCursor` of the page before, or `latest` for what comes from now on; without it, from the beginning.'),
  type: typeParameter,
  ...about
})

export const EventArguments = z.object({
  limit: z.int().min(1).max(100).default(25),
  after: z.string().max(1000).optional(),
  types: types.optional(),
  ...about
})
export type EventArguments = z.output<typeof EventArguments>

export const StreamQuery = z.object({
  after: z.string().max(1000).default('latest').describe('The `sequence` or the `endCursor` to continue behind, 0 for the beginning; without it, what comes from now on. `Last-Event-ID` goes before it.'),
  type: typeParameter,
  ...about
})

export const StreamArguments = z.object({ after: z.string().max(1000).default('latest'), types: types.optional(), ...about })
export type StreamArguments = z.output<typeof StreamArguments>

export const EventParams = z.object({ id: id().describe('The id of the event.') })

export const EventList = listOf('Event', Event)
