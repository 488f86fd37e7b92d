import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { companyById } from '../companies/company.loader.js'
import { addContactIdentity, blockContact, createContact, eraseContact, getContact, listContacts, mergeContact, removeContactIdentity, unblockContact, updateContact, upsertContact } from './contact.service.js'
import { AddContactIdentity, ContactIdentityInput, CreateContact, MergeContact, SearchContacts, UpdateContact, UpsertContact } from './contact.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const contactGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A contact, by its id or external:…; the survivor, where it was merged."
      contact(id: ID!): Contact!
      "Contacts, a page at a time. q: words, or their beginnings, of the name; or the beginning of an address, number or handle."
      contacts(first: Int = 25, after: String, q: String, filter: ContactFilter, sort: ContactSort = createdAtDesc): ContactConnection!
    }
    extend type Mutation {
      "Creates a contact."
      createContact(input: CreateContact!, idempotencyKey: String): Contact!
      "Changes a contact: what is absent stays, null clears."
      updateContact(id: ID!, input: UpdateContact!, ifVersion: Int): Contact!
      "Creates or changes the contact with an external id (id: external:…); one with an identity named here, and no external id yet, is given it."
      upsertContact(id: ID!, input: UpsertContact!, ifVersion: Int): UpsertedContact!
      "Gives a contact an identity; refused when another contact has it: merge the two."
      addContactIdentity(id: ID!, input: AddContactIdentity!, ifVersion: Int): Contact!
      "Takes an identity from a contact."
      removeContactIdentity(id: ID!, input: ContactIdentityInput!, ifVersion: Int): Contact!
      "Merges a contact into another: identities and conversations move, the old id reads as the survivor. Answers the survivor."
      mergeContact(id: ID!, input: MergeContact!, ifVersion: Int): Contact!
      "Erases everything personal about a contact, for good, also in the events that told of it."
      eraseContact(id: ID!, ifVersion: Int): Contact!
      "Blocks a contact: what it writes from then on is spam."
      blockContact(id: ID!, ifVersion: Int): Contact!
      "Unblocks a contact."
      unblockContact(id: ID!, ifVersion: Int): Contact!
    }
    ${connectionSdl('Contact')}`,
  resolvers: {
    Query: {
      contact: query((ctx, { id }) => getContact(ctx, ref(id))),
      contacts: query(async (ctx, args) => connectionOf(await listContacts(ctx, sent(SearchContacts, listArguments(args)))))
    },
    Mutation: {
      createContact: mutation((ctx, { input }) => createContact(ctx, sent(CreateContact, input))),
      updateContact: mutation((ctx, { id, input }) => updateContact(ctx, ref(id), sent(UpdateContact, input))),
      upsertContact: mutation((ctx, { id, input }) => upsertContact(ctx, ref(id), sent(UpsertContact, input))),
      addContactIdentity: mutation((ctx, { id, input }) => addContactIdentity(ctx, ref(id), sent(AddContactIdentity, input))),
      removeContactIdentity: mutation((ctx, { id, input }) => removeContactIdentity(ctx, ref(id), sent(ContactIdentityInput, input))),
      mergeContact: mutation((ctx, { id, input }) => mergeContact(ctx, ref(id), sent(MergeContact, input).intoId)),
      eraseContact: mutation((ctx, { id }) => eraseContact(ctx, ref(id))),
      blockContact: mutation((ctx, { id }) => blockContact(ctx, ref(id))),
      unblockContact: mutation((ctx, { id }) => unblockContact(ctx, ref(id)))
    },
    Contact: {
      company: (contact, _args, context) => contact.companyId && companyById(context).load(contact.companyId)
    }
  }
}
