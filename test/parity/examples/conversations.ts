import type { Workspace } from '../../support/app.js'
import { factories, unique } from '../../support/factories.js'
import type { Example } from '../examples.js'

const { agents, channels, companies, contacts, conversations, messages, tags, teams } = factories as Required<typeof factories>

const someId = async (made: Promise<{ id: string }>): Promise<string> => (await made).id

/** What a conversation is about, and where. */
const references = async (w: Workspace) => ({
  channelId: await someId(channels!(w)),
  contactId: await someId(contacts!(w)),
  companyId: await someId(companies!(w))
})

async function assignment (w: Workspace): Promise<{ assigneeId: string, teamId: string }> {
  const [assigneeId, teamId] = [await someId(agents!(w)), await someId(teams!(w))]
  await w.post(`/v1/teams/${teamId}/members`, { agentId: assigneeId })
  return { assigneeId, teamId }
}

const resolved = async (w: Workspace): Promise<string> => {
  const id = await someId(conversations!(w))
  await w.post(`/v1/conversations/${id}/resolve`, {})
  return id
}

async function written (w: Workspace, kind: 'note' | 'reply'): Promise<string> {
  const { body } = await w.post(`/v1/conversations/${await someId(conversations!(w))}/${kind}`, { text: 'On its way.' })
  return body.id
}

export const conversationExamples: Record<string, Example> = {
  createChannel: async w => ({ body: { name: unique('Channel'), kind: 'chat', defaultTeamId: await someId(teams!(w)) } }),
  updateChannel: async w => ({ params: { id: await someId(channels!(w)) }, body: { defaultTeamId: await someId(teams!(w)) } }),
  createConversation: async w => ({ body: { ...await references(w), ...await assignment(w), tagIds: [await someId(tags!(w))] } }),
  upsertConversation: async w => ({ params: { id: `external:${unique('own')}` }, body: await references(w) }),
  updateConversation: async w => ({
    params: { id: await someId(conversations!(w)) },
    body: { contactId: await someId(contacts!(w)), companyId: await someId(companies!(w)) }
  }),
  assignConversation: async w => ({ params: { id: await someId(conversations!(w)) }, body: await assignment(w) }),
  replyToConversation: async w => ({
    params: { id: await someId(conversations!(w)) },
    body: { text: 'On its way.', andThen: { status: 'pending', ...await assignment(w), addTagIds: [await someId(tags!(w))] } },
    asContact: { text: 'Where is it?' }
  }),
  tagConversation: async w => ({ params: { id: await someId(conversations!(w)) }, body: { tagIds: [await someId(tags!(w))] } }),
  async untagConversation (w) {
    const [id, tagIds] = [await someId(conversations!(w)), [await someId(tags!(w))]]
    await w.post(`/v1/conversations/${id}/tag`, { tagIds })
    // A tag that it does not have, wherever that is from, does not matter.
    return { params: { id }, body: { tagIds } }
  },
  async takeBackSpam (w) {
    const id = await someId(conversations!(w))
    await w.post(`/v1/conversations/${id}/spam`, {})
    return { params: { id }, body: {} }
  },
  mergeConversation: async w => ({ params: { id: await someId(conversations!(w)) }, body: { intoId: await someId(conversations!(w)) } }),
  reopenConversation: async w => ({ params: { id: await resolved(w) }, body: {} }),
  publishNote: async w => ({ params: { id: await written(w, 'note') }, body: {} }),
  setCountsForService: async w => ({ params: { id: await someId(messages!(w)) }, body: { counts: false, reason: 'only says thanks' } }),
  setDelivery: async w => ({ params: { id: await written(w, 'reply') }, body: { state: 'sent' } })
}
