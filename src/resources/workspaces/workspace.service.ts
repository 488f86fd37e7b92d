import { v7 } from 'uuid'
import { contextOf, systemContext, transact, type Context, type Services } from '../../context.js'
import { record } from '../../events/record.js'
import { scopes, type Scope } from '../../scopes.js'
import { createChannel } from '../channels/channel.service.js'
import { makeSecret } from '../keys/key.secret.js'
import * as store from './workspace.store.js'
import type { WorkspaceRow } from './workspace.store.js'

export interface FirstKey { id: string, name: string, secret: string, scopes: readonly Scope[], expiresAt: string | null }

/** The server itself, in a workspace; in the transaction that is under way, if one is. */
const asSystem = (ctx: Context, workspaceId: string): Context => ({ ...ctx, caller: systemContext(ctx.services, workspaceId, scopes).caller })

/** Makes a workspace with a channel to push messages into (`external:api`). For the command line and the first start. */
export async function createWorkspace (ctx: Context, { name, slug, timeZone = 'UTC' }: { name: string, slug?: string, timeZone?: string }): Promise<WorkspaceRow> {
  const id = v7()
  return transact(asSystem(ctx, id), async ctx => {
    const workspace = await store.insert(ctx.db, { id, name, slug: slug ?? slugOf(name), timeZone })
    record(ctx, 'workspace.created', workspace)
    await createChannel(ctx, { name: 'API', kind: 'api', externalId: 'api', unthreaded: 'latest' })
    return workspace
  })
}

const slugOf = (name: string): string => name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || `w-${v7().slice(-12)}`

/** An API key made by the operator rather than by another key. */
export async function createFirstKey (ctx: Context, workspaceId: string,
  { name, scopes: wanted = scopes, expiresAt = null, secret: given }: { name: string, scopes?: readonly Scope[], expiresAt?: string | null, secret?: string }): Promise<FirstKey> {
  const { secret, hash, prefix } = makeSecret(given)
  const id = v7()
  await transact(asSystem(ctx, workspaceId), async ctx => {
    await store.insertKey(ctx.db, { workspaceId, id, name, prefix, hash, scopes: wanted, expiresAt })
    record(ctx, 'key.created', { id, name, prefix, scopes: wanted } as { id: string })
  })
  return { id, name, secret, scopes: wanted, expiresAt }
}

/** The first workspace and its key, when there is none yet; null when there is. Processes starting together make one. */
export async function bootstrap (services: Services): Promise<FirstKey | null> {
  const ctx: Context = contextOf(services, null, 'start')
  return transact(ctx, async ctx => {
    await store.holdBootstrap(ctx.db)
    if (await store.anyExists(ctx.db)) return null
    const workspace = await createWorkspace(ctx, { name: 'Default' })
    return createFirstKey(ctx, workspace.id, { name: 'First key', secret: services.config.BOOTSTRAP_API_KEY })
  })
}

export const findWorkspace = async (services: Services, named: string): Promise<WorkspaceRow | undefined> =>
  store.find(services.database.read, named)
