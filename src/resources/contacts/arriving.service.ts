import { v7 } from 'uuid'
import type { Context } from '../../context.js'
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
 * Call it in a transaction, of a verb that has asked permission. One round trip for a known contact, two for a new one.
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
      const made = await create(ctx, workspaceId, externalId, identities, arrival)
      if (made) return made
      continue
    }
    const own = new Set(owners.map(({ n }) => n))
    const lacksSomething = (externalId !== null && found.externalId === null) || own.size < identities.length || (found.name === null && arrival.name)
    if (lacksSomething && !await complete(ctx, workspaceId, found.id, externalId, identities.filter((_, at) => !own.has(at + 1)), arrival)) continue
    return {
      id: found.id, companyId: found.companyId, tier: found.tier, language: found.language, attributes: found.attributes,
      companyAttributes: found.companyAttributes ?? {}, blockedAt: found.blockedAt, created: false
    }
  }
  throw conflict('The sender is being created, merged or renamed by others again and again. Try again shortly.')
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

async function create (ctx: Context, workspaceId: string, externalId: string | null, identities: readonly Identity[], { name = null, language = null }: Arrival): Promise<FoundContact | null> {
  const made = await arriving.make(ctx.db, workspaceId, v7(), externalId, identities, name, language)
  if (!made) return null
  const contact = toShape(made.row, made.identities)
  record(ctx, 'contact.created', contact)
  return { id: contact.id, companyId: null, tier: null, language, attributes: {}, companyAttributes: {}, blockedAt: null, created: true }
}

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
