import type { z } from 'zod'
import { lifeOf } from '../../clock/life.js'
import { allow, checkVersion, transact, type Context } from '../../context.js'
import { conflict, invalid, notFound } from '../../errors.js'
import { stateOf } from './conversation.row.js'
import { factAt, hold, momentOf, write, type Held, type Moment } from './change.js'
import type { Conversation } from './conversation.shapes.js'
import type { History, Merge } from './verb.shapes.js'
import * as store from './conversation.store.js'
import { readFacts } from './fact.store.js'

/** Merges it into another: its messages move, its id leads to the other from then on. Answers the one that goes on. */
export async function mergeConversation (ctx: Context, ref: string, input: z.output<typeof Merge>): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  return transact(ctx, async ctx => {
    const [source, target] = await holdBoth(ctx, ref, input.intoId)
    const moment = momentOf(ctx, input)
    const waitingSince = await waitingAt(ctx, source, moment)
    await write(ctx, source, { facts: [factAt(ctx, moment, { kind: 'merged', intoId: target.row.id })] })
    await store.moveEverything(ctx.db, source.row.workspaceId, source.row.id, target.row.id)
    return write(ctx, target, {
      facts: [factAt(ctx, moment, { kind: 'absorbed', sourceId: source.row.id, waitingSince })]
    })
  })
}

/** Since when somebody waits in it, as it stood at the moment of the merge. */
async function waitingAt (ctx: Context, { row, state }: Held, { at, given }: Moment): Promise<number | null> {
  if (!given) return state.waitingSince
  return lifeOf(await readFacts(ctx.db, row.workspaceId, row.id), at)?.state.waitingSince ?? null
}

/** Both, locked in the order of their ids, so that two merges at once cannot wait for each other. */
async function holdBoth (ctx: Context, ref: string, intoId: string): Promise<[Held, Held]> {
  const id = await store.idOf(ctx.db, ctx.caller!.workspaceId, ref)
  if (!id) throw notFound('Conversation')
  if (id === intoId) throw invalid('intoId', 'is this conversation itself')
  const held = new Map<string, Held>()
  for (const each of [id, intoId].toSorted()) {
    const row = await store.holdItself(ctx.db, ctx.caller!.workspaceId, each)
    if (!row || row.disposition === 'deleted') {
      throw each === id ? notFound('Conversation') : missingTarget()
    }
    if (row.disposition !== 'active') throw conflict(`${each === id ? 'This conversation' : 'The other conversation'} is ${row.disposition} and cannot be merged.`)
    held.set(each, { row, state: stateOf(row) })
  }
  checkVersion(ctx, held.get(id)!.row.version)
  return [held.get(id)!, held.get(intoId)!]
}

const missingTarget = () => {
  const error = notFound('Conversation')
  return Object.assign(error, { errors: [{ path: 'intoId', message: 'names no conversation of this workspace' }] })
}

/** Out of lists and metrics: it is not from a customer. */
export const markAsSpam = async (ctx: Context, ref: string, input: History): Promise<Conversation> => setSpam(ctx, ref, input, true)

/** It was no spam after all: everything comes back as if it had never been marked. */
export const takeBackSpam = async (ctx: Context, ref: string, input: History): Promise<Conversation> => setSpam(ctx, ref, input, false)

async function setSpam (ctx: Context, ref: string, input: History, spam: boolean): Promise<Conversation> {
  allow(ctx, 'conversations:write')
  return transact(ctx, async ctx => {
    const held = await hold(ctx, ref)
    if ((held.row.disposition === 'spam') === spam && !input.occurredAt) {
      throw conflict(spam ? 'This conversation is marked as spam already.' : 'This conversation is not marked as spam.')
    }
    return write(ctx, held, { facts: [factAt(ctx, momentOf(ctx, input), { kind: 'spam', spam })] })
  })
}

/** Deletes it: it leaves every list and every metric. Answers nothing. */
export async function deleteConversation (ctx: Context, ref: string): Promise<void> {
  allow(ctx, 'conversations:write')
  await transact(ctx, async ctx => {
    const held = await hold(ctx, ref)
    await write(ctx, held, { facts: [factAt(ctx, momentOf(ctx, {}), { kind: 'deleted' })] })
  })
}
