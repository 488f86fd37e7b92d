import { v7 } from 'uuid'
import { instantText, type Context } from '../../context.js'
import { changed } from '../../db/rows.js'
import { ApiError, type FieldError } from '../../errors.js'
import { record } from '../../events/record.js'
import { attributeChecker } from '../attributes/attribute.service.js'
import { mergeAttributes } from '../attributes/attribute.values.js'
import { partsOf } from './contact.parts.js'
import type { Contact, UpsertContact } from './contact.shapes.js'
import { toShape } from './contact.store.js'
import { sameIdentity, type Identity } from './identity.js'
import * as store from './loading.store.js'

export interface LoadedContact { externalId: string, input: UpsertContact }

/** What became of each: made, known as it is, refused, or `left` to the verb that settles whose identity is whose. */
export type ContactOutcome = 'created' | 'unchanged' | 'left' | FieldError[]

const keyOf = ({ kind, value, provider }: Identity): string => `${kind} ${value} ${provider ?? ''}`

/**
 * Makes contacts, thousands at a time, where nothing has to be decided: nobody has their external id nor any identity of
 * theirs. Within the transaction of a verb that asked for permission.
 */
export async function loadContacts (ctx: Context, given: readonly LoadedContact[]): Promise<ContactOutcome[]> {
  const { workspaceId } = ctx.caller!
  const check = await attributeChecker(ctx, 'contact')
  const read = given.map(({ externalId, input }) => readOne(ctx, externalId, input, check))
  const [before, taken] = await Promise.all([
    store.findByExternalIds(ctx.db, workspaceId, given.map(({ externalId }) => externalId)),
    store.taken(ctx.db, workspaceId, read.flatMap(one => Array.isArray(one) ? [] : one.identities))
  ])
  const known = new Map(before.map(contact => [contact.externalId!, contact]))
  const claimed = new Set(taken.map(keyOf))
  const seen = new Set<string>()
  const made: Contact[] = []
  const outcomes = read.map((contact, at): ContactOutcome => {
    if (Array.isArray(contact)) return contact
    const { externalId, input } = given[at]!
    const earlier = known.get(externalId)
    if (earlier && !seen.has(externalId)) return isAsGiven(earlier, contact, input) ? 'unchanged' : 'left'
    const isFree = !seen.has(externalId) && contact.identities.every(identity => !claimed.has(keyOf(identity)))
    seen.add(externalId)
    for (const identity of contact.identities) claimed.add(keyOf(identity))
    if (!isFree) return 'left'
    made.push(contact)
    return 'created'
  })
  await store.insertAll(ctx.db, workspaceId, made)
  for (const contact of made) record(ctx, 'contact.created', contact)
  return outcomes
}

/** The contact as it would be new, or why it cannot be. */
function readOne (ctx: Context, externalId: string, input: UpsertContact, check: Awaited<ReturnType<typeof attributeChecker>>): Contact | FieldError[] {
  try {
    const { primary, others, fields } = partsOf(input)
    const identities = [...primary, ...others.filter(identity => !primary.some(own => sameIdentity(own, identity)))]
    const now = instantText(ctx)
    return toShape({
      id: v7(), externalId, version: 1, createdAt: now, updatedAt: now, name: fields.name ?? null, companyId: fields.companyId ?? null,
      language: fields.language ?? null, timeZone: fields.timeZone ?? null, attributes: mergeAttributes({}, check(input.attributes)),
      blockedAt: null, mergedIntoId: null, erasedAt: null
    }, identities)
  } catch (error) {
    if (error instanceof ApiError) return error.errors ?? [{ path: '', message: error.detail }]
    throw error
  }
}

/** Whether the contact is already all that is given, so that an upsert would change nothing. */
function isAsGiven (earlier: Contact, wanted: Contact, { attributes, email, phone, identities, ...fields }: UpsertContact): boolean {
  const merged = mergeAttributes(earlier.attributes, { ...wanted.attributes, ...onlyNulls(attributes) })
  return earlier.mergedIntoId === null && earlier.erasedAt === null && merged === earlier.attributes && !changed(earlier, fields) &&
    (email === undefined || earlier.email === wanted.email) && (phone === undefined || earlier.phone === wanted.phone) &&
    wanted.identities.every(identity => earlier.identities.some(own => sameIdentity(own, identity)))
}

const onlyNulls = (attributes: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value === null))
