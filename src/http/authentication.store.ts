import type { JSONWebKeySet } from 'jose'
import { rows, type Db } from '../db/connection.js'

export interface KeyRow { workspace_id: string, id: string, scopes: string[], expires_at: string | null }

export const findKey = async (db: Db, hash: Buffer): Promise<KeyRow | undefined> => (await rows<KeyRow>(db,
  'select workspace_id, id, scopes, expires_at from api_keys where secret_hash = $1 and revoked_at is null', [hash]))[0]

export const touchKey = async (db: Db, workspaceId: string, id: string): Promise<unknown> =>
  rows(db, 'update api_keys set last_used_at = now() where workspace_id = $1 and id = $2', [workspaceId, id])

export interface IssuerRow {
  workspace_id: string
  id: string
  version: number
  issuer: string
  audience: string
  subject_kind: 'agent' | 'contact'
  algorithms: string[]
  jwks_uri: string | null
  jwks: JSONWebKeySet | null
}

/** Those of one issuer that expect one of these audiences; many workspaces may believe the same issuer. */
export const findIssuers = async (db: Db, issuer: string, audiences: readonly string[]): Promise<IssuerRow[]> => rows<IssuerRow>(db,
  `select workspace_id, id, version, issuer, audience, subject_kind, algorithms, jwks_uri, jwks
   from token_issuers where issuer = $1 and audience = any($2) limit 100`, [issuer, audiences])
