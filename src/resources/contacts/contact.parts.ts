import { invalid } from '../../errors.js'
import type { UpsertContact } from './contact.shapes.js'
import { emailOf, identityOf, phoneOf, sameIdentity, type Identity } from './identity.js'

export type Sent = UpsertContact & { externalId?: string }

/** What was sent, as the identities that shall come first, those that shall be there, and the contact's own fields. */
export function partsOf ({ email, phone, identities, ...fields }: Sent) {
  const primary: Identity[] = []
  if (email !== undefined) primary.push({ kind: 'email', value: emailOf(email) ?? refuse('email', 'is no e-mail address'), provider: null })
  if (phone !== undefined) primary.push({ kind: 'phone', value: phoneOf(phone) ?? refuse('phone', 'is no telephone number of 3 to 15 digits'), provider: null })
  const others = (identities ?? []).map((given, at) => identityOf(given, `identities.${at}`))
  return { primary, others: others.filter((one, at) => others.findIndex(other => sameIdentity(one, other)) === at), fields }
}

function refuse (path: string, message: string): never {
  throw invalid(path, message)
}
