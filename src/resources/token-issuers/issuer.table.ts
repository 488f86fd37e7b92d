import type { JSONWebKeySet } from 'jose'
import { jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { resourceColumns } from '../../db/columns.js'
import { refusal, taken } from '../../db/refusals.js'
import { conflict } from '../../errors.js'

export const tokenIssuers = pgTable('token_issuers', {
  ...resourceColumns,
  issuer: text('issuer').notNull(),
  audience: text('audience').notNull(),
  subjectKind: text('subject_kind', { enum: ['agent', 'contact'] }).notNull(),
  algorithms: text('algorithms').array().notNull(),
  jwksUri: text('jwks_uri'),
  jwks: jsonb('jwks').$type<JSONWebKeySet>()
})

taken('token_issuers_external_id_key', 'token issuer', 'externalId')
refusal('token_issuers_issuer_key', () => conflict('Another token issuer in this workspace has this issuer and audience.',
  [{ path: 'audience', message: 'is already taken for this issuer' }]))
