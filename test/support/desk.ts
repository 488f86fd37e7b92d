import type { Workspace } from './app.js'
import { factories } from './factories.js'

/** A day of 2026 at a time of day. */
export const at = (month: number, day: number, time = '00:00:00.000'): string => `2026-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T${time}Z`
export const march = { from: at(3, 1), to: at(4, 1) }
export const words = { name: 'Better', why: 'Customers leave.' }

export async function send (w: Workspace, id: string, verb: string, body: object): Promise<void> {
  const answer = await w.post(`/v1/conversations/${id}/${verb}`, body)
  if (answer.status >= 300) throw new Error(`${verb}: ${JSON.stringify(answer.body)}`)
}

/** A workspace with a channel and an agent, in which conversations are answered after some minutes and resolved. */
export async function desk (w: Workspace) {
  const [channel, other, agent, team] = [await factories.channels!(w), await factories.channels!(w), await factories.agents!(w), await factories.teams!(w)]
  const answered = async (from: string, minutes: number, resolvedAt: string | null = null, channelId = channel.id): Promise<string> => {
    const { id, contactId } = await factories.conversations!(w, { channelId, occurredAt: from })
    await send(w, id, 'reply', { text: 'Where is it?', actor: { kind: 'customer', id: contactId }, occurredAt: from })
    const repliedAt = new Date(Date.parse(from) + minutes * 60_000).toISOString()
    await send(w, id, 'reply', { text: 'Here.', actor: { kind: 'agent', id: agent.id }, occurredAt: repliedAt })
    if (resolvedAt) await send(w, id, 'resolve', { occurredAt: resolvedAt })
    return id
  }
  const set = async (fields: object) => {
    const { status, body } = await w.post('/v1/goals', { ...words, ...march, ...fields })
    if (status !== 201) throw new Error(JSON.stringify(body))
    return body
  }
  const progress = async (id: string, query = '') => (await w.get(`/v1/goals/${id}/progress${query}`)).body
  const events = async (type: string) => (await w.get(`/v1/events?type=${type}&limit=100`)).body.data
  return { w, channel, other, agent, team, answered, set, progress, events }
}
