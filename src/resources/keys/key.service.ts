import { allow, checkVersion, instantOf, instantText, reading, transact, type Caller, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { conflict, forbidden, invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import type { Scope } from '../../scopes.js'
import { makeSecret } from './key.secret.js'
import type { ApiKey, CreateKey, KeyQuery, NewKey, UpdateKey } from './key.shapes.js'
import * as store from './key.store.js'

export async function getKey (ctx: Context, ref: string): Promise<ApiKey> {
  const { workspaceId } = allow(ctx, 'keys:read')
  const key = await reading(store.find(ctx.db, workspaceId, ref))
  if (!key) throw notFound('API key')
  return key
}

export async function listKeys (ctx: Context, query: KeyQuery): Promise<Page<ApiKey>> {
  const { workspaceId } = allow(ctx, 'keys:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** The secret is in this answer and nowhere else: not in the event, nor in what is kept under an Idempotency-Key. */
export async function createKey (ctx: Context, input: CreateKey, given?: string): Promise<NewKey> {
  const caller = allow(ctx, 'keys:write')
  refuseMore(caller, input.scopes)
  const { secret, hash, prefix } = makeSecret(given)
  const key = await transact(ctx, async ctx => {
    if (input.expiresAt && Date.parse(input.expiresAt) <= instantOf(ctx)) throw invalid('expiresAt', 'must be later than now')
    const key = await store.insert(ctx.db, caller.workspaceId, { ...input, prefix, secretHash: hash })
    record(ctx, 'key.created', key)
    return key
  })
  return { ...key, secret: ctx.replayed.yes ? null : secret }
}

export async function updateKey (ctx: Context, ref: string, changes: UpdateKey): Promise<ApiKey> {
  const caller = allow(ctx, 'keys:write')
  const key = await transact(ctx, async ctx => {
    const before = await hold(ctx, caller, ref)
    refuseMore(caller, changes.scopes?.filter(scope => !before.scopes.includes(scope)) ?? [])
    return change(ctx, before, changes, 'key.updated')
  })
  ctx.services.callers.forget()
  return key
}

/** A new secret; the one before stops working. Whoever is shown it can do what the key can, so must be able to already. */
export async function rotateKey (ctx: Context, ref: string): Promise<NewKey> {
  const caller = allow(ctx, 'keys:write')
  const { secret, hash, prefix } = makeSecret()
  const key = await transact(ctx, async ctx => {
    const before = await hold(ctx, caller, ref)
    if (before.revokedAt) throw conflict('This API key was revoked. Create another.')
    refuseMore(caller, before.scopes as Scope[])
    const key = await store.update(ctx.db, caller.workspaceId, before.id, { prefix, secretHash: hash })
    record(ctx, 'key.rotated', key, { changes: { prefix: { from: before.prefix, to: prefix } } })
    return key
  })
  ctx.services.callers.forget()
  return { ...key, secret: ctx.replayed.yes ? null : secret }
}

/** From then on it does not work: here at once, in other processes within five seconds. */
export async function revokeKey (ctx: Context, ref: string): Promise<ApiKey> {
  const caller = allow(ctx, 'keys:write')
  const key = await transact(ctx, async ctx => {
    const before = await hold(ctx, caller, ref)
    return change(ctx, before, { revokedAt: before.revokedAt ?? instantText(ctx) }, 'key.revoked')
  })
  ctx.services.callers.forget()
  return key
}

async function hold (ctx: Context, { workspaceId }: Caller, ref: string): Promise<ApiKey> {
  const key = await store.hold(ctx.db, workspaceId, ref)
  if (!key) throw notFound('API key')
  checkVersion(ctx, key.version)
  return key
}

async function change (ctx: Context, before: ApiKey, wanted: Partial<ApiKey>, type: string): Promise<ApiKey> {
  const differences = changed(before, wanted)
  if (!differences) return before
  const key = await store.update(ctx.db, ctx.caller!.workspaceId, before.id, wanted)
  record(ctx, type, key, { changes: differences })
  return key
}

/** Nobody gives away what they do not have. */
function refuseMore ({ scopes }: Caller, wanted: readonly Scope[]): void {
  const more = wanted.filter(scope => !scopes.has(scope))
  if (more.length) throw forbidden(`A caller can only grant scopes that it has; this one lacks ${more.join(', ')}.`)
}
