import { createHash, randomBytes } from 'node:crypto'

/** A new API key: shown once; what is kept is its SHA-256 and enough of its start to recognise it by. */
export function makeSecret (given?: string): { secret: string, hash: Buffer, prefix: string } {
  const secret = given ?? `sup_live_${randomBytes(32).toString('base64url')}`
  return { secret, hash: createHash('sha256').update(secret).digest(), prefix: secret.slice(0, 13) }
}
