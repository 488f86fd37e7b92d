import { z } from 'zod'
import { filters, on, onList, IdCondition, TextCondition, TimeCondition } from '../../db/filter.js'
import { scopes, type Scope } from '../../scopes.js'
import { at, choice, externalIdInput, flag, input, instantInput, jsonParameter, line, listOf, pageBody, pageQuery, resourceFields, shape } from '../../shapes.js'
import { apiKeys } from './key.table.js'

const fields = {
  ...resourceFields,
  name: z.string().describe('What it is for.'),
  prefix: z.string().describe('How the key begins, to recognise it by.'),
  scopes: z.array(z.string()).describe('What it may do.'),
  expiresAt: at().nullable().describe('Until when it works; null: for ever.'),
  revokedAt: at().nullable().describe('Since when it no longer works.'),
  lastUsedAt: at().nullable().describe('When it was last used, to the minute; using it makes no new version.')
}

export const ApiKey = shape('ApiKey', 'A key that machines call with. Its secret is shown once, and only its SHA-256 is kept.', fields)
export type ApiKey = z.output<typeof ApiKey>

export const NewKey = shape('NewApiKey', 'A key with its secret.', {
  ...fields,
  secret: z.string().nullable().describe('What goes behind `Authorization: Bearer`. It is shown this once: null where an answer is repeated under its Idempotency-Key.')
})
export type NewKey = z.output<typeof NewKey>

const isScope = (word: string): word is Scope => scopes.includes(word as Scope)
const scopeList = () => z.array(z.string().max(50).refine(isScope, `is no scope; there are ${scopes.join(', ')}`)).min(1).max(100)
  .transform(words => scopes.filter(scope => (words as string[]).includes(scope)))
const name = () => line(200)

export const CreateKey = input('CreateApiKey', 'A new API key.', {
  externalId: externalIdInput().optional(),
  name: name().describe('What it is for; one line, up to 200 characters.'),
  scopes: scopeList().describe('What it may do; nothing that the caller itself may not.'),
  expiresAt: instantInput().nullable().optional().describe('Until when it works; for ever when left out.')
})
export type CreateKey = z.output<typeof CreateKey>

export const UpdateKey = input('UpdateApiKey', 'Changes to an API key: what is absent stays.', {
  name: name().optional().describe('What it is for; one line, up to 200 characters.'),
  scopes: scopeList().optional().describe('What it may do; nothing that the caller itself may not.')
})
export type UpdateKey = z.output<typeof UpdateKey>

export const keyFilters = filters('ApiKey', {
  id: on(IdCondition, apiKeys.id),
  externalId: on(TextCondition, apiKeys.externalId),
  name: on(TextCondition, apiKeys.name),
  prefix: on(TextCondition, apiKeys.prefix),
  scopes: onList(apiKeys.scopes),
  expiresAt: on(TimeCondition, apiKeys.expiresAt),
  revokedAt: on(TimeCondition, apiKeys.revokedAt),
  lastUsedAt: on(TimeCondition, apiKeys.lastUsedAt),
  createdAt: on(TimeCondition, apiKeys.createdAt),
  updatedAt: on(TimeCondition, apiKeys.updatedAt)
})

export const KeySort = choice('ApiKeySort', 'How API keys are sorted; ties by id.', ['createdAtAsc', 'createdAtDesc', 'nameAsc', 'nameDesc'])
const sort = KeySort.default('createdAtDesc').describe('How they are sorted; ties by id.')

export const KeyQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(keyFilters.shape).optional().describe('An ApiKeyFilter as JSON.'),
  revoked: flag().optional().describe('true: only revoked ones; false: only those that are not.')
})
export type KeyQuery = z.output<typeof KeyQuery>

export const SearchKeys = input('SearchApiKeys', 'A search among API keys.', {
  ...pageBody, sort, filter: keyFilters.shape.optional().describe('Which keys.')
})

export const KeyList = listOf('ApiKey', ApiKey)
