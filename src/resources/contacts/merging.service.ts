import { allow, checkVersion, transact, type Context } from '../../context.js'
import { ApiError, conflict, invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { maxIdentities, type Contact } from './contact.shapes.js'
import * as store from './contact.store.js'
import { refuseErased, save } from './holding.service.js'
import * as merging from './merging.store.js'

/**
 * What other resources do, in the same transaction, when a contact is merged: what belongs to `fromId` moves to `intoId`.
 * Nobody can begin to refer to either of them until the transaction ends.
 */
export const onContactMerged: Array<(ctx: Context, merge: { fromId: string, intoId: string }) => Promise<void>> = []

/**
 * One person, two contacts: identities and conversations move to the survivor, which keeps what it has and gets what it
 * lacks; the old id reads as the survivor from then on. Answers the survivor. If-Match names the version of the one that
 * goes. Merged already into this one: nothing changes.
 */
export async function mergeContact (ctx: Context, ref: string, intoId: string): Promise<Contact> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  return transact(ctx, async ctx => {
    const [from, into] = await both(ctx, workspaceId, ref, intoId)
    if (from.id === into.id) {
      if (ref === intoId || from.id === ref) throw invalid('intoId', 'is this very contact')
      return into
    }
    checkVersion(ctx, from.version)
    refuseErased(from)
    refuseErased(into)
    return move(ctx, workspaceId, from, into)
  })
}

/** Locks both, the lower id first, so that two merges at once never wait for each other. */
async function both (ctx: Context, workspaceId: string, ref: string, intoId: string): Promise<[Contact, Contact]> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const [from, into] = await Promise.all([store.find(ctx.db, workspaceId, ref), store.find(ctx.db, workspaceId, intoId)])
    if (!from) throw notFound('Contact')
    if (!into) throw new ApiError('notFound', 'Contact not found in this workspace.', [{ path: 'intoId', message: 'names no contact of this workspace' }])
    if (from.id === into.id) return [from, into]
    const locked = new Map<string, Contact>()
    for (const id of [from.id, into.id].toSorted()) {
      const contact = await store.hold(ctx.db, workspaceId, id, true)
      if (contact) locked.set(contact.id, contact)
    }
    const [first, second] = [locked.get(from.id), locked.get(into.id)]
    if (first && second) return [first, second]
  }
  throw conflict('One of the contacts is being merged again and again. Try again shortly.')
}

async function move (ctx: Context, workspaceId: string, from: Contact, into: Contact): Promise<Contact> {
  if (from.identities.length + into.identities.length > maxIdentities) {
    throw conflict(`Together the two have more than ${maxIdentities} identities, which is the most. Remove some first.`)
  }
  await merging.redirect(ctx.db, workspaceId, from.id, into.id, into.externalId === null)
  const gone = { ...from, identities: [], email: null, phone: null, mergedIntoId: into.id, version: from.version + 1 }
  record(ctx, 'contact.merged', gone, { changes: { mergedIntoId: { from: null, to: into.id } } })
  const survivor = await save(ctx, workspaceId, into, {
    externalId: into.externalId ?? from.externalId,
    name: into.name ?? from.name,
    companyId: into.companyId ?? from.companyId,
    language: into.language ?? from.language,
    timeZone: into.timeZone ?? from.timeZone,
    attributes: { ...into.attributes, ...from.attributes, ...into.attributes }
  }, from.identities.length > 0, 'contact.updated')
  for (const moved of onContactMerged) await moved(ctx, { fromId: from.id, intoId: into.id })
  return survivor
}
