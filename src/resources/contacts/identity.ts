import { invalid } from '../../errors.js'

export const identityKinds = ['email', 'phone', 'handle'] as const
export type IdentityKindWord = (typeof identityKinds)[number]

/** Where a contact writes from; `provider` is where a handle is one, null for the other kinds. */
export interface Identity { kind: IdentityKindWord, value: string, provider: string | null }

/** As callers give it. */
export interface GivenIdentity { kind: IdentityKindWord, value: string, provider?: string | null }

/**
 * The one way in which a telephone number is kept: `+` and digits where it is international (`+` or `00` before it, or
 * long enough and without a leading 0), else the digits alone: national numbers and short codes. Null when it is none.
 */
export function phoneOf (text: string): string | null {
  const tidy = text.replace(/[\s()./-]/g, '').replace(/^00/, '+')
  if (!/^\+?\d{3,15}$/.test(tidy)) return null
  return tidy.startsWith('+') || tidy.startsWith('0') || tidy.length < 7 ? tidy : `+${tidy}`
}

/** Lower case: no provider of today tells two mailboxes apart by it. Null when it is no address. */
export function emailOf (text: string): string | null {
  const tidy = text.trim().toLowerCase()
  return tidy.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(tidy) ? tidy : null
}

/** An identity as it is kept and compared. Refuses, naming `path`, what is none. */
export function identityOf ({ kind, value, provider }: GivenIdentity, path: string): Identity {
  if (kind === 'handle') {
    if (!provider) throw invalid(`${path}.provider`, 'is required with a handle: where it is one, such as telegram')
    return { kind, value: value.trim(), provider: provider.trim().toLowerCase() }
  }
  if (provider) throw invalid(`${path}.provider`, `is for handles only; the kind is ${kind}`)
  const tidy = kind === 'email' ? emailOf(value) : phoneOf(value)
  if (tidy === null) throw invalid(`${path}.value`, kind === 'email' ? 'is no e-mail address' : 'is no telephone number of 3 to 15 digits')
  return { kind, value: tidy, provider: null }
}

export const sameIdentity = (a: Identity, b: Identity): boolean => a.kind === b.kind && a.value === b.value && a.provider === b.provider

/** Without the repeated ones, in the order in which they name a contact: e-mail, phone, handle, then by value. */
export function inOrder (identities: readonly Identity[]): Identity[] {
  const keyOf = ({ kind, value, provider }: Identity) => `${identityKinds.indexOf(kind)} ${value} ${provider ?? ''}`
  const byKey = new Map(identities.map(identity => [keyOf(identity), identity]))
  return [...byKey].toSorted(([a], [b]) => a < b ? -1 : 1).map(([, identity]) => identity)
}
