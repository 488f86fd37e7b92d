import { transact, type Context } from '../context.js'
import { pushMessage } from '../resources/channels/receipt.service.js'
import { InboundMessage } from '../resources/channels/inbound/inbound.shapes.js'
import { assignConversation } from '../resources/conversations/assigning.service.js'
import { changeStatus } from '../resources/conversations/closing.service.js'
import { markAsSpam, mergeConversation } from '../resources/conversations/merging.service.js'
import { addNote, replyToConversation } from '../resources/conversations/replying.service.js'
import { snoozeConversation } from '../resources/conversations/snoozing.service.js'
import { changePriority, tagConversation } from '../resources/conversations/tagging.service.js'
import type { Step, Story } from './story.js'

/** The ids that the keys of the team have here. */
export interface Ids { agents: Map<string, string>, teams: Map<string, string>, channels: Map<string, string>, tags: Map<string, string> }

/** Writes one conversation as it went, whole or not at all. */
export async function play (ctx: Context, ids: Ids, number: number, story: Story): Promise<void> {
  await transact(ctx, async ctx => {
    let conversationId = ''
    for (const [index, step] of story.steps.entries()) {
      if (step.kind === 'inbound') conversationId = await push(ctx, ids, story, `seed-${number}`, index, step)
      else await act(ctx, ids, conversationId, step, () => askedTwice(ctx, ids, story, `seed-${number}-again`, step))
    }
  })
}

type Acted = Exclude<Step, { kind: 'inbound' }>

const instant = (at: number): string => new Date(at).toISOString()

async function push (ctx: Context, ids: Ids, { channel, from, subject, attributes }: Story, thread: string, index: number, { at, text }: { at: number, text: string }): Promise<string> {
  const message = InboundMessage.parse({ externalId: `${thread}-${index}`, externalThreadId: thread, occurredAt: instant(at), from, subject, text, attributes })
  return (await pushMessage(ctx, ids.channels.get(channel)!, message)).conversationId
}

async function askedTwice (ctx: Context, ids: Ids, story: Story, thread: string, step: Acted): Promise<string> {
  if (step.kind !== 'merge') throw new Error(`${step.kind} is no merge`)
  return push(ctx, ids, { ...story, channel: step.channel }, thread, 0, { at: step.askedAt, text: step.text })
}

async function act (ctx: Context, ids: Ids, id: string, step: Acted, again: () => Promise<string>): Promise<unknown> {
  const history = { occurredAt: instant(step.at), actor: { kind: 'agent' as const, id: ids.agents.get(step.agent)! } }
  const tagIds = (keys: readonly string[]): string[] => keys.map(key => ids.tags.get(key)!)
  switch (step.kind) {
    case 'reply': {
      const { text, status, reason, addTags = [] } = step
      const andThen = { status, reason, addTagIds: addTags.length ? tagIds(addTags) : undefined }
      return replyToConversation(ctx, id, { ...history, text, andThen })
    }
    case 'note': return addNote(ctx, id, { ...history, text: step.text })
    case 'assign': return assignConversation(ctx, id, { ...history, assigneeId: history.actor.id, teamId: ids.teams.get(step.team)! })
    case 'priority': return changePriority(ctx, id, { ...history, priority: step.priority })
    case 'tag': return tagConversation(ctx, id, { ...history, tagIds: tagIds(step.tags) })
    case 'status': return changeStatus(ctx, id, { ...history, status: step.status, reason: step.reason })
    case 'snooze': return snoozeConversation(ctx, id, { ...history, until: instant(step.until), reason: step.reason })
    case 'spam': return markAsSpam(ctx, id, history)
    case 'merge': return mergeConversation(ctx, await again(), { ...history, intoId: id })
  }
}
