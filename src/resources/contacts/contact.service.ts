import { z } from 'zod'
import { allow, instantText, reading, transact, type Context, type Services } from '../../context.js'
import type { Page } from '../../db/page.js'
import { externalIdOf } from '../../db/rows.js'
import { invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { checkAttributes } from '../attributes/attribute.service.js'
import { mergeAttributes } from '../attributes/attribute.values.js'
import { companiesById } from '../companies/company.service.js'
import { upsert, type Upserted } from '../upsert.js'
import type { AddContactIdentity, Contact, CreateContact, SearchContacts, UpdateContact, UpsertContact } from './contact.shapes.js'
import { partsOf, type Sent } from './contact.parts.js'
import * as store from './contact.store.js'
import { give, held, refuseErased, save } from './holding.service.js'
import { emailOf, identityOf, inOrder, phoneOf, sameIdentity, type GivenIdentity, type Identity } from './identity.js'

export { findOrCreateByIdentity, type ArrivingIdentity, type FoundContact } from './arriving.service.js'
export { onContactMerged, mergeContact } from './merging.service.js'
export { onContactErased, eraseContact } from './erasing.service.js'

/** The contact; the survivor, where it was merged. */
export async function getContact (ctx: Context, ref: string): Promise<Contact> {
  const { workspaceId } = allow(ctx, 'contacts:read')
  const contact = await reading(store.find(ctx.db, workspaceId, ref))
  if (!contact) throw notFound('Contact')
  return contact
}

export async function listContacts (ctx: Context, query: SearchContacts): Promise<Page<Contact>> {
  const { workspaceId } = allow(ctx, 'contacts:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** Each of the ids that exists, with its contact: the survivor, where it was merged. */
export async function contactsById (ctx: Context, ids: readonly string[]): Promise<Map<string, Contact>> {
  const { workspaceId } = allow(ctx, 'contacts:read')
  return reading(store.findMany(ctx.db, workspaceId, ids))
}

/** The same contacts with their companies beside the ids, all in one statement. */
export async function withCompanies (ctx: Context, contacts: readonly Contact[]): Promise<Contact[]> {
  const ids = [...new Set(contacts.flatMap(({ companyId }) => companyId ?? []))]
  const companies = new Map((ids.length ? await companiesById(ctx, ids) : []).map(company => [company.id, company]))
  return contacts.map(contact => ({ ...contact, company: contact.companyId ? companies.get(contact.companyId) ?? null : null }))
}

export async function createContact (ctx: Context, input: CreateContact): Promise<Contact> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  const { primary, others, fields } = partsOf(input)
  return transact(ctx, async ctx => {
    const attributes = mergeAttributes({}, await checkAttributes(ctx, 'contact', input.attributes))
    const bare = store.toShape(await store.insert(ctx.db, workspaceId, { ...fields, attributes }), [])
    const identities = [...primary, ...others.filter(identity => !primary.some(own => sameIdentity(own, identity)))]
    const given = await give(ctx, workspaceId, bare, identities, false, pathIn(input))
    const contact = given ? (await store.find(ctx.db, workspaceId, bare.id))! : bare
    record(ctx, 'contact.created', contact)
    return contact
  })
}

export async function updateContact (ctx: Context, ref: string, changes: UpdateContact): Promise<Contact> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, await held(ctx, workspaceId, ref), changes))
}

/** As any upsert; a contact that has one of the identities, and no external id yet, is given this one. */
export async function upsertContact (ctx: Context, ref: string, input: UpsertContact): Promise<Upserted<Contact>> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  const externalId = externalIdOf(ref)
  let found: Contact | undefined
  return upsert(ctx, ref, {
    find: async ctx => {
      found = await store.hold(ctx.db, workspaceId, ref)
      if (!found && externalId !== null) found = await adoptable(ctx, workspaceId, input)
      return found
    },
    create: (ctx, externalId) => createContact(ctx, { ...input, externalId }),
    update: async ctx => {
      const contact = await held(ctx, workspaceId, found!.id)
      return change(ctx, workspaceId, contact, { ...input, ...(contact.externalId === null && externalId !== null && { externalId }) })
    }
  })
}

async function adoptable (ctx: Context, workspaceId: string, input: UpsertContact): Promise<Contact | undefined> {
  const { primary, others } = partsOf(input)
  for (const identity of inOrder([...primary, ...others])) {
    const contact = await store.holdByIdentity(ctx.db, workspaceId, identity)
    if (contact?.externalId === null) return contact
  }
}

export async function addContactIdentity (ctx: Context, ref: string, { primary, ...given }: AddContactIdentity): Promise<Contact> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  const identity = identityOf(given, 'identity')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    refuseErased(before)
    const given = await give(ctx, workspaceId, before, [identity], primary, () => 'value')
    return save(ctx, workspaceId, before, {}, given, 'contact.identityAdded')
  })
}

export async function removeContactIdentity (ctx: Context, ref: string, given: GivenIdentity): Promise<Contact> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  const identity = identityOf(given, 'identity')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    if (!before.identities.some(own => sameIdentity(own, identity))) throw invalid('value', 'is no identity of this contact')
    await store.removeIdentity(ctx.db, workspaceId, before.id, identity)
    return save(ctx, workspaceId, before, {}, true, 'contact.identityRemoved')
  })
}

/** From then on what the contact writes is spam. */
export async function blockContact (ctx: Context, ref: string): Promise<Contact> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    return save(ctx, workspaceId, before, { blockedAt: before.blockedAt ?? instantText(ctx) }, false, 'contact.blocked')
  })
}

export async function unblockContact (ctx: Context, ref: string): Promise<Contact> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  return transact(ctx, async ctx => save(ctx, workspaceId, await held(ctx, workspaceId, ref), { blockedAt: null }, false, 'contact.unblocked'))
}

/** The contact, not erased, that a token's subject names by id or external id. */
export async function contactForToken (services: Services, workspaceId: string, subject: string): Promise<{ id: string } | null> {
  return await reading(store.findForToken(services.database.read, workspaceId, subject, z.uuid().safeParse(subject).success)) ?? null
}

/** Where in the input an identity was named. */
const pathIn = ({ email, phone, identities }: Sent) => (identity: Identity): string => {
  if (email !== undefined && identity.kind === 'email' && emailOf(email) === identity.value) return 'email'
  if (phone !== undefined && identity.kind === 'phone' && phoneOf(phone) === identity.value) return 'phone'
  return `identities.${(identities ?? []).findIndex((given, at) => sameIdentity(identityOf(given, `identities.${at}`), identity))}`
}

async function change (ctx: Context, workspaceId: string, before: Contact, input: Sent): Promise<Contact> {
  refuseErased(before)
  const { primary, others, fields: { attributes: _, ...fields } } = partsOf(input)
  const attributes = mergeAttributes(before.attributes, await checkAttributes(ctx, 'contact', input.attributes))
  const pathOf = pathIn(input)
  const put = await give(ctx, workspaceId, before, primary, true, pathOf)
  const rest = others.filter(identity => !primary.some(own => sameIdentity(own, identity)))
  const added = await give(ctx, workspaceId, before, rest, false, pathOf)
  return save(ctx, workspaceId, before, { ...fields, attributes }, put || added, 'contact.updated')
}
