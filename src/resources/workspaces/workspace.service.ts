import { v7 } from 'uuid'
import { allow, checkVersion, contextOf, reading, systemContext, transact, type Context, type Services } from '../../context.js'
import { changed } from '../../db/rows.js'
import { notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { scopes } from '../../scopes.js'
import { sent } from '../../validate.js'
import { createChannel } from '../channels/channel.service.js'
import { createKey } from '../keys/key.service.js'
import type { NewKey } from '../keys/key.shapes.js'
import { NewWorkspace, type UpdateWorkspace, type Workspace, type WorkspaceSettings } from './workspace.shapes.js'
import * as store from './workspace.store.js'

export async function getWorkspace (ctx: Context): Promise<Workspace> {
  const { workspaceId } = allow(ctx, 'workspace:read')
  const workspace = await reading(store.find(ctx.db, workspaceId))
  if (!workspace) throw notFound('Workspace')
  return workspace
}

export async function updateWorkspace (ctx: Context, changes: UpdateWorkspace): Promise<Workspace> {
  const { workspaceId } = allow(ctx, 'workspace:write')
  return transact(ctx, async ctx => {
    const before = await store.hold(ctx.db, workspaceId)
    if (!before) throw notFound('Workspace')
    checkVersion(ctx, before.version)
    const { settings, ...others } = changes
    const wanted: Partial<Workspace> = { ...others, ...(settings && { settings: { ...before.settings, ...settings } as WorkspaceSettings }) }
    const differences = changed(before, wanted)
    if (!differences) return before
    const workspace = await store.update(ctx.db, workspaceId, wanted)
    record(ctx, 'workspace.updated', workspace, { changes: differences })
    return workspace
  })
}

/** The server itself, in a workspace; in the transaction that is under way, if one is. */
export const asSystem = (ctx: Context, workspaceId: string): Context =>
  ({ ...ctx, caller: systemContext(ctx.services, workspaceId, scopes).caller })

/** Makes a workspace with a channel to push messages into (`external:api`). For the command line and the first start. */
export async function createWorkspace (ctx: Context, { name, slug, timeZone = 'UTC' }: { name: string, slug?: string, timeZone?: string }): Promise<Workspace> {
  const wanted = sent(NewWorkspace, { name, slug: slug ?? slugOf(name), timeZone })
  const id = v7()
  return transact(asSystem(ctx, id), async ctx => {
    const workspace = await store.insert(ctx.db, { id, ...wanted })
    record(ctx, 'workspace.created', workspace)
    await createChannel(ctx, { name: 'API', kind: 'api', externalId: 'api', unthreaded: 'latest' })
    return workspace
  })
}

const slugOf = (name: string): string => name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63)
  .replace(/-$/, '') || `w-${v7().slice(-12)}`

/** The first workspace and its key, when there is none yet; null when there is. Processes starting together make one. */
export async function bootstrap (services: Services): Promise<NewKey | null> {
  const ctx = contextOf(services, null, 'start')
  return transact(ctx, async ctx => {
    await store.holdBootstrap(ctx.db)
    if (await store.anyExists(ctx.db)) return null
    const workspace = await createWorkspace(ctx, { name: 'Default' })
    return createKey(asSystem(ctx, workspace.id), { name: 'First key', scopes }, services.config.BOOTSTRAP_API_KEY)
  })
}

/** By slug or id; for the operator, who may name any. */
export const findWorkspace = async (services: Services, named: string): Promise<Workspace | undefined> =>
  reading(store.findNamed(services.database.read, named))

/** The workspace where there is but one; for the operator. */
export const onlyWorkspace = async (services: Services): Promise<Workspace | undefined> => reading(store.findOnly(services.database.read))
