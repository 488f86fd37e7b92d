import { isIP } from 'node:net'
import { allow, checkVersion, reading, transact, type Caller, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { forbidden, invalid, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { isPrivate } from '../../http/outgoing.js'
import { scopes } from '../../scopes.js'
import { upsert, type Upserted } from '../upsert.js'
import type { CreateTokenIssuer, TokenIssuer, TokenIssuerQuery, UpdateTokenIssuer } from './issuer.shapes.js'
import * as store from './issuer.store.js'

export async function getTokenIssuer (ctx: Context, ref: string): Promise<TokenIssuer> {
  const { workspaceId } = allow(ctx, 'workspace:read')
  const issuer = await reading(store.find(ctx.db, workspaceId, ref))
  if (!issuer) throw notFound('Token issuer')
  return issuer
}

export async function listTokenIssuers (ctx: Context, query: TokenIssuerQuery): Promise<Page<TokenIssuer>> {
  const { workspaceId } = allow(ctx, 'workspace:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

export async function createTokenIssuer (ctx: Context, input: CreateTokenIssuer): Promise<TokenIssuer> {
  const caller = allow(ctx, 'workspace:write')
  check(ctx, caller, input)
  return transact(ctx, async ctx => {
    const issuer = await store.insert(ctx.db, caller.workspaceId, input)
    record(ctx, 'tokenIssuer.created', issuer)
    return issuer
  })
}

export async function updateTokenIssuer (ctx: Context, ref: string, changes: UpdateTokenIssuer): Promise<TokenIssuer> {
  const caller = allow(ctx, 'workspace:write')
  return transact(ctx, async ctx => {
    const before = await hold(ctx, caller, ref)
    const wanted = {
      ...(changes.jwks && changes.jwksUri === undefined && { jwksUri: null }),
      ...(changes.jwksUri && changes.jwks === undefined && { jwks: null }),
      ...changes
    }
    const differences = changed(before, wanted)
    if (!differences) return before
    check(ctx, caller, { ...before, ...wanted })
    const issuer = await store.update(ctx.db, caller.workspaceId, before.id, wanted)
    record(ctx, 'tokenIssuer.updated', issuer, { changes: differences })
    return issuer
  })
}

export async function upsertTokenIssuer (ctx: Context, ref: string, input: CreateTokenIssuer): Promise<Upserted<TokenIssuer>> {
  const { workspaceId } = allow(ctx, 'workspace:write')
  return upsert(ctx, ref, {
    find: ctx => store.hold(ctx.db, workspaceId, ref),
    create: (ctx, externalId) => createTokenIssuer(ctx, { ...input, externalId }),
    update: ctx => updateTokenIssuer(ctx, ref, input)
  })
}

/** Its tokens are believed no longer, at once. */
export async function deleteTokenIssuer (ctx: Context, ref: string): Promise<void> {
  const caller = allow(ctx, 'workspace:write')
  return transact(ctx, async ctx => {
    const issuer = await hold(ctx, caller, ref)
    await store.remove(ctx.db, caller.workspaceId, issuer.id)
    record(ctx, 'tokenIssuer.deleted', issuer)
  })
}

async function hold (ctx: Context, { workspaceId }: Caller, ref: string): Promise<TokenIssuer> {
  const issuer = await store.hold(ctx.db, workspaceId, ref)
  if (!issuer) throw notFound('Token issuer')
  checkVersion(ctx, issuer.version)
  return issuer
}

/** Whoever is believed about agents can sign one in as an admin, so only who has every scope may say who is. */
function check (ctx: Context, caller: Caller, { subjectKind, jwksUri, jwks }: Pick<CreateTokenIssuer, 'subjectKind' | 'jwksUri' | 'jwks'>): void {
  if (subjectKind === 'agent' && scopes.some(scope => !caller.scopes.has(scope))) {
    throw forbidden('Agents\' tokens can have every scope, so only a caller with every scope may say who issues them.')
  }
  if (!jwksUri === !jwks) throw invalid('jwks', 'give either jwksUri or jwks, one of the two')
  if (!jwksUri || ctx.services.config.ALLOW_PRIVATE_ADDRESSES) return
  const { protocol, hostname } = new URL(jwksUri)
  const address = hostname.replace(/^\[|\]$/g, '')
  if (protocol !== 'https:') throw invalid('jwksUri', 'must begin with https://')
  if (hostname === 'localhost' || (isIP(address) && isPrivate(address))) throw invalid('jwksUri', 'is a private address')
}
