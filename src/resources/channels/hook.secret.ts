import { randomBytes } from 'node:crypto'
import { hashSecret } from './inbound/secret.js'

/** A new secret of a hook; what is kept is its SHA-256. */
export function newHookSecret (): { secret: string, hash: Buffer } {
  const secret = `hook_${randomBytes(24).toString('base64url')}`
  return { secret, hash: Buffer.from(hashSecret(secret), 'hex') }
}
