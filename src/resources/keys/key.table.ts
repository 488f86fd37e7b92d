import { pgTable, text } from 'drizzle-orm/pg-core'
import { bytea, instant, resourceColumns } from '../../db/columns.js'
import { refusal, taken } from '../../db/refusals.js'
import { conflict } from '../../errors.js'

export const apiKeys = pgTable('api_keys', {
  ...resourceColumns,
  name: text('name').notNull(),
  prefix: text('prefix').notNull(),
  secretHash: bytea('secret_hash').notNull(),
  scopes: text('scopes').array().notNull(),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at'),
  lastUsedAt: instant('last_used_at')
})

taken('api_keys_external_id_key', 'API key', 'externalId')
refusal('api_keys_secret_hash_key', () => conflict('This API key is in use already.'))
