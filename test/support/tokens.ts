import type { FastifyInstance } from 'fastify'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { v7 } from 'uuid'
import type { Services } from '../../src/context.js'
import { rows } from '../../src/db/connection.js'
import { caller, type Caller } from './caller.js'

const keys = generateKeyPair('ES256', { extractable: true })

/** Signs an agent or a contact in with a token, by an issuer of its own that the workspace believes. */
export async function signedIn (
  app: FastifyInstance, services: Services, workspaceId: string, kind: 'agent' | 'contact', subject: string
): Promise<Caller> {
  const { publicKey, privateKey } = await keys
  const audience = v7()
  const issuer = 'https://issuer.example.com'
  await rows(services.database.read, `insert into token_issuers (workspace_id, id, issuer, audience, subject_kind, algorithms, jwks)
    values ($1, $2, $3, $4, $5, '{ES256}', $6)`,
  [workspaceId, v7(), issuer, audience, kind, JSON.stringify({ keys: [{ ...await exportJWK(publicKey), kid: 'k1', alg: 'ES256' }] })])
  const token = await new SignJWT().setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setIssuer(issuer).setAudience(audience)
    .setSubject(subject).setIssuedAt(Math.floor(services.now() / 1000)).setExpirationTime(Math.floor(services.now() / 1000) + 3600)
    .sign(privateKey)
  return caller(app, token)
}
