import { storable, storableLine } from './storable.js'
import { addressOf, headerOf, messageIds, referencesOf } from './email.headers.js'
import type { Bounce, MailHeader } from './inbound.shapes.js'

/** `parts`: every part that is not the text or the HTML, with its bytes. */
export interface BounceEvidence {
  headers: MailHeader[]
  subject: string
  from: string | null
  text: string
  parts: Array<{ contentType: string, content: Uint8Array }>
}

/** A status notification (RFC 3464), else a bounce in a server's own words; null for any other message. */
export function bounceOf (evidence: BounceEvidence): Bounce | null {
  const status = evidence.parts.find(({ contentType }) => /^message\/(global-)?delivery-status$/.test(contentType))
  return status ? notified(fieldGroups(decoded(status.content)), evidence) : unnotified(evidence)
}

type Fields = Map<string, string>

/** Fields between blank lines (RFC 3464, 2.1): the first group is about the message, each other about a recipient. */
function fieldGroups (status: string): Fields[] {
  return status.replace(/\r\n?/g, '\n').split(/\n[ \t]*\n/).slice(0, 100).map(group => {
    const fields: Fields = new Map()
    for (const field of group.replace(/\n[ \t]+/g, ' ').split('\n')) {
      const colon = field.indexOf(':')
      if (colon > 0) fields.set(field.slice(0, colon).trim().toLowerCase(), field.slice(colon + 1).trim())
    }
    return fields
  })
}

function notified (groups: Fields[], evidence: BounceEvidence): Bounce | null {
  const withOutcome = (wanted: string) => groups.find(group => outcome(group) === wanted)
  const found = withOutcome('failed') ?? withOutcome('delayed')
  if (!found) return null
  return {
    failedRecipient: typed(found.get('original-recipient')) ?? typed(found.get('final-recipient')) ?? named(evidence),
    originalMessageId: originalMessageId(evidence),
    permanent: outcome(found) === 'failed',
    status: enhancedStatus(found.get('status')) ?? enhancedStatus(found.get('diagnostic-code')),
    diagnostic: diagnosis(found.get('diagnostic-code')?.replace(/^[a-z0-9-]+\s*;\s*/i, ''))
  }
}

/** Action decides, whatever the status: `failed` with 4.x.x is a server that tried for days and gave up. */
function outcome (group: Fields): 'failed' | 'delayed' | 'other' {
  const action = group.get('action')?.toLowerCase().split(/[\s;(]/)[0]
  if (action === 'failed' || action === 'delayed') return action
  if (action !== undefined) return 'other'
  const status = enhancedStatus(group.get('status')) ?? ''
  return status.startsWith('5') ? 'failed' : status.startsWith('4') ? 'delayed' : 'other'
}

const undelivered = new RegExp([
  'undeliver', 'not delivered', 'delivery (?:status notification|(?:has )?failed|failure|problem|incomplete)',
  'failure notice', 'returned mail', 'returning message', 'mail delivery (?:failed|system)', 'could not be delivered',
  'delayed', 'nicht zugestellt', 'unzustellbar', 'non remis', 'no se puede entregar', 'mancato recapito',
  'niet (?:worden )?bezorgd'
].join('|'), 'i')

/** Only a postmaster's word is taken for it: people write «undelivered» about parcels. */
function unnotified (evidence: BounceEvidence): Bounce | null {
  const { subject, from, text } = evidence
  const listed = named(evidence)
  const daemon = /^(mailer-?daemon|postmaster)(@|$)/i.test(from ?? '')
  if (!daemon || (listed === null && !undelivered.test(subject))) return null
  const said = text.slice(0, 20_000)
  const status = enhancedStatus(said)
  return {
    failedRecipient: listed ?? addressOf('', /^[ \t]*<([^<>\s]{3,254})>:?[ \t]*/m.exec(said)?.[1] ?? '').email,
    originalMessageId: originalMessageId(evidence),
    permanent: !(status?.startsWith('4') ?? false) && !/delayed|warning|still trying|temporar/i.test(subject),
    status,
    diagnostic: diagnosis(/^.*\b[45]\d\d[ -].*$/m.exec(said)?.[0])
  }
}

const returnedTypes = new Set(['message/rfc822', 'text/rfc822-headers', 'message/rfc822-headers',
  'message/global', 'message/global-headers'])

/** From the returned message, else from its headers quoted in the text, else from what the report answers. */
function originalMessageId (evidence: BounceEvidence): string | null {
  const returned = evidence.parts.find(({ contentType }) => returnedTypes.has(contentType))
  const quoted = returned ? decoded(returned.content.subarray(0, 262_144)) : evidence.text
  const field = /^[> \t]*(?:x-)?message-id:[ \t]*\r?\n?[> \t]*<([^<>\s]{1,1000})>/im.exec(quoted)?.[1]
  return messageIds(field === undefined ? null : `<${field}>`)[0] ?? referencesOf(evidence.headers).at(-1) ?? null
}

function named ({ headers }: BounceEvidence): string | null {
  return addressOf('', headerOf(headers, 'x-failed-recipients')?.split(',')[0] ?? '').email
}

/** An address after its type: `rfc822; ada@example.com`. */
function typed (recipient: string | undefined): string | null {
  return addressOf('', recipient?.slice(recipient.indexOf(';') + 1) ?? '').email
}

function enhancedStatus (value: string | undefined): string | null {
  return /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]\d)/.exec(value?.slice(0, 20_000) ?? '')?.[0] ?? null
}

function diagnosis (value: string | undefined): string | null {
  return storableLine(value ?? '', 1_000) || null
}

function decoded (content: Uint8Array): string {
  return storable(new TextDecoder().decode(content.subarray(0, 262_144)), 262_144)
}
