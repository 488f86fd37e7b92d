import type { Status } from '../../clock/facts.js'
import type { Context } from '../../context.js'
import { invalid } from '../../errors.js'
import * as store from './conversation.store.js'

/** The status that is meant: the one given, or what one of the workspace's own names stands for; null when neither is given. */
export async function statusMeant (ctx: Context, { status, ownStatus }: { status?: Status, ownStatus?: string }, path = ''): Promise<Status | null> {
  if (ownStatus === undefined) return status ?? null
  const meant = await store.meaningOf(ctx.db, ctx.caller!.workspaceId, ownStatus) as Status | undefined
  if (!meant) throw invalid(`${path}ownStatus`, 'is none of the statuses in the workspace\'s settings')
  if (status && status !== meant) throw invalid(`${path}status`, `is not what ${ownStatus} stands for, which is ${meant}`)
  return meant
}
