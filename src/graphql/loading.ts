import DataLoader from 'dataloader'
import type { Context } from '../context.js'
import { loader } from './module.js'

/** A loader of resources by id: one statement for all that one request asks for; null for what does not exist. */
export const byId = <T extends { id: string }>(read: (ctx: Context, ids: readonly string[]) => Promise<T[]>) =>
  loader((ctx: Context) => new DataLoader<string, T | null>(async ids => {
    const found = new Map((await read(ctx, ids)).map(each => [each.id, each]))
    return ids.map(id => found.get(id) ?? null)
  }))

/** A loader of lists: what belongs to each id, all in one statement. */
export const listById = <T>(read: (ctx: Context, ids: readonly string[]) => Promise<Map<string, T[]>>) =>
  loader((ctx: Context) => new DataLoader<string, T[]>(async ids => {
    const found = await read(ctx, ids)
    return ids.map(id => found.get(id) ?? [])
  }))
