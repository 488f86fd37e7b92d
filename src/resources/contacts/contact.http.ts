import type { FastifyReply } from 'fastify'
import type { Context } from '../../context.js'
import { operation, type Api } from '../../http/operation.js'
import { created, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { addContactIdentity, blockContact, createContact, eraseContact, getContact, listContacts, mergeContact, removeContactIdentity, unblockContact, updateContact, upsertContact, withCompanies } from './contact.service.js'
import { AddContactIdentity, Contact, ContactIdentityInput, ContactList, ContactQuery, CreateContact, ExpandContact, MergeContact, SearchContacts, searchOfQuery, UpdateContact, UpsertContact, UpsertedContact } from './contact.shapes.js'

const tag = 'Contacts'
const example = { name: 'Ada Lovelace', email: 'ada@example.com', identities: [{ kind: 'handle', provider: 'telegram', value: 'ada_l' }], language: 'en' }
const identity = { kind: 'phone', value: '+43 1 234567' }
const otherId = '0199a8a0-0000-7000-8000-000000000001'

async function listed (ctx: Context, search: SearchContacts, expand: 'company' | undefined) {
  const page = await listContacts(ctx, search)
  return expand ? { ...page, data: await withCompanies(ctx, page.data) } : page
}

/** Says where the contact really is, when it was asked for by the id of one that was merged into it. */
function located (reply: FastifyReply, ref: string, contact: Contact): Contact {
  if (ref !== contact.id && ref !== `external:${contact.externalId}`) reply.header('content-location', `/v1/contacts/${contact.id}`)
  return contact
}

export function contactRoutes (app: Api): void {
  app.get('/contacts', operation({
    id: 'listContacts', summary: 'List contacts', tag, scope: 'contacts:read', query: ContactQuery, answer: ContactList
  }), async request => listed(request.ctx, searchOfQuery(request.query), request.query.expand))

  app.post('/contacts/search', operation({
    id: 'searchContacts', summary: 'Search contacts with a filter in the body', tag, scope: 'contacts:read', body: SearchContacts,
    query: ExpandContact, answer: ContactList, graphql: 'contacts', example: { q: 'ada', filter: { tier: { eq: 'gold' } } }
  }), async request => listed(request.ctx, request.body, request.query.expand))

  app.get('/contacts/:id', operation({
    id: 'getContact', summary: 'Get a contact', tag, scope: 'contacts:read', params: RefParams, query: ExpandContact, answer: Contact,
    description: 'The id of a contact that was merged answers the survivor, and `Content-Location` says where it is.'
  }), async (request, reply) => {
    const contact = located(reply, request.params.id, await getContact(request.ctx, request.params.id))
    return request.query.expand ? (await withCompanies(request.ctx, [contact]))[0] : contact
  })

  app.post('/contacts', operation({
    id: 'createContact', summary: 'Create a contact', tag, scope: 'contacts:write', status: 201, body: CreateContact, answer: Contact, example
  }), async (request, reply) => created(reply, '/v1/contacts', await createContact(request.ctx, request.body)))

  app.patch('/contacts/:id', operation({
    id: 'updateContact', summary: 'Change a contact', tag, scope: 'contacts:write', params: RefParams, body: UpdateContact, answer: Contact,
    refusals: ['conflict'], example: { language: 'de' }
  }), async request => updateContact(request.ctx, request.params.id, request.body))

  app.put('/contacts/:id', operation({
    id: 'upsertContact', summary: 'Create or change the contact with an external id', tag, scope: 'contacts:write', params: RefParams,
    body: UpsertContact, answer: UpsertedContact, also: [{ status: 201, description: 'Created.' }], refusals: ['conflict'], example,
    description: 'A contact that has an identity named here, and no external id yet, is given this one.'
  }), async (request, reply) => upserted(reply, await upsertContact(request.ctx, request.params.id, request.body)))

  verbRoutes(app)
}

function verbRoutes (app: Api): void {
  app.post('/contacts/:id/addIdentity', operation({
    id: 'addContactIdentity', summary: 'Give a contact an identity', tag, scope: 'contacts:write', params: RefParams,
    body: AddContactIdentity, answer: Contact, description: 'Refused when another contact has it: merge the two.', example: identity
  }), async request => addContactIdentity(request.ctx, request.params.id, request.body))

  app.post('/contacts/:id/removeIdentity', operation({
    id: 'removeContactIdentity', summary: 'Take an identity from a contact', tag, scope: 'contacts:write', params: RefParams,
    body: ContactIdentityInput, answer: Contact, example: identity
  }), async request => removeContactIdentity(request.ctx, request.params.id, request.body))

  app.post('/contacts/:id/merge', operation({
    id: 'mergeContact', summary: 'Merge a contact into another', tag, scope: 'contacts:write', params: RefParams, body: MergeContact, answer: Contact,
    description: 'Identities and conversations move to the survivor, which keeps what it has and gets what it lacks, and is answered. The old id reads as the survivor from then on.',
    example: { intoId: otherId }
  }), async request => mergeContact(request.ctx, request.params.id, request.body.intoId))

  app.post('/contacts/:id/erase', operation({
    id: 'eraseContact', summary: 'Erase everything personal about a contact', tag, scope: 'contacts:write', params: RefParams, answer: Contact,
    description: 'For good, also in the events that told of it. The contact itself stays, so that no figure changes.'
  }), async request => eraseContact(request.ctx, request.params.id))

  app.post('/contacts/:id/block', operation({
    id: 'blockContact', summary: 'Block a contact', tag, scope: 'contacts:write', params: RefParams, answer: Contact,
    description: 'What the contact writes from then on is spam.'
  }), async request => blockContact(request.ctx, request.params.id))

  app.post('/contacts/:id/unblock', operation({
    id: 'unblockContact', summary: 'Unblock a contact', tag, scope: 'contacts:write', params: RefParams, answer: Contact
  }), async request => unblockContact(request.ctx, request.params.id))
}
