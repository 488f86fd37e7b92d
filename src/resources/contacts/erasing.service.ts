import { allow, transact, type Context } from '../../context.js'
import { record } from '../../events/record.js'
import type { Contact } from './contact.shapes.js'
import * as store from './contact.store.js'
import * as erasing from './erasing.store.js'
import { held } from './holding.service.js'

/**
 * What other resources do, in the same transaction, when a contact is erased: whatever personal they keep about these
 * contacts (the contact, and those that were merged into it) goes: texts, payloads, copies.
 */
export const onContactErased: Array<(ctx: Context, erased: { contactIds: string[] }) => Promise<void>> = []

/**
 * Erases everything personal for good: name, identities, external id, language, time zone, attributes, company; also in
 * the events that told of them. The contact stays, so that no figure changes. Erased already: nothing changes.
 */
export async function eraseContact (ctx: Context, ref: string): Promise<Contact> {
  const { workspaceId } = allow(ctx, 'contacts:write')
  return transact(ctx, async ctx => {
    const before = await held(ctx, workspaceId, ref, true)
    if (before.erasedAt) return before
    const contactIds = [before.id, ...await erasing.mergedInto(ctx.db, workspaceId, before.id)]
    await erasing.clear(ctx.db, workspaceId, contactIds, new Date(ctx.transaction!.at).toISOString())
    await erasing.scrubEvents(ctx.db, workspaceId, contactIds)
    const contact = (await store.find(ctx.db, workspaceId, before.id))!
    record(ctx, 'contact.erased', contact)
    for (const erase of onContactErased) await erase(ctx, { contactIds })
    return contact
  })
}
