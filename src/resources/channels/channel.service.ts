import { allow, checkVersion, reading, transact, type Context } from '../../context.js'
import { changed } from '../../db/rows.js'
import type { Page } from '../../db/page.js'
import { conflict, notFound } from '../../errors.js'
import { record } from '../../events/record.js'
import { upsert, type Upserted } from '../upsert.js'
import type { Channel, ChannelQuery, CreateChannel, UpdateChannel } from './channel.shapes.js'
import { newHookSecret } from './hook.secret.js'
import { channelShape, type ChannelRow } from './channel.store.js'
import * as store from './channel.store.js'

export async function getChannel (ctx: Context, ref: string): Promise<Channel> {
  const { workspaceId } = allow(ctx, 'channels:read')
  const row = await reading(store.find(ctx.db, workspaceId, ref))
  if (!row) throw notFound('Channel')
  return channelShape(row)
}

export async function listChannels (ctx: Context, query: ChannelQuery): Promise<Page<Channel>> {
  const { workspaceId } = allow(ctx, 'channels:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** Those of the ids that exist, in no order. */
export async function channelsById (ctx: Context, ids: readonly string[]): Promise<Channel[]> {
  const { workspaceId } = allow(ctx, 'channels:read')
  return (await reading(store.findMany(ctx.db, workspaceId, ids))).map(channelShape)
}

const conversational = new Set(['chat', 'sms', 'whatsapp', 'social'])

export async function createChannel (ctx: Context, input: CreateChannel): Promise<Channel> {
  const { workspaceId } = allow(ctx, 'channels:write')
  return transact(ctx, async ctx => {
    const channel = channelShape(await store.insert(ctx.db, workspaceId, { unthreaded: conversational.has(input.kind) ? 'latest' : 'new', ...input }))
    record(ctx, 'channel.created', channel)
    return channel
  })
}

export async function updateChannel (ctx: Context, ref: string, changes: UpdateChannel): Promise<Channel> {
  const { workspaceId } = allow(ctx, 'channels:write')
  return transact(ctx, async ctx => {
    const before = await hold(ctx, workspaceId, ref)
    const differences = changed(before, changes)
    if (!differences) return channelShape(before)
    const channel = channelShape(await store.update(ctx.db, workspaceId, before.id, changes))
    record(ctx, 'channel.updated', channel, { changes: differences })
    return channel
  })
}

async function hold (ctx: Context, workspaceId: string, ref: string): Promise<ChannelRow> {
  const row = await store.hold(ctx.db, workspaceId, ref)
  if (!row) throw notFound('Channel')
  checkVersion(ctx, row.version)
  return row
}

export async function upsertChannel (ctx: Context, ref: string, input: CreateChannel): Promise<Upserted<Channel>> {
  const { workspaceId } = allow(ctx, 'channels:write')
  const { kind, ...changes } = input
  return upsert(ctx, ref, {
    async find (ctx) {
      const row = await store.hold(ctx.db, workspaceId, ref)
      if (row && row.kind !== kind) throw conflict('The kind of a channel cannot be changed.', [{ path: 'kind', message: 'cannot be changed' }])
      return row && channelShape(row)
    },
    create: (ctx, externalId) => createChannel(ctx, { ...input, externalId }),
    update: ctx => updateChannel(ctx, ref, changes)
  })
}

/** A new secret for the channel's hook, shown this once; the one before stops working. */
export async function rotateHookSecret (ctx: Context, ref: string): Promise<{ channelId: string, secret: string, hookPath: string }> {
  const { workspaceId } = allow(ctx, 'channels:write')
  const { secret, hash } = newHookSecret()
  return transact(ctx, async ctx => {
    const before = await hold(ctx, workspaceId, ref)
    const channel = channelShape(await store.update(ctx.db, workspaceId, before.id, { hookSecretHash: hash }))
    record(ctx, 'channel.hookSecretRotated', channel)
    return { channelId: channel.id, secret, hookPath: channel.hookPath }
  })
}
