import { allow, checkVersion, instantText, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { upsert, type Upserted } from '../upsert.js'
import type { CreateTag, Tag, TagQuery, UpdateTag } from './tag.shapes.js'
import * as store from './tag.store.js'

const maxLevels = 5

export async function getTag (ctx: Context, ref: string): Promise<Tag> {
  const { workspaceId } = allow(ctx, 'tags:read')
  const tag = await reading(store.find(ctx.db, workspaceId, ref))
  if (!tag) throw notFound('Tag')
  return tag
}

export async function listTags (ctx: Context, query: TagQuery): Promise<Page<Tag>> {
  const { workspaceId } = allow(ctx, 'tags:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** Those of the ids that exist, in no order. */
export async function tagsById (ctx: Context, ids: readonly string[]): Promise<Tag[]> {
  const { workspaceId } = allow(ctx, 'tags:read')
  return reading(store.findMany(ctx.db, workspaceId, ids))
}

export async function createTag (ctx: Context, input: CreateTag): Promise<Tag> {
  const { workspaceId } = allow(ctx, 'tags:write')
  return transact(ctx, async ctx => {
    await checkParent(ctx, workspaceId, null, input.parentId)
    const tag = await store.insert(ctx.db, workspaceId, input)
    record(ctx, 'tag.created', tag)
    return tag
  })
}

export async function updateTag (ctx: Context, ref: string, changes: UpdateTag): Promise<Tag> {
  const { workspaceId } = allow(ctx, 'tags:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, changes, 'tag.updated'))
}

export async function upsertTag (ctx: Context, ref: string, input: CreateTag): Promise<Upserted<Tag>> {
  allow(ctx, 'tags:write')
  return upsert(ctx, ref, {
    find: ctx => store.hold(ctx.db, allow(ctx, 'tags:write').workspaceId, ref),
    create: (ctx, externalId) => createTag(ctx, { ...input, externalId }),
    update: ctx => updateTag(ctx, ref, input)
  })
}

/** From then on it can no longer be put on conversations; those that have it keep it. */
export async function archiveTag (ctx: Context, ref: string): Promise<Tag> {
  const { workspaceId } = allow(ctx, 'tags:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, tag => ({ archivedAt: tag.archivedAt ?? instantText(ctx) }), 'tag.archived'))
}

export async function unarchiveTag (ctx: Context, ref: string): Promise<Tag> {
  const { workspaceId } = allow(ctx, 'tags:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, { archivedAt: null }, 'tag.unarchived'))
}

type Changes = Partial<Tag> | ((tag: Tag) => Partial<Tag>)

async function change (ctx: Context, workspaceId: string, ref: string, changes: Changes, type: string): Promise<Tag> {
  const before = await store.hold(ctx.db, workspaceId, ref)
  if (!before) throw notFound('Tag')
  checkVersion(ctx, before.version)
  const wanted = typeof changes === 'function' ? changes(before) : changes
  const differences = changed(before, wanted)
  if (!differences) return before
  await checkParent(ctx, workspaceId, before.id, wanted.parentId)
  const tag = await store.update(ctx.db, workspaceId, before.id, wanted)
  record(ctx, type, tag, { changes: differences })
  return tag
}

async function checkParent (ctx: Context, workspaceId: string, id: string | null, parentId: string | null | undefined): Promise<void> {
  if (!parentId) return
  await store.holdTree(ctx.db, workspaceId)
  const above = await store.ancestors(ctx.db, workspaceId, parentId)
  if (id && above.includes(id)) throw invalid('parentId', 'is this tag or one below it; a tag cannot be a kind of itself')
  if (above.length >= maxLevels) throw invalid('parentId', `would make more than ${maxLevels} levels`)
}
