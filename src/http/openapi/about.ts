import { scopeMeanings } from '../../scopes.js'

const scopeTable = Object.entries(scopeMeanings).map(([scope, meaning]) => `| \`${scope}\` | ${meaning} |`).join('\n')

/** What the contract says before its first path. */
export const about = {
  openapi: '3.1.0',
  info: {
    title: 'SupportOps',
    version: '1.0.0',
    summary: 'The headless support-operations API.',
    description: `Conversations, channels, tags, service standards and metrics, as resources. The same words, errors,
permissions and events as the GraphQL face at \`/graphql\`.

Every request carries \`Authorization: Bearer …\`: an API key, or a token of an issuer that the workspace configured.
Every answer carries \`X-Request-Id\`, under which the server's log has it.

| Scope | What it permits |
|---|---|
${scopeTable}`,
    license: { name: 'MIT', identifier: 'MIT' }
  },
  servers: [{ url: '/', description: 'This server.' }]
}

export const sharedComponents = {
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      schema: { type: 'string', minLength: 1, maxLength: 255 },
      example: 'order-3348-refund',
      description: 'Any visible ASCII text of your own: the same key and body within 24 h gets the first answer again.'
    },
    IfMatch: {
      name: 'If-Match',
      in: 'header',
      required: false,
      schema: { type: 'string' },
      example: '"3"',
      description: 'The ETag that the change is based on; refused with `preconditionFailed` when it is no longer current.'
    }
  },
  headers: {
    ETag: { description: 'Names this version of the resource: for If-Match and If-None-Match.', schema: { type: 'string' } },
    Location: { description: 'The path of what was created.', schema: { type: 'string' } },
    IdempotentReplayed: {
      description: '`true` when this is the answer that was given before, under the same Idempotency-Key.',
      schema: { type: 'string', enum: ['true'] }
    },
    RetryAfter: { description: 'Seconds after which the same request may succeed.', schema: { type: 'string' } }
  },
  securitySchemes: {
    apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `sup_live_…`.' },
    token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An agent\'s or a contact\'s token.' }
  }
}
