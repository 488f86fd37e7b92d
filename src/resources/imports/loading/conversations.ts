import { instantOf, type Context } from '../../../context.js'
import { attributeChecker } from '../../attributes/attribute.service.js'
import { holdWithFacts, writeHistories, type Draft } from '../../conversations/loading.service.js'
import { messagesByExternalIds } from '../../messages/loading.service.js'
import type { StagedLine } from '../import.store.js'
import type { ChangeLine, LineOf } from '../line.shapes.js'
import { refused, worded, type Outcome } from '../outcome.js'
import { ApiError } from '../../../errors.js'
import { inParts } from '../../../parts.js'
import { begun, continued, type Building } from './building.js'
import { addChange } from './changes.js'
import { addMessage } from './messages.js'
import { noNames, referencesOf, type Names } from './reference.store.js'

export type ConversationLine = LineOf<'conversation' | 'message'> | ChangeLine
type Line = StagedLine<ConversationLine>

interface Started { building: Building, rest: Line[] }

/** Loads the lines of conversations, those of one together. */
export async function loadConversations (ctx: Context, lines: readonly Line[]): Promise<Outcome[]> {
  const { workspaceId } = ctx.caller!
  const groups = byKey(lines)
  const [held, references, check] = await Promise.all([
    holdWithFacts(ctx, [...groups.keys()]), referencesOf(ctx.db, workspaceId, namesOf(lines)), attributeChecker(ctx, 'conversation')
  ])
  const outcomes: Outcome[] = []
  const buildings = [...groups].flatMap(([externalId, group]): Started[] => {
    const existing = held.get(externalId)
    const [first] = group
    if (existing) {
      for (const { line, part } of group) if (part === 0) outcomes.push({ line, did: 'unchanged' })
      return [{ building: continued(existing, references, check), rest: group.filter(({ part }) => part !== 0) }]
    }
    const result = attempt(first!, () => first!.data.type === 'conversation' ? begun(ctx, first!.data, references, check) : missing())
    if (!('building' in result)) {
      outcomes.push(result.refused, ...group.slice(1).map(({ line }) => refused(line, 'conversation', `is not here, because of what is wrong with line ${first!.line}`)))
      return []
    }
    outcomes.push({ line: first!.line, did: 'created' }, ...group.slice(1).filter(({ part }) => part === 0).map(({ line }): Outcome => ({ line, did: 'unchanged' })))
    return [{ building: result.building, rest: group.filter(({ part }) => part !== 0) }]
  })
  await findMessages(ctx, buildings)
  // While one chunk is being made, another is being written, and no more than these two are in memory.
  let earlier: Promise<unknown> | null = null
  for (const some of inParts(buildings, ({ rest }) => rest.length + 1, chunkLines)) {
    const { over } = await writeHistories(ctx, some.map(({ building, rest }) => fill(ctx, building, rest, outcomes)))
    await earlier
    earlier = over
  }
  return outcomes
}

/** So many lines are made ready at once, before others in this process have their turn. */
const chunkLines = 250

function byKey (lines: readonly Line[]): Map<string, Line[]> {
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const group = groups.get(line.key)
    if (group) group.push(line)
    else groups.set(line.key, [line])
  }
  return groups
}

function missing (): never {
  throw new ApiError('notFound', 'Conversation not found.', [{ path: 'conversation', message: 'names no conversation of this workspace, nor of these lines' }])
}

function attempt (line: Line, make: () => Building): { building: Building } | { refused: Outcome } {
  try {
    return { building: make() }
  } catch (error) {
    if (error instanceof ApiError) return { refused: { line: line.line, errors: worded(error) } }
    throw error
  }
}

/** Messages that are here already, under the ids that these lines give them. */
async function findMessages (ctx: Context, buildings: readonly Started[]): Promise<void> {
  const wanted = buildings.flatMap(({ building, rest }) => rest.flatMap(({ data }) => {
    const externalId = data.type === 'message' ? data.externalId : data.type === 'delivery' || data.type === 'counting' ? data.message : null
    return externalId === null ? [] : [{ channelId: building.channelId, externalId }]
  }))
  const known = await messagesByExternalIds(ctx.db, ctx.caller!.workspaceId, wanted)
  const claimed = new Map(known.map(message => [`${message.channelId} ${message.externalId}`, message]))
  for (const { building } of buildings) building.claimed = claimed
}

/** Adds the lines in the order in which things happened, messages before what is said of them. */
function fill (ctx: Context, building: Building, lines: readonly Line[], outcomes: Outcome[]): Draft {
  const now = new Date(instantOf(ctx)).toISOString()
  const late = ({ data: { type } }: Line): number => type === 'delivery' || type === 'counting' ? 1 : 0
  const inTime = lines.toSorted((a, b) => late(a) - late(b) || (a.data.occurredAt < b.data.occurredAt ? -1 : a.data.occurredAt > b.data.occurredAt ? 1 : a.line - b.line))
  for (const { line, data } of inTime) {
    try {
      if (data.occurredAt > now) throw new ApiError('invalid', 'occurredAt: is in the future', [{ path: 'occurredAt', message: 'is in the future' }])
      const added = data.type === 'message' ? addMessage(ctx, building, data) : addChange(ctx, building, data as ChangeLine)
      outcomes.push({ line, did: added ? 'created' : 'unchanged' })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      outcomes.push({ line, errors: worded(error) })
    }
  }
  return building.draft
}

const add = (set: Set<string>, ...given: Array<string | null | undefined>): void => { for (const name of given) if (name) set.add(name) }

function namesOf (lines: readonly Line[]): Names {
  const names = noNames()
  for (const { data } of lines) {
    if (data.actor?.kind === 'agent') add(names.agents, data.actor.id)
    if (data.actor?.kind === 'customer') add(names.contacts, data.actor.id)
    if (data.type === 'conversation') {
      add(names.channels, data.channel)
      add(names.tags, ...data.tags ?? [])
    }
    if (data.type === 'conversation' || data.type === 'update') {
      add(names.contacts, data.contact)
      add(names.companies, data.company)
    }
    if (data.type === 'conversation' || data.type === 'assignment') {
      add(names.agents, data.assignee)
      add(names.teams, data.team)
    }
    if (data.type === 'tagging') add(names.tags, ...data.add, ...data.remove)
  }
  return names
}
