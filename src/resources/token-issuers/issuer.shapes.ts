import { z } from 'zod'
import { filters, on, choiceCondition, IdCondition, TextCondition, TimeCondition } from '../../db/filter.js'
import {
  choice, externalIdInput, input, json, jsonParameter, line, listOf, pageBody, pageQuery, resourceFields, shape, upsertedShape
} from '../../shapes.js'
import { algorithms, keySetProblem } from './issuer.key-set.js'
import { tokenIssuers } from './issuer.table.js'

export const TokenSubjectKind = choice('TokenSubjectKind', 'Whose tokens an issuer signs.', ['agent', 'contact'])
export const TokenAlgorithm = choice('TokenAlgorithm', 'How tokens may be signed (RFC 7518, RFC 8037): with a private key, never with a shared secret.', algorithms)

export const TokenIssuer = shape('TokenIssuer', 'Whose tokens (JWT) are believed: they sign in agents, or contacts.', {
  ...resourceFields,
  issuer: z.string().describe('The `iss` that its tokens have.'),
  audience: z.string().describe('The `aud` that its tokens have for this workspace.'),
  subjectKind: TokenSubjectKind.describe('Whether the `sub` of its tokens names an agent or a contact, by its id or its externalId.'),
  algorithms: z.array(TokenAlgorithm).describe('The only signatures that are believed.'),
  jwksUri: z.string().nullable().describe('Where its public keys are read from.'),
  jwks: z.record(z.string(), z.unknown()).nullable().describe('Its public keys themselves, a JSON Web Key Set.')
})
export type TokenIssuer = z.output<typeof TokenIssuer>

const fields = {
  issuer: line(500).describe('The `iss` that its tokens have, to the letter; up to 500 characters.'),
  audience: line(500).describe('The `aud` that its tokens have for this workspace; choose one that no other workspace has. Up to 500 characters.'),
  subjectKind: TokenSubjectKind.describe('Whether the `sub` of its tokens names an agent or a contact, by its id or its externalId.'),
  algorithms: z.array(TokenAlgorithm).min(1).max(algorithms.length).transform(given => algorithms.filter(each => given.includes(each)))
    .describe('The only signatures that are believed.'),
  jwksUri: z.url({ protocol: /^https?$/, error: 'must be an address that begins with https://' }).max(2000)
    .refine(value => !/^https?:\/\/[^/]*@/.test(value), 'must not hold a user name or a password').nullable()
    .describe('Where its public keys are read from: https, and not a private address. Either this or jwks.'),
  jwks: json(5).superRefine((set, context) => {
    const problem = keySetProblem(set)
    if (problem) context.addIssue(problem)
  }).nullable().describe('Its public keys themselves, a JSON Web Key Set of up to 16 KiB and 20 keys. Either this or jwksUri.')
}

export const CreateTokenIssuer = input('CreateTokenIssuer', 'A new token issuer, with either jwksUri or jwks.', {
  externalId: externalIdInput().optional(),
  issuer: fields.issuer,
  audience: fields.audience,
  subjectKind: fields.subjectKind,
  algorithms: fields.algorithms,
  jwksUri: fields.jwksUri.optional(),
  jwks: fields.jwks.optional()
})
export type CreateTokenIssuer = z.output<typeof CreateTokenIssuer>

export const UpdateTokenIssuer = input('UpdateTokenIssuer', 'Changes to a token issuer: what is absent stays; jwksUri and jwks replace each other.', {
  issuer: fields.issuer.optional(),
  audience: fields.audience.optional(),
  subjectKind: fields.subjectKind.optional(),
  algorithms: fields.algorithms.optional(),
  jwksUri: fields.jwksUri.optional(),
  jwks: fields.jwks.optional()
})
export type UpdateTokenIssuer = z.output<typeof UpdateTokenIssuer>

export const UpsertTokenIssuer = input('UpsertTokenIssuer', 'What the token issuer with this external id shall be.', {
  issuer: fields.issuer,
  audience: fields.audience,
  subjectKind: fields.subjectKind,
  algorithms: fields.algorithms,
  jwksUri: fields.jwksUri.optional(),
  jwks: fields.jwks.optional()
})

export const tokenIssuerFilters = filters('TokenIssuer', {
  id: on(IdCondition, tokenIssuers.id),
  externalId: on(TextCondition, tokenIssuers.externalId),
  issuer: on(TextCondition, tokenIssuers.issuer),
  audience: on(TextCondition, tokenIssuers.audience),
  subjectKind: on(choiceCondition('TokenSubjectKind', TokenSubjectKind), tokenIssuers.subjectKind),
  createdAt: on(TimeCondition, tokenIssuers.createdAt),
  updatedAt: on(TimeCondition, tokenIssuers.updatedAt)
})

export const TokenIssuerSort = choice('TokenIssuerSort', 'How token issuers are sorted; ties by id.', ['createdAtAsc', 'createdAtDesc', 'issuerAsc', 'issuerDesc'])
const sort = TokenIssuerSort.default('createdAtDesc').describe('How they are sorted; ties by id.')

export const TokenIssuerQuery = z.object({
  ...pageQuery, sort, filter: jsonParameter(tokenIssuerFilters.shape).optional().describe('A TokenIssuerFilter as JSON.')
})
export type TokenIssuerQuery = z.output<typeof TokenIssuerQuery>

export const SearchTokenIssuers = input('SearchTokenIssuers', 'A search among token issuers.', {
  ...pageBody, sort, filter: tokenIssuerFilters.shape.optional().describe('Which token issuers.')
})

export const TokenIssuerList = listOf('TokenIssuer', TokenIssuer)
export const UpsertedTokenIssuer = upsertedShape('TokenIssuer', TokenIssuer)
