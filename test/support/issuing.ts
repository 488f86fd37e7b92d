import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import type { Test } from 'tap'

export interface SigningKey { kid: string, alg: string, privateKey: CryptoKey, publicJwk: JWK }

export async function signingKey (kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...await exportJWK(publicKey), kid, alg, use: 'sig' } }
}

/** Who issues tokens, as an identity provider does: signs them, and serves its public keys at an address. */
export async function startIssuer (t: Test, now: () => number) {
  const name = 'https://login.example.com/'
  let keys: SigningKey[] = []
  let fetched = 0
  const server = createServer((_request, response) => {
    fetched++
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: keys.map(key => key.publicJwk) }))
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const seconds = Math.floor(now() / 1000)
  return {
    name,
    jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    serve: (...served: SigningKey[]) => { keys = served },
    get fetched () { return fetched },
    /** A token that is right, but for what is said otherwise; a claim that is undefined is left out. */
    sign (key: Pick<SigningKey, 'kid' | 'alg'> & { privateKey: CryptoKey | Uint8Array }, claims: Record<string, unknown>): Promise<string> {
      const all = { iss: name, iat: seconds, exp: seconds + 3600, ...claims }
      return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(key.privateKey)
    }
  }
}
