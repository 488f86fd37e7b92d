import type { Context } from '../../context.js'
import { onContactErased, onContactMerged } from '../contacts/contact.service.js'
import { factAt, momentOf, write } from './change.js'
import { stateOf } from './conversation.row.js'
import * as store from './conversation.store.js'

/** The conversations of a contact that was merged are the survivor's from then on. */
async function follow (ctx: Context, { fromId, intoId }: { fromId: string, intoId: string }): Promise<void> {
  const { workspaceId } = ctx.caller!
  for (const row of await store.holdOfContact(ctx.db, workspaceId, fromId)) {
    await write(ctx, { row, state: stateOf(row) }, { facts: [factAt(ctx, momentOf(ctx, {}), { kind: 'attributes', contactId: intoId })] })
  }
}

/** What contacts wrote goes for good: texts, subjects, files, payloads. That they wrote, and when, stays, so that no figure changes. */
async function forget (ctx: Context, { contactIds }: { contactIds: string[] }): Promise<void> {
  await store.eraseWords(ctx.db, ctx.caller!.workspaceId, contactIds)
}

/** Follows what happens to contacts, from the start of the process on. */
export function followContacts (): void {
  if (!onContactMerged.includes(follow)) onContactMerged.push(follow)
  if (!onContactErased.includes(forget)) onContactErased.push(forget)
}
