import type { Workspace } from './app.js'

/** Makes one resource of a kind in a workspace, through the door; `fields` replace what it would have by itself. */
export type Factory = (w: Workspace, fields?: Record<string, unknown>) => Promise<any>

let made = 0
/** A word that nothing else in this process has. */
export const unique = (word: string): string => `${word}-${++made}`

async function make (w: Workspace, path: string, body: Record<string, unknown>): Promise<any> {
  const answer = await w.post(path, body)
  if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** By the noun of the path: `/v1/tags` is made by `tags`. */
export const factories: Record<string, Factory> = {
  agents: (w, fields) => make(w, '/v1/agents', { name: unique('Agent'), email: `${unique('agent')}@example.com`, role: 'agent', ...fields }),
  attributes: (w, fields) => make(w, '/v1/attributes', { on: 'contact', key: unique('key').replace('-', ''), name: 'Plan', type: 'choice', allowedValues: ['free', 'team'], ...fields }),
  async attachments (w) {
    const attachments = [{ filename: 'a.txt', contentType: 'text/plain', contentBase64: Buffer.from('hello').toString('base64') }]
    return (await factories.messages!(w, { attachments })).attachments[0]
  },
  channels: (w, fields) => make(w, '/v1/channels', { name: unique('Channel'), kind: 'chat', ...fields }),
  companies: (w, fields) => make(w, '/v1/companies', { name: unique('Company'), tier: 'gold', ...fields }),
  contacts: (w, fields) => make(w, '/v1/contacts', { name: unique('Contact'), email: `${unique('contact')}@example.com`, ...fields }),
  conversations: async (w, fields) => make(w, '/v1/conversations', {
    channelId: (await factories.channels!(w)).id, contactId: (await factories.contacts!(w)).id, subject: 'Order 3348', ...fields
  }),
  async events (w) {
    const tag = await factories.tags!(w)
    return (await w.get(`/v1/events?subjectId=${tag.id}`)).body.data[0]
  },
  backtests: async (w, fields) => make(w, `/v1/standards/${(await factories.standards!(w)).id}/backtests`, { from: '2026-01-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z', ...fields }),
  calendars: (w, fields) => make(w, '/v1/calendars', {
    name: unique('Calendar'), timeZone: 'UTC', weekly: { monday: [{ from: '09:00', to: '17:00' }] }, ...fields
  }),
  /** One that could not be read, so that it can be tried again. */
  async inboundReceipts (w) {
    const { id } = await factories.channels!(w)
    const { body: { secret, hookPath } } = await w.post(`/v1/channels/${id}/hookSecret`)
    return (await w.post(hookPath, { nonsense: true }, { 'x-webhook-secret': secret })).body
  },
  /** Of a promise that a conversation be resolved within the hour. */
  async clocks (w) {
    const { id } = await make(w, '/v1/standards', { name: unique('Standard'), default: true, targets: [{ kind: 'firstResolution', seconds: { normal: 3600 } }] })
    await w.post(`/v1/standards/${id}/publish`, {})
    const conversation = await factories.conversations!(w)
    return (await w.get(`/v1/conversations/${conversation.id}/clocks`)).body.data[0]
  },
  /** From a customer, in a conversation of its own. */
  async messages (w, fields) {
    const { id } = await factories.channels!(w)
    const word = unique('m')
    return (await make(w, `/v1/channels/${id}/messages`, {
      externalId: word, externalThreadId: word, sentAt: '2026-03-02T09:30:00.000Z', from: { name: 'Ada', email: `${word}@example.com` },
      subject: 'Order 3348', text: 'It has not arrived', ...fields
    })).message
  },
  standards: (w, fields) => make(w, '/v1/standards', {
    name: unique('Standard'), default: true, targets: [{ kind: 'firstReply', seconds: { normal: 3600 } }], ...fields
  }),
  goals: (w, fields) => make(w, '/v1/goals', {
    name: unique('Goal'), why: 'Customers wait.', metric: 'firstReplyTime', from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', target: 3600, ...fields
  }),
  keys: (w, fields) => make(w, '/v1/keys', { name: unique('Key'), scopes: ['tags:read'], ...fields }),
  tags: (w, fields) => make(w, '/v1/tags', { name: unique('tag'), ...fields }),
  tokenIssuers: (w, fields) => make(w, '/v1/tokenIssuers', {
    issuer: `https://${unique('issuer')}.example.com`, audience: 'supportops', subjectKind: 'contact', algorithms: ['RS256'], jwksUri: 'https://login.example.com/jwks', ...fields
  }),
  teams: (w, fields) => make(w, '/v1/teams', { name: unique('Team'), ...fields }),
  async imports (w) {
    const { body } = await w.post('/v1/imports', '{"type":"contact","externalId":"ada","company":"nobody"}\n', { 'content-type': 'application/x-ndjson' })
    return body
  },
  webhooks: (w, fields) => make(w, '/v1/webhooks', { url: 'https://10.0.0.1/refused', ...fields }),
  async webhookDeliveries (w) {
    const { id } = await factories.webhooks!(w)
    await w.runDue()
    return (await w.get(`/v1/webhookDeliveries?webhookId=${id}`)).body.data[0]
  }
}
