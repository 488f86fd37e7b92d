import { checkVersion, type Context } from '../../context.js'
import { changed } from '../../db/rows.js'
import { conflict, invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { maxIdentities, type Contact } from './contact.shapes.js'
import * as store from './contact.store.js'
import { sameIdentity, type Identity } from './identity.js'

/** The contact behind a reference, locked, at the version that the caller named; refuses an erased one. */
export async function held (ctx: Context, workspaceId: string, ref: string, whole = false): Promise<Contact> {
  const contact = await store.hold(ctx.db, workspaceId, ref, whole)
  if (!contact) throw notFound('Contact')
  checkVersion(ctx, contact.version)
  return contact
}

export function refuseErased (contact: Contact): void {
  if (contact.erasedAt) throw conflict('This contact was erased. Nothing personal can be kept about it again.')
}

/** Which of the wanted identities would change anything: new to the contact, or not yet first of their kind. */
const lacking = (contact: Contact, wanted: readonly Identity[], first: boolean): Identity[] => wanted.filter(identity => first
  ? !isFirst(contact, identity)
  : !contact.identities.some(own => sameIdentity(own, identity)))

const isFirst = (contact: Contact, identity: Identity): boolean => {
  const own = contact.identities.find(({ kind, provider }) => kind === identity.kind && provider === identity.provider)
  return own !== undefined && sameIdentity(own, identity)
}

/**
 * Gives a held contact identities; answers whether anything changed. Refuses those of another contact, naming the first
 * by `pathOf`; with null those stay where they are.
 */
export async function give (ctx: Context, workspaceId: string, contact: Contact, wanted: readonly Identity[], first: boolean, pathOf: ((identity: Identity) => string) | null): Promise<boolean> {
  const news = lacking(contact, wanted, first)
  if (!news.length) return false
  const added = news.filter(identity => !contact.identities.some(own => sameIdentity(own, identity)))
  if (contact.identities.length + added.length > maxIdentities) {
    if (pathOf === null) return false
    throw invalid('identities', `would be more than ${maxIdentities}`)
  }
  const given = await store.addIdentities(ctx.db, workspaceId, contact.id, news, first)
  const taken = news.find(identity => !given.some(own => sameIdentity(own, identity)))
  if (taken && pathOf) {
    throw conflict(`Another contact in this workspace has this ${taken.kind}. Merge the two, or take it from there first.`,
      [{ path: pathOf(taken), message: 'is already taken' }])
  }
  return given.length > 0
}

/** Writes the changes of a held contact and its event; `regiven`: its identities were changed just now. */
export async function save (ctx: Context, workspaceId: string, before: Contact, fields: Partial<store.ContactFields>, regiven: boolean, type: string): Promise<Contact> {
  const own = changed(before, fields)
  if (!own && !regiven) return before
  const row = await store.update(ctx.db, workspaceId, before.id, fields)
  const contact = regiven ? (await store.find(ctx.db, workspaceId, before.id))! : store.toShape(row, before.identities)
  const { identities, email, phone } = contact
  record(ctx, type, contact, { changes: { ...own, ...changed(before, { identities, email, phone }) } })
  return contact
}
