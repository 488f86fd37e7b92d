import { createHash, timingSafeEqual } from 'node:crypto'

/** SHA-256 in hexadecimal: how a hook's secret is stored. */
export function hashSecret (secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex')
}

/** True when `given` is the secret behind `expectedHash` (`hashSecret`); takes the same time wherever they differ. */
export function verifyHookSecret (expectedHash: string, given: string | null): boolean {
  if (given === null || given === '' || !/^[0-9a-f]{64}$/.test(expectedHash)) return false
  return timingSafeEqual(Buffer.from(expectedHash, 'hex'), Buffer.from(hashSecret(given), 'hex'))
}

/** The headers and the query parameter as the server read them, whatever their type. */
export interface GivenSecrets { authorization?: unknown, webhookSecret?: unknown, querySecret?: unknown }

/**
 * The secret that a provider's request carries: the password of basic authentication, else the `X-Webhook-Secret`
 * header, else `?secret=`. The first that is present decides, so that a wrong header is not saved by a right query.
 */
export function hookSecretOf (given: GivenSecrets): string | null {
  const password = basicPassword(given.authorization)
  if (password !== null) return password
  if (typeof given.webhookSecret === 'string') return given.webhookSecret
  return typeof given.querySecret === 'string' ? given.querySecret : null
}

function basicPassword (authorization: unknown): string | null {
  if (typeof authorization !== 'string') return null
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(authorization)?.[1]
  if (encoded === undefined) return null
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon === -1 ? null : pair.slice(colon + 1)
}
