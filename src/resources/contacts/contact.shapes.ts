import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { onAttributes } from '../../db/attributes.js'
import { filters, givenFilter, IdCondition, on, TextCondition, TimeCondition, within, type FilterField } from '../../db/filter.js'
import { language, timeZone } from '../../locale.js'
import {
  at, attributesInput, attributesShape, choice, externalIdInput, flag, id, input, jsonParameter, line, listOf, pageBody, pageQuery, resourceFields,
  shape, upsertedShape
} from '../../shapes.js'
import { Company } from '../companies/company.shapes.js'
import { contacts } from './contact.table.js'
import { identityKinds, identityOf, type GivenIdentity } from './identity.js'

export const maxIdentities = 50

export const IdentityKind = choice('IdentityKind', 'What an identity is: an e-mail address, a telephone number, or a name on some other service.', identityKinds)

export const ContactIdentity = shape('ContactIdentity', 'Where a contact writes from; it belongs to this contact alone.', {
  kind: IdentityKind.describe('What it is.'),
  value: z.string().describe('As it is compared: addresses in lower case, telephone numbers as + and digits where they are international.'),
  provider: z.string().nullable().describe('Of a handle: where it is one, such as "telegram"; else null.')
})

export const Contact = shape('Contact', 'A person who writes to you, on however many channels.', {
  ...resourceFields,
  name: z.string().nullable().describe('How the person is called; null when nobody said.'),
  email: z.string().nullable().describe('The first e-mail address among the identities.'),
  phone: z.string().nullable().describe('The first telephone number among the identities.'),
  identities: z.array(ContactIdentity).describe('Where the person writes from, the primary ones first.'),
  companyId: id().nullable().describe('The company that the person belongs to.'),
  language: z.string().nullable().describe('BCP 47.'),
  timeZone: z.string().nullable().describe('IANA.'),
  attributes: attributesShape(),
  blockedAt: at().nullable().describe('Since when what the person writes is spam.'),
  mergedIntoId: id().nullable().describe('The contact that it was merged into; seen in events alone, because the old id reads as the survivor.'),
  erasedAt: at().nullable().describe('When everything personal was erased.'),
  company: Company.nullable().optional().describe('The company; in REST only with `expand=company`.')
})
export type Contact = z.output<typeof Contact>

export const ContactIdentityInput = input('ContactIdentityInput', 'An identity.', {
  kind: IdentityKind.describe('What it is.'),
  value: line(254).describe('The address, number or name, up to 254 characters.'),
  provider: line(50).nullable().optional().describe('Of a handle, and only there: where it is one, such as "telegram", in a word of your own.')
})

const fields = {
  name: line(200).nullable().optional().describe('How the person is called; one line, up to 200 characters.'),
  email: line(254).optional().describe('Becomes the primary e-mail address; earlier ones stay identities.'),
  phone: line(50).optional().describe('Becomes the primary telephone number; earlier ones stay identities.'),
  companyId: id().nullable().optional().describe('The company that the person belongs to.'),
  language: language().nullable().optional().describe('BCP 47: `de`, `pt-BR`.'),
  timeZone: timeZone().nullable().optional().describe('IANA: `Europe/Vienna`.'),
  attributes: attributesInput().optional()
}
const identities = z.array(ContactIdentityInput).max(maxIdentities).optional().describe('Where the person writes from, up to 50; added where the contact lacks them.')

export const CreateContact = input('CreateContact', 'A new contact.', { externalId: externalIdInput().optional(), ...fields, identities })
export type CreateContact = z.output<typeof CreateContact>

export const UpdateContact = input('UpdateContact', 'Changes to a contact: what is absent stays, null clears.', fields)
export type UpdateContact = z.output<typeof UpdateContact>

export const UpsertContact = input('UpsertContact', 'What the contact with this external id shall be. One that has an identity named here, and no external id yet, is given it.', { ...fields, identities })
export type UpsertContact = z.output<typeof UpsertContact>

export const AddContactIdentity = input('AddContactIdentity', 'An identity that a contact gets.', {
  ...ContactIdentityInput.shape,
  primary: z.boolean().default(false).describe('Whether it comes first among those of its kind.')
})
export type AddContactIdentity = z.output<typeof AddContactIdentity>

export const MergeContact = input('MergeContact', 'Which contact survives.', {
  intoId: id().describe('The contact that gets the identities and conversations.')
})

export const IdentityCondition = input('IdentityCondition', 'A whole identity, written in any way that it may be written in.', {
  kind: IdentityKind.describe('What it is.'),
  value: line(254).describe('The address, number or name.'),
  provider: line(50).nullable().optional().describe('Of a handle: where it is one.')
})

const ownIdentity: FilterField = {
  condition: IdentityCondition,
  where: (given: GivenIdentity) => {
    const { kind, value, provider } = identityOf(given, 'identity')
    return sql`exists (select 1 from contact_identities i where i.workspace_id = ${contacts.workspaceId} and i.contact_id = ${contacts.id}
      and i.kind = ${kind} and i.value = ${value} and i.provider = ${provider ?? ''})`
  }
}

export const contactFilters = filters('Contact', {
  id: on(IdCondition, contacts.id),
  externalId: on(TextCondition, contacts.externalId),
  name: on(TextCondition, contacts.name),
  identity: ownIdentity,
  companyId: on(IdCondition, contacts.companyId),
  tier: within(TextCondition, sql`t.tier`, inner => sql`exists (select 1 from companies t
    where t.workspace_id = ${contacts.workspaceId} and t.id = ${contacts.companyId} and ${inner})`),
  language: on(TextCondition, contacts.language),
  attributes: onAttributes(contacts.attributes),
  blockedAt: on(TimeCondition, contacts.blockedAt),
  erasedAt: on(TimeCondition, contacts.erasedAt),
  createdAt: on(TimeCondition, contacts.createdAt),
  updatedAt: on(TimeCondition, contacts.updatedAt)
})

export const ContactSort = choice('ContactSort', 'How contacts are sorted; ties by id.', ['createdAtAsc', 'createdAtDesc', 'updatedAtAsc', 'updatedAtDesc'])
const sort = ContactSort.default('createdAtDesc').describe('How they are sorted; ties by id.')
const q = z.string().min(2).max(200).optional().describe('Words, or their beginnings, of the name; or the beginning of an address, number or handle. 2 to 200 characters.')
const expand = z.literal('company').optional().describe('company: puts the company beside its id.')
export const ExpandContact = z.object({ expand })

export const ContactQuery = z.object({
  ...pageQuery,
  sort,
  q,
  filter: jsonParameter(contactFilters.shape).optional().describe('A ContactFilter as JSON.'),
  email: z.string().max(254).optional().describe('Only the one with this e-mail address.'),
  phone: z.string().max(50).optional().describe('Only the one with this telephone number.'),
  companyId: id().optional().describe('Only those of this company.'),
  tier: z.string().max(50).optional().describe('Only those whose company has this tier.'),
  language: z.string().max(35).optional().describe('Only those with this language.'),
  blocked: flag().optional().describe('true: only blocked ones; false: only the others.'),
  expand
})

export const SearchContacts = input('SearchContacts', 'A search among contacts.', {
  ...pageBody,
  sort,
  q,
  filter: contactFilters.shape.optional().describe('Which contacts.')
})
export type SearchContacts = z.output<typeof SearchContacts>

/** The parameters of the URL as one filter. */
export function searchOfQuery ({ email, phone, companyId, tier, language, blocked, filter, expand: _, ...rest }: z.output<typeof ContactQuery>): SearchContacts {
  const named = [
    ...(email === undefined ? [] : [{ identity: { kind: 'email', value: email } }]),
    ...(phone === undefined ? [] : [{ identity: { kind: 'phone', value: phone } }]),
    ...(blocked === undefined ? [] : [{ blockedAt: { isNull: !blocked } }]),
    ...(filter ? [filter] : [])
  ]
  return { ...rest, filter: givenFilter({ companyId, tier, language }, undefined, named.length ? { and: named } : {}) }
}

export const ContactList = listOf('Contact', Contact)
export const UpsertedContact = upsertedShape('Contact', Contact)
