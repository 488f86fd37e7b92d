/** Signatures that are made with a private and checked with a public key; with a shared secret, whoever checks could sign. */
export const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const

const maxKeys = 20
const publicKinds = new Set(['RSA', 'EC', 'OKP'])
const privateParts = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** What is wrong with a JSON Web Key Set (RFC 7517) of public keys; null when nothing is. */
export function keySetProblem (set: Record<string, unknown>): string | null {
  const { keys } = set
  if (!Array.isArray(keys) || keys.length < 1 || keys.length > maxKeys) return `must be {"keys": […]} with 1 to ${maxKeys} keys`
  for (const key of keys as unknown[]) {
    if (typeof key !== 'object' || key === null || !publicKinds.has((key as { kty: string }).kty)) return 'holds a key that is not an RSA, EC or OKP key'
    if (privateParts.some(part => part in key)) return 'holds a private key; send the public parts only, and make a new key'
  }
  return null
}
