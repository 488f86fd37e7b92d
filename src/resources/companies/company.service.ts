import { allow, checkVersion, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { checkAttributes } from '../attributes/attribute.service.js'
import { mergeAttributes } from '../attributes/attribute.values.js'
import { upsert, type Upserted } from '../upsert.js'
import type { Company, CreateCompany, SearchCompanies, UpdateCompany } from './company.shapes.js'
import * as store from './company.store.js'

export async function getCompany (ctx: Context, ref: string): Promise<Company> {
  const { workspaceId } = allow(ctx, 'contacts:read')
  const company = await reading(store.find(ctx.db, workspaceId, ref))
  if (!company) throw notFound('Company')
  return company
}

export async function listCompanies (ctx: Context, query: SearchCompanies): Promise<Page<Company>> {
  const { workspaceId } = allow(ctx, 'contacts:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** Those of the ids that exist, in no order. */
export async function companiesById (ctx: Context, ids: readonly string[]): Promise<Company[]> {
  const { workspaceId } = allow(ctx, 'contacts:read')
  return reading(store.findMany(ctx.db, workspaceId, ids))
}

export async function createCompany (ctx: Context, input: CreateCompany): Promise<Company> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  return transact(ctx, async ctx => {
    const attributes = mergeAttributes({}, await checkAttributes(ctx, 'company', input.attributes))
    const company = await store.insert(ctx.db, workspaceId, { ...input, attributes })
    record(ctx, 'company.created', company)
    return company
  })
}

/** Conversations that were had keep the tier that they were created with. */
export async function updateCompany (ctx: Context, ref: string, changes: UpdateCompany): Promise<Company> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  return transact(ctx, async ctx => {
    const before = await store.hold(ctx.db, workspaceId, ref)
    if (!before) throw notFound('Company')
    checkVersion(ctx, before.version)
    const attributes = mergeAttributes(before.attributes, await checkAttributes(ctx, 'company', changes.attributes))
    const differences = changed(before, { ...changes, attributes })
    if (!differences) return before
    const company = await store.update(ctx.db, workspaceId, before.id, { ...changes, attributes })
    record(ctx, 'company.updated', company, { changes: differences })
    return company
  })
}

export async function upsertCompany (ctx: Context, ref: string, input: CreateCompany): Promise<Upserted<Company>> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  return upsert(ctx, ref, {
    find: ctx => store.hold(ctx.db, workspaceId, ref),
    create: (ctx, externalId) => createCompany(ctx, { ...input, externalId }),
    update: ctx => updateCompany(ctx, ref, input)
  })
}
