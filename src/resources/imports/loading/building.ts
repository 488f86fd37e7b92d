import { v5, v7 } from 'uuid'
import type { Actor, Fact, FactPayload } from '../../../clock/facts.js'
import { instantOf, type Context } from '../../../context.js'
import { conflict, invalid } from '../../../errors.js'
import type { Held } from '../../conversations/change.js'
import type { Draft } from '../../conversations/loading.service.js'
import type { KnownMessage } from '../../messages/loading.service.js'
import type { LineOf } from '../line.shapes.js'
import type { References } from './reference.store.js'

/** A conversation while its lines are being added. */
export interface Building {
  draft: Draft
  references: References
  check: Check
  channelId: string
  contactId: string | null
  /** The ids of all its facts, so that none is there twice. */
  factIds: Set<string>
  /** Messages that have an id on a channel, by `channel id`, in whatever conversation. */
  claimed: Map<string, KnownMessage>
}

type Attributes = Record<string, unknown>
/** What attributes are kept as; refuses what is not defined. */
export type Check = (attributes: Attributes | undefined) => Attributes

type Moment = Pick<LineOf<'conversation'>, 'occurredAt' | 'sequence' | 'actor'>

/** One that is here: it goes on. */
export function continued (held: Held & { earlier: Fact[] }, references: References, check: Check): Building {
  const { id, externalId, subject, subjectGiven, complexity, channelId, contactId } = held.row
  return {
    draft: { held, row: { id, externalId, subject, subjectGiven, complexity }, facts: [], messages: [], messageChanges: [], threads: [] },
    references, check, channelId, contactId,
    factIds: new Set(held.earlier.map(fact => fact.id)),
    claimed: new Map()
  }
}

/** A new one. Refuses, naming the field, what refers to nothing. */
export function begun (ctx: Context, line: LineOf<'conversation'>, references: References, check: Check): Building {
  const channel = references.channels.get(line.channel) ?? refuse('channel', 'names no channel of this workspace, nor of these lines')
  const contact = line.contact ? references.contacts.get(line.contact) ?? refuse('contact', 'names no contact of this workspace, nor of these lines') : null
  if (line.occurredAt > new Date(instantOf(ctx)).toISOString()) refuse('occurredAt', 'is in the future')
  const given = Object.fromEntries(Object.entries(check(line.attributes)).filter(([, value]) => value !== null))
  const building: Building = {
    draft: {
      held: null,
      row: {
        id: v7({ msecs: Date.parse(line.occurredAt) }), externalId: line.externalId, subject: line.subject ?? null,
        subjectGiven: Boolean(line.subject), complexity: line.complexity ?? null
      },
      facts: [], messages: [], messageChanges: [], threads: []
    },
    references, check, channelId: channel.id, contactId: contact?.id ?? null, factIds: new Set(), claimed: new Map()
  }
  addFact(ctx, building, line, 'created', {
    kind: 'created',
    status: line.status ?? null,
    channelId: channel.id,
    channelKind: channel.kind,
    priority: line.priority ?? channel.defaultPriority,
    agentId: named(references.agents, line.assignee, 'assignee', 'agent') ?? null,
    teamId: line.team === undefined ? channel.defaultTeamId : named(references.teams, line.team, 'team', 'team')!,
    tagIds: [...new Set((line.tags ?? []).map((tag, at) => named(references.tags, tag, `tags.${at}`, 'tag')!))],
    contactId: contact?.id ?? null,
    companyId: line.company === undefined ? contact?.companyId ?? null : named(references.companies, line.company, 'company', 'company')!,
    tier: line.tier === undefined ? contact?.tier ?? null : line.tier,
    language: line.language === undefined ? contact?.language ?? null : line.language,
    attributes: { ...contact?.attributes, ...given }
  }, contact ? { kind: 'customer', id: contact.id } : { kind: 'system', id: null })
  return building
}

/** The id behind a name; undefined and null stay what they are. */
export function named (known: Map<string, string>, name: string | null | undefined, path: string, noun: string): string | null | undefined {
  if (name === undefined || name === null) return name
  return known.get(name) ?? refuse(path, `names no ${noun} of this workspace, nor of these lines`)
}

export function refuse (path: string, message: string): never {
  throw invalid(path, message)
}

/** Who did it: people are named by their own external ids, machines by whatever id they have. */
export function actorOf ({ references }: Building, given: Moment['actor'], otherwise: Actor): Actor {
  if (!given) return otherwise
  const { kind, id } = given
  if (id === null) return { kind, id: kind === otherwise.kind ? otherwise.id : null }
  if (kind === 'agent') return { kind, id: named(references.agents, id, 'actor.id', 'agent')! }
  if (kind === 'customer') return { kind, id: references.contacts.get(id)?.id ?? refuse('actor.id', 'names no contact of this workspace, nor of these lines') }
  return { kind, id }
}

/** A change has the same id whenever it is imported, which tells whether it is there. */
export const stableId = (ctx: Context, { draft }: Building, name: string): string => v5(`${draft.row.externalId}\n${name}`, ctx.caller!.workspaceId)

/** Adds a fact, unless it is there; gives whether it was added. Refuses what would change a conversation that is gone. */
export function addFact (ctx: Context, building: Building, moment: Moment, name: string, payload: FactPayload, otherwise: Actor, id = stableId(ctx, building, name)): boolean {
  const { draft, factIds } = building
  if (factIds.has(id)) return false
  const disposition = draft.held?.row.disposition
  if (disposition === 'merged' || disposition === 'deleted') throw conflict(`This conversation is ${disposition} and takes nothing new.`)
  factIds.add(id)
  draft.facts.push({
    id, occurredAt: Date.parse(moment.occurredAt), recordedAt: instantOf(ctx), sequence: moment.sequence, actor: actorOf(building, moment.actor, otherwise), ...payload
  })
  return true
}
