import { v7 } from 'uuid'
import { instantText, sendAlong, type Context } from '../../context.js'
import { Overtaken } from '../../db/refusals.js'
import { conflict, invalid } from '../../errors.js'
import { record } from '../../events/record.js'
import * as arriving from './arriving.store.js'
import { toShape, hold, type ContactFields } from './contact.store.js'
import { give, save } from './holding.service.js'
import { identityOf, inOrder, type GivenIdentity, type Identity } from './identity.js'

/** Who a message is from, as a channel knows it; `externalId` is the integrator's own id of the contact. */
export type ArrivingIdentity = GivenIdentity | { kind: 'externalId', value: string }

export interface FoundContact {
  id: string
  companyId: string | null
  /** The company's. */
  tier: string | null
  language: string | null
  attributes: Record<string, unknown>
  /** The company's; empty without one. */
  companyAttributes: Record<string, unknown>
  /** Since when what the contact writes is spam. */
  blockedAt: string | null
  created: boolean
}

/** What a contact is made with; a name is also given to one that was found without. */
export interface Arrival { name?: string | null, language?: string | null }

const attempts = 5

/**
 * The contact that a message is from: found by the first of external id, e-mail, phone, handle that somebody has, made
 * when nobody has any. Identities that it lacks are added; those of others stay theirs. A contact with another external
 * id than the one given is another person, even with the same address. Merges are followed; it cannot be merged or erased
 * until the transaction ends.
 *
 * Call it in a transaction, of a verb that has asked permission. One round trip; a new one is written with what is sent next.
 * Refuses, naming `path` and the place in the list, what is no identity.
 */
export async function findOrCreateByIdentity (ctx: Context, given: readonly ArrivingIdentity[], arrival: Arrival = {}, path = 'identities'): Promise<FoundContact> {
  const { workspaceId } = ctx.caller!
  const { externalId, identities } = sorted(given, path)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { external, owners } = await arriving.lookUp(ctx.db, workspaceId, externalId, identities)
    if (external?.moved || owners.some(owner => owner.moved)) continue
    const found = external ?? owners.find(owner => externalId === null || owner.externalId === null)
    if (!found) {
      const theirs = new Set(owners.map(({ n }) => n))
      return create(ctx, workspaceId, externalId, identities.map((identity, at) => ({ ...identity, position: at + 1 })).filter(({ position }) => !theirs.has(position)), arrival)
    }
    const own = new Set(owners.map(({ n }) => n))
    const lacksSomething = (externalId !== null && found.externalId === null) || own.size < identities.length || (found.name === null && arrival.name)
    if (lacksSomething && !await complete(ctx, workspaceId, found.id, externalId, identities.filter((_, at) => !own.has(at + 1)), arrival)) continue
    return {
      id: found.id, companyId: found.companyId, tier: found.tier, language: found.language, attributes: found.attributes,
      companyAttributes: found.companyAttributes ?? {}, blockedAt: found.blockedAt, created: false
    }
  }
  throw contended()
}

function sorted (given: readonly ArrivingIdentity[], path: string): { externalId: string | null, identities: Identity[] } {
  let externalId: string | null = null
  const identities: Identity[] = []
  given.forEach((each, at) => {
    if (each.kind === 'externalId') externalId ??= each.value
    else identities.push(identityOf(each, `${path}.${at}`))
  })
  if (externalId === null && !identities.length) throw invalid(path, 'must hold at least one identity')
  return { externalId, identities: inOrder(identities) }
}

/** Nobody waits for the new one to be written: should somebody be faster, the transaction is done anew, and finds theirs. */
function create (ctx: Context, workspaceId: string, externalId: string | null, identities: ReadonlyArray<Identity & { position: number }>, { name = null, language = null }: Arrival): FoundContact {
  const now = instantText(ctx)
  const row = {
    id: v7(), externalId, version: 1, createdAt: now, updatedAt: now, name, language, companyId: null, timeZone: null, attributes: {},
    blockedAt: null, mergedIntoId: null, erasedAt: null
  }
  sendAlong(ctx, [arriving.make(ctx.db, workspaceId, row, identities).catch(error => {
    throw arriving.isTaken(error) ? new Overtaken(contended(), error) : error
  })])
  record(ctx, 'contact.created', toShape(row, identities.map(({ position, ...identity }) => identity)))
  return { id: row.id, companyId: null, tier: null, language, attributes: {}, companyAttributes: {}, blockedAt: null, created: true }
}

const contended = () => conflict('The sender is being created, merged or renamed by others again and again. Try again shortly.')

/** Gives a found contact what it lacks; false when it must be looked up again, because somebody was faster. */
async function complete (ctx: Context, workspaceId: string, id: string, externalId: string | null, identities: readonly Identity[], { name }: Arrival): Promise<boolean> {
  const before = await hold(ctx.db, workspaceId, id)
  if (!before || before.id !== id || before.erasedAt) return false
  const given = await give(ctx, workspaceId, before, identities, false, null)
  const fields: Partial<ContactFields> = {
    ...(before.externalId === null && externalId !== null && { externalId }),
    ...(before.name === null && name && { name })
  }
  if (fields.externalId === undefined) {
    await save(ctx, workspaceId, before, fields, given, 'contact.updated')
    return true
  }
  return adopt(ctx, () => save(ctx, workspaceId, before, fields, given, 'contact.updated'))
}

/** Another transaction may be making a contact with the same external id; then this one starts over with that one. */
async function adopt (ctx: Context, write: () => Promise<unknown>): Promise<boolean> {
  const { events } = ctx.transaction!
  const recorded = events.length
  await arriving.mark(ctx.db)
  try {
    await write()
    return true
  } catch (error) {
    await arriving.backToMark(ctx.db)
    events.length = recorded
    if (arriving.isTakenExternalId(error)) return false
    throw error
  }
}
