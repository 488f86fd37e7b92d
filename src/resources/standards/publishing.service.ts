import { allow, instantText, transact, type Context } from '../../context.js'
import { changed } from '../../db/rows.js'
import { ApiError, conflict, invalid } from '../../errors.js'
import { record } from '../../events/record.js'
import { revisePromises } from '../promises.js'
import { changeAt, held, refuseArchived } from './standard.service.js'
import type { PublishStandard, ReorderStandards, Standard, StandardVersion } from './standard.shapes.js'
import * as store from './standard.store.js'

const maxVersions = 1000

/** Puts the draft in force. */
export async function publishStandard (ctx: Context, ref: string, { apply, occurredAt }: PublishStandard): Promise<Standard> {
  const { workspaceId } = allow(ctx, 'standards:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref)
    refuseArchived(before)
    if (!before.draft) throw conflict('There is no draft to publish. Change the standard first.')
    const publishedAt = changeAt(ctx, before, occurredAt)
    checkPromise(before.draft)
    checkRoom(before)
    await store.publishDraft(ctx.db, workspaceId, before.id, { publishedAt, apply, position: before.position })
    const { name, audience, ownerId } = before.draft
    const standard = await store.update(ctx.db, workspaceId, before.id, { state: 'published', name, audience, ownerId })
    return published(ctx, workspaceId, before, standard)
  })
}

/** Puts all standards in another order; those in force are published once more where their place changes. */
export async function reorderStandards (ctx: Context, { ids, apply }: ReorderStandards): Promise<{ standards: Standard[] }> {
  const { workspaceId } = allow(ctx, 'standards:write')
  return transact(ctx, async ctx => {
    await store.holdOrder(ctx.db, workspaceId)
    const before = new Map((await store.holdAll(ctx.db, workspaceId)).map(standard => [standard.id, standard]))
    checkOrder(ids, before)
    const standards: Standard[] = []
    for (const [at, id] of ids.entries()) standards.push(await place(ctx, workspaceId, before.get(id)!, at + 1, apply))
    return { standards }
  })
}

async function place (ctx: Context, workspaceId: string, before: Standard, position: number, apply: ReorderStandards['apply']): Promise<Standard> {
  if (before.position === position) return before
  if (!before.published) {
    const standard = await store.update(ctx.db, workspaceId, before.id, { position })
    record(ctx, 'standard.updated', standard, { changes: changed(before, { position })! })
    return standard
  }
  checkRoom(before)
  await store.republish(ctx.db, workspaceId, before, { publishedAt: instantText(ctx), apply, position })
  return published(ctx, workspaceId, before, await store.update(ctx.db, workspaceId, before.id, { position }))
}

async function published (ctx: Context, workspaceId: string, before: Standard, standard: Standard): Promise<Standard> {
  await revisePromises(ctx.db, workspaceId, standard.published!.publishedAt)
  const { state, position } = standard
  record(ctx, 'standard.published', standard, {
    occurredAt: standard.published!.publishedAt!,
    changes: {
      ...changed(before, { state, position }),
      publishedVersion: { from: before.published?.number ?? null, to: standard.published!.number }
    }
  })
  return standard
}

/** Refuses a version by which nobody could tell whether it is kept. */
export function checkPromise ({ targets, checklist, metricTarget }: StandardVersion): void {
  if (!targets.length && !checklist.length && !metricTarget) throw invalid('targets', 'are empty, and there is neither a checklist nor a metric target: nothing is promised that can be checked')
}

function checkRoom ({ published: last }: Standard): void {
  if (last && last.number >= maxVersions) throw conflict(`A standard has at most ${maxVersions} versions. Archive it and create another one.`)
}

function checkOrder (ids: readonly string[], standards: ReadonlyMap<string, Standard>): void {
  const unknown = ids.flatMap((id, at) => standards.has(id) ? [] : [{ path: `ids.${at}`, message: 'names no standard of this workspace that is not archived' }])
  if (unknown.length) throw new ApiError('notFound', 'Standard not found in this workspace.', unknown)
  ids.forEach((id, at) => { if (ids.indexOf(id) < at) throw invalid(`ids.${at}`, 'is in the list already') })
  if (ids.length < standards.size) {
    const [first] = [...standards.values()].filter(({ id }) => !ids.includes(id))
    throw invalid('ids', `leave out ${standards.size - ids.length} standards, among them ${first!.id} (${first!.name})`)
  }
}
