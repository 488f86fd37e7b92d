import { allow, checkVersion, instantText, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { conflict, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import type { Import, ImportErrorQuery, ImportLineError, SearchImports } from './import.shapes.js'
import * as store from './import.store.js'

export async function getImport (ctx: Context, ref: string): Promise<Import> {
  const { workspaceId } = allow(ctx, 'imports:write')
  const found = await reading(store.find(ctx.db, workspaceId, ref))
  if (!found) throw notFound('Import')
  return found
}

/** The import that has an external id, if one has. */
export async function importByExternalId (ctx: Context, externalId: string): Promise<Import | undefined> {
  const { workspaceId } = allow(ctx, 'imports:write')
  return reading(store.find(ctx.db, workspaceId, `external:${externalId}`))
}

export async function listImports (ctx: Context, query: SearchImports): Promise<Page<Import>> {
  const { workspaceId } = allow(ctx, 'imports:write')
  return reading(store.list(ctx.db, workspaceId, query))
}

type ErrorPage = Page<ImportLineError>

/** What is wrong with bad lines, by line. */
export async function listImportErrors (ctx: Context, ref: string, { limit, after }: ImportErrorQuery): Promise<ErrorPage> {
  const { workspaceId } = allow(ctx, 'imports:write')
  const { id } = await getImport(ctx, ref)
  const found = await reading(store.listErrors(ctx.db, workspaceId, id, { limit: limit + 1, after }))
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const cursors = new Map(page.map(({ position, ...error }) => [error, `${error.line}.${position}`]))
  return {
    data: [...cursors.keys()],
    page: { hasMore: found.length > limit, endCursor: last ? `${last.line}.${last.position}` : null },
    cursorOf: error => cursors.get(error)!,
    count: () => reading(store.countErrors(ctx.db, workspaceId, id))
  }
}

/** Stops it after the lines that are being worked on; what was loaded stays. */
export async function cancelImport (ctx: Context, ref: string): Promise<Import> {
  const { workspaceId } = allow(ctx, 'imports:write')
  return transact(ctx, async ctx => {
    const row = await store.hold(ctx.db, workspaceId, ref)
    if (!row) throw notFound('Import')
    checkVersion(ctx, row.version)
    if (row.state !== 'receiving' && row.state !== 'running') throw conflict(`This import has ${row.state === 'finished' ? '' : 'been '}${row.state} already.`)
    return end(ctx, row, 'cancelled')
  })
}

/** Ends a held import in one of its ways, and tells of it. */
export async function end (ctx: Context, row: store.ImportRow, state: 'finished' | 'failed' | 'cancelled', reason: string | null = null, changes: Partial<store.ImportRow> = {}): Promise<Import> {
  const now = instantText(ctx)
  await store.update(ctx.db, row, { ...changes, state, reason, finishedAt: now, updatedAt: now })
  const ended = (await store.find(ctx.db, row.workspaceId, row.id))!
  record(ctx, `import.${state}`, ended)
  return ended
}
