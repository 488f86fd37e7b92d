import { allow, checkVersion, instantText, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { conflict, invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { revisePromises } from '../promises.js'
import { upsert, type Upserted } from '../upsert.js'
import { contentOf, merged } from './content.js'
import { checkedContent } from './references.service.js'
import type { ArchiveStandard, Content, CreateStandard, SearchStandards, Standard, StandardVersion, StandardVersionQuery, UpdateStandard, UpsertStandard } from './standard.shapes.js'
import * as store from './standard.store.js'

export async function getStandard (ctx: Context, ref: string): Promise<Standard> {
  const { workspaceId } = allow(ctx, 'standards:read')
  const standard = await reading(store.find(ctx.db, workspaceId, ref))
  if (!standard) throw notFound('Standard')
  return standard
}

export async function listStandards (ctx: Context, query: SearchStandards): Promise<Page<Standard>> {
  const { workspaceId } = allow(ctx, 'standards:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** Those of the ids that exist, in no order. */
export async function standardsById (ctx: Context, ids: readonly string[]): Promise<Standard[]> {
  const { workspaceId } = allow(ctx, 'standards:read')
  return reading(store.findMany(ctx.db, workspaceId, ids))
}

export async function getStandardVersion (ctx: Context, ref: string, number: number): Promise<StandardVersion> {
  const { workspaceId } = allow(ctx, 'standards:read')
  const version = await reading(store.findVersion(ctx.db, workspaceId, ref, number))
  if (!version) throw notFound('Version of the standard')
  return version
}

export async function listStandardVersions (ctx: Context, ref: string, query: StandardVersionQuery): Promise<Page<StandardVersion>> {
  const { id } = await getStandard(ctx, ref)
  return reading(store.listVersions(ctx.db, allow(ctx, 'standards:read').workspaceId, id, query))
}

export async function createStandard (ctx: Context, { externalId, ...input }: CreateStandard): Promise<Standard> {
  const { workspaceId } = allow(ctx, 'standards:write')
  return transact(ctx, async ctx => {
    const content = await checkedContent(ctx, contentOf(input))
    await store.holdOrder(ctx.db, workspaceId)
    const id = await store.insert(ctx.db, workspaceId, content, externalId)
    await store.writeDraft(ctx.db, workspaceId, id, content)
    const standard = (await store.find(ctx.db, workspaceId, id))!
    record(ctx, 'standard.created', standard)
    return standard
  })
}

export async function updateStandard (ctx: Context, ref: string, changes: UpdateStandard): Promise<Standard> {
  const { workspaceId } = allow(ctx, 'standards:write')
  return transact(ctx, async ctx => draft(ctx, workspaceId, await held(ctx, workspaceId, ref), before => merged(before, changes)))
}

export async function upsertStandard (ctx: Context, ref: string, input: UpsertStandard): Promise<Upserted<Standard>> {
  const { workspaceId } = allow(ctx, 'standards:write')
  return upsert(ctx, ref, {
    find: ctx => store.hold(ctx.db, workspaceId, ref),
    create: (ctx, externalId) => createStandard(ctx, { ...input, externalId }),
    update: async ctx => draft(ctx, workspaceId, await held(ctx, workspaceId, ref), () => contentOf(input))
  })
}

/** Takes a standard out of force, for good: what it promised is kept. */
export async function archiveStandard (ctx: Context, ref: string, { occurredAt }: ArchiveStandard = {}): Promise<Standard> {
  const { workspaceId } = allow(ctx, 'standards:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    if (before.archivedAt) return before
    const wanted = { state: 'archived' as const, archivedAt: changeAt(ctx, before, occurredAt) }
    const standard = await store.update(ctx.db, workspaceId, before.id, wanted)
    await revisePromises(ctx.db, workspaceId, wanted.archivedAt)
    record(ctx, 'standard.archived', standard, { occurredAt: wanted.archivedAt, changes: changed(before, wanted)! })
    return standard
  })
}

/** The instant from which a change of what is promised applies: now, or with history:write a given one. */
export function changeAt (ctx: Context, { published: last }: Standard, occurredAt: string | undefined): string {
  const now = instantText(ctx)
  const at = occurredAt ?? now
  if (at > now) throw invalid('occurredAt', 'is in the future; do it then')
  if (at < now) allow(ctx, 'history:write')
  if (last && at < last.publishedAt!) throw invalid('occurredAt', `is before version ${last.number} was published, at ${last.publishedAt!}`)
  return at
}

/** The standard, held until the commit, at the version that the caller names. */
export async function held (ctx: Context, workspaceId: string, ref: string): Promise<Standard> {
  const standard = await store.hold(ctx.db, workspaceId, ref)
  if (!standard) throw notFound('Standard')
  checkVersion(ctx, standard.version)
  return standard
}

export function refuseArchived ({ archivedAt }: Standard): void {
  if (archivedAt) throw conflict('This standard is archived, for good. Create another one with what it says.')
}

/** Writes the draft, unless it, or without one the published version, is so already. */
async function draft (ctx: Context, workspaceId: string, before: Standard, change: (content: Content) => Content): Promise<Standard> {
  refuseArchived(before)
  const base = contentOfVersion(before.draft ?? before.published!)
  const content = await checkedContent(ctx, change(base), base)
  const changes = changed(base, content)
  if (!changes) return before
  await store.writeDraft(ctx.db, workspaceId, before.id, content)
  const { name, audience, ownerId } = content
  const standard = await store.update(ctx.db, workspaceId, before.id, before.published ? {} : { name, audience, ownerId })
  record(ctx, 'standard.updated', standard, { changes })
  return standard
}

function contentOfVersion (version: StandardVersion): Content {
  const { id: _id, standardId: _of, number: _number, publishedAt: _at, apply: _apply, position: _position, createdAt: _created, updatedAt: _updated, ...content } = version
  return content
}
