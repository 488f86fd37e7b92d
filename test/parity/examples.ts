import type { Workspace } from '../support/app.js'
import { factories } from '../support/factories.js'
import type { Call } from './calls.js'
import { conversationExamples } from './examples/conversations.js'

export type Example = (w: Workspace) => Promise<Call> | Call

const { agents, calendars, channels, contacts, goals, standards, teams } = factories as Required<typeof factories>

const metricQuery = { metrics: 'created', from: '2026-03-02T00:00:00.000Z', to: '2026-03-03T00:00:00.000Z' }

/**
 * How to call an operation in a fresh workspace, by its operationId, where that does not follow from its form (see
 * `callOf`): more than one thing in the path, a body that refers to something, a state that has to be there before.
 */
export const examples: Record<string, Example> = {
  ...conversationExamples,
  streamEvents: () => ({ endless: true }),
  getCalendarVersion: async w => ({ params: { id: (await calendars!(w)).id, number: '1' }, variables: { number: 1 } }),
  countBusinessSeconds: async w => ({ params: { id: (await calendars!(w)).id }, query: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' } }),
  addBusinessSeconds: async w => ({ params: { id: (await calendars!(w)).id }, query: { from: '2026-03-02T00:00:00Z', seconds: '60' }, variables: { seconds: 60 } }),
  getStandardVersion: async w => ({ params: { id: (await standards!(w)).id, number: '1' }, variables: { number: 1 } }),
  reorderStandards: async w => ({ body: { ids: [(await standards!(w)).id, (await standards!(w)).id].toReversed() } }),
  getMetric: () => ({ params: { name: 'created' }, shared: true }),
  setMetricOwner: async w => ({ params: { name: 'created' }, body: { agentId: (await agents!(w)).id, why: 'Plans the shifts.' }, shared: true }),
  async removeMetricOwner (w) {
    await w.put('/v1/metrics/created/owner', { agentId: (await agents!(w)).id, why: 'Plans the shifts.' })
    return { params: { name: 'created' } }
  },
  async createGoal (w) {
    const [ownerId, calendarId, teamId] = [(await agents!(w)).id, (await calendars!(w)).id, (await teams!(w)).id]
    const period = { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' }
    return { body: { name: 'Fast', why: 'They wait.', metric: 'replyTime', ...period, target: 60, scope: { kind: 'team', id: teamId }, basis: 'business', calendarId, ownerId } }
  },
  updateGoal: async w => ({ params: { id: (await goals!(w)).id }, body: { ownerId: (await agents!(w)).id } }),
  queryMetricsByLink: () => ({ query: metricQuery, variables: { input: { ...metricQuery, metrics: ['created'] } } }),
  async listMetricConversations (w) {
    const { body } = await w.post('/v1/metrics/query', { ...metricQuery, metrics: ['created'] })
    const { cursor } = body.totals[0].figure
    return { query: { cursor }, variables: { cursor } }
  },
  async takeHook (w) {
    const { id: channelId } = await channels!(w, { provider: 'rfc822' })
    const { body: { secret } } = await w.post(`/v1/channels/${channelId}/hookSecret`)
    return { params: { channelId }, body: 'From: Ada <ada@example.com>\r\n\r\nWhere is my order?', headers: { 'content-type': 'message/rfc822', 'x-webhook-secret': secret } }
  },
  getPledge: w => ({ params: { workspace: w.workspaceId } }),
  setTeamMembers: async w => ({ params: { id: (await teams!(w)).id }, body: { agentIds: [(await agents!(w)).id] } }),
  addTeamMember: async w => ({ params: { id: (await teams!(w)).id }, body: { agentId: (await agents!(w)).id } }),
  async removeTeamMember (w) {
    const [{ id }, { id: agentId }] = [await teams!(w), await agents!(w)]
    await w.post(`/v1/teams/${id}/members`, { agentId })
    return { params: { id, agentId } }
  },
  removeContactIdentity: async w => ({
    params: { id: (await contacts!(w, { phone: '+43 1 234567' })).id }, body: { kind: 'phone', value: '+43 1 234567' }
  }),
  createImport: () => ({ body: '{"type":"tag","externalId":"refund","name":"refund"}\n', headers: { 'content-type': 'application/x-ndjson' } }),
  mergeContact: async w => ({ params: { id: (await contacts!(w)).id }, body: { intoId: (await contacts!(w)).id } })
}
