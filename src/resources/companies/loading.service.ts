import { v7 } from 'uuid'
import { instantText, type Context } from '../../context.js'
import { changed } from '../../db/rows.js'
import { ApiError, type FieldError } from '../../errors.js'
import { record } from '../../events/record.js'
import { attributeChecker } from '../attributes/attribute.service.js'
import { mergeAttributes } from '../attributes/attribute.values.js'
import type { Company, CreateCompany } from './company.shapes.js'
import * as store from './company.store.js'

export interface LoadedCompany { externalId: string, input: CreateCompany }

/** What became of each: made, known as it is, refused, or `left` to the verb that changes it. */
export type CompanyOutcome = 'created' | 'unchanged' | 'left' | FieldError[]

/** Makes companies, thousands at a time. Within the transaction of a verb that asked for permission. */
export async function loadCompanies (ctx: Context, given: readonly LoadedCompany[]): Promise<CompanyOutcome[]> {
  const { workspaceId } = ctx.caller!
  const check = await attributeChecker(ctx, 'company')
  const before = await store.findByExternalIds(ctx.db, workspaceId, given.map(({ externalId }) => externalId))
  const known = new Map(before.map(company => [company.externalId!, company]))
  const made = new Map<string, Company>()
  const outcomes = given.map(({ externalId, input }): CompanyOutcome => {
    if (made.has(externalId)) return 'left'
    try {
      const changes = check(input.attributes)
      const earlier = known.get(externalId)
      if (earlier) return changed(earlier, { ...input, attributes: mergeAttributes(earlier.attributes, changes) }) ? 'left' : 'unchanged'
      made.set(externalId, newCompany(ctx, externalId, input, changes))
      return 'created'
    } catch (error) {
      if (error instanceof ApiError) return error.errors ?? [{ path: '', message: error.detail }]
      throw error
    }
  })
  await store.insertAll(ctx.db, workspaceId, [...made.values()])
  for (const company of made.values()) record(ctx, 'company.created', company)
  return outcomes
}

function newCompany (ctx: Context, externalId: string, { name, domains = [], tier = null }: CreateCompany, attributes: Record<string, unknown>): Company {
  const now = instantText(ctx)
  return { id: v7(), externalId, version: 1, createdAt: now, updatedAt: now, name, domains, tier, attributes: mergeAttributes({}, attributes) }
}
