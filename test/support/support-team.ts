import type { Caller } from './caller.js'

/** A small support team to write conversations with: two agents, a team, a contact, a chat channel, two tags. */
export async function supportTeam (w: Caller) {
  const made = async (path: string, body: object): Promise<any> => {
    const { status, body: resource } = await w.post(path, body)
    if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(resource)}`)
    return resource
  }
  const [ann, ben, team, contact, refund, angry] = await Promise.all([
    made('/v1/agents', { name: 'Ann', email: 'ann@team.example' }),
    made('/v1/agents', { name: 'Ben', email: 'ben@team.example' }),
    made('/v1/teams', { name: 'Billing' }),
    made('/v1/contacts', { name: 'Ada', externalId: 'crm-1' }),
    made('/v1/tags', { name: 'refund' }),
    made('/v1/tags', { name: 'angry' })
  ])
  const channel = await made('/v1/channels', { name: 'Chat', kind: 'chat' })
  return {
    ann, ben, team, contact, refund, angry, channel, made,
    conversation: (more: object = {}) => made('/v1/conversations', { channelId: channel.id, contactId: contact.id, subject: 'Order 3348', ...more }),
    /** A message that the channel pushes in. */
    inbound: (externalId: string, more: object = {}) => w.post(`/v1/channels/${channel.id}/messages`,
      { externalId, externalThreadId: 't-1', from: { externalId: 'crm-1' }, text: `message ${externalId}`, ...more })
  }
}
