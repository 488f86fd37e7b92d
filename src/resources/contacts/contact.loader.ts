import DataLoader from 'dataloader'
import type { Context } from '../../context.js'
import { loader } from '../../graphql/module.js'
import type { Contact } from './contact.shapes.js'
import { contactsById } from './contact.service.js'

/** Contacts by id, all of a request's in one statement; for the id of a merged one, the survivor. */
export const contactById = loader((ctx: Context) => new DataLoader<string, Contact | null>(async ids => {
  const found = await contactsById(ctx, ids)
  return ids.map(id => found.get(id) ?? null)
}))
