/** Every scope there is: `noun:read` and `noun:write`, and `history:write` for facts with times of their own. */
export const scopeMeanings = {
  'workspace:read': 'Read the workspace and its settings.',
  'workspace:write': 'Change the workspace, its settings and its token issuers.',
  'keys:read': 'List API keys (never their secrets).',
  'keys:write': 'Create, rotate and revoke API keys.',
  'agents:read': 'Read agents and teams.',
  'agents:write': 'Create and change agents and teams.',
  'contacts:read': 'Read contacts and companies.',
  'contacts:write': 'Create, change, merge and erase contacts and companies.',
  'attributes:read': 'Read the definitions of attributes.',
  'attributes:write': 'Define attributes.',
  'channels:read': 'Read channels and their inbound receipts.',
  'channels:write': 'Create and change channels; retry receipts.',
  'inbound:write': 'Push customers\' messages into a channel.',
  'conversations:read': 'Read conversations, their messages and history.',
  'conversations:write': 'Create and change conversations; reply and note.',
  'tags:read': 'Read tags.',
  'tags:write': 'Create, change and archive tags.',
  'events:read': 'Read the feed of events.',
  'webhooks:read': 'Read webhooks and the log of their deliveries.',
  'webhooks:write': 'Create, change, rotate, disable and replay webhooks.',
  'calendars:read': 'Read calendars.',
  'calendars:write': 'Create and change calendars.',
  'standards:read': 'Read service standards, clocks, explanations and backtests.',
  'standards:write': 'Write, publish and archive service standards; run backtests.',
  'metrics:read': 'Query metrics.',
  'goals:read': 'Read goals.',
  'goals:write': 'Set goals, and say who champions a metric.',
  'bulk:write': 'Send many writes in one call; each needs its own scope too.',
  'imports:write': 'Import history.',
  'history:write': 'Give a write its own time (occurredAt), to load real past data.'
} as const

export type Scope = keyof typeof scopeMeanings
export const scopes = Object.keys(scopeMeanings) as [Scope, ...Scope[]]

export const roles = ['admin', 'lead', 'agent', 'viewer'] as const
export type Role = (typeof roles)[number]

const reads = scopes.filter(scope => scope.endsWith(':read') && scope !== 'keys:read')
const work: Scope[] = ['conversations:write', 'contacts:write', 'bulk:write']
const lead: Scope[] = ['agents:write', 'channels:write', 'tags:write', 'attributes:write', 'calendars:write',
  'standards:write', 'goals:write']

/** What a person signed in with a token may do, by role. */
export const scopesOfRole: Record<Role, ReadonlySet<Scope>> = {
  admin: new Set(scopes),
  lead: new Set([...reads, ...work, ...lead]),
  agent: new Set([...reads, ...work]),
  viewer: new Set(reads)
}
