import { createHash } from 'node:crypto'
import { addressParser } from 'postal-mime'
import { storableLine } from './storable.js'
import { inboundBounds } from './inbound.shapes.js'
import type { MailAddress, MailHeader, SpamVerdict } from './inbound.shapes.js'

const listed = 100

/** The first header of that name, trimmed; null when there is none. */
export function headerOf (headers: MailHeader[], name: string): string | null {
  return headers.find(header => header.name.toLowerCase() === name)?.value.trim() ?? null
}

/** An id as it is stored: without angle brackets, on one line; its SHA-256 where it exceeds 255 characters. */
export function boundedId (id: string): string {
  const kept = storableLine(id.trim().replace(/^<|>$/g, ''), 10_000)
  return kept.length <= inboundBounds.id ? kept : `sha256:${createHash('sha256').update(kept).digest('hex')}`
}

/** Every message-id in a header (RFC 5322, 3.6.4), in order and once, without the phrases of the obsolete syntax. */
export function messageIds (value: string | null): string[] {
  if (value === null) return []
  const bracketed = [...value.matchAll(/<\s*([^<>\s]+)\s*>/g)].map(match => match[1] as string)
  const bare = () => value.split(/[\s,]+/).filter(word => /^[^\s<>@]+@[^\s<>@]+$/.test(word))
  return [...new Set((bracketed.length > 0 ? bracketed : bare()).map(boundedId))]
}

/** References, then what In-Reply-To names besides. Of more than 100 the first, which began it, and the last 99. */
export function referencesOf (headers: MailHeader[]): string[] {
  const all = [...new Set(['references', 'in-reply-to'].flatMap(name => messageIds(headerOf(headers, name))))]
  return all.length <= listed ? all : [all[0] as string, ...all.slice(1 - listed)]
}

const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ'

/** Node 20 decodes 0x80–0x9F of windows-1252, and so of iso-8859-1, as control characters; they are quotes and €. */
export function withWindows1252 (decoded: string): string {
  return decoded.replace(/[\u0080-\u009F]/g, character => windows1252.charAt(character.charCodeAt(0) - 0x80))
}

/** Addresses as people wrote them, groups unwrapped; at most 100. */
export function addressesOf (value: string | null): MailAddress[] {
  if (value === null) return []
  const parsed = addressParser(value.slice(0, 50_000), { flatten: true }).slice(0, listed)
  return parsed.map(({ name, address }) => addressOf(name, address ?? ''))
}

const mailbox = /^[^\s@<>\p{Cc}\p{Surrogate}]+@[^\s@<>\p{Cc}\p{Surrogate}]+$/u

/** `email` is null where the text is not an address; the text is then the name. */
export function addressOf (name: string, address: string): MailAddress {
  const bare = address.trim().replace(/^<|>$/g, '')
  const email = bare.length <= inboundBounds.email && mailbox.test(bare) ? bare : null
  const shown = storableLine(withWindows1252(name), inboundBounds.line)
  return { name: shown || (email === null && storableLine(bare, inboundBounds.line)) || null, email }
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** Minutes east of Greenwich of the names that RFC 5322, 4.3 knows. */
const zones: Record<string, number> =
  { est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360, pst: -480, pdt: -420 }
const syntax = new RegExp('^(?:[a-z]{3,9}\\.?,?\\s+)?(\\d{1,2})[\\s-]+([a-z]{3})[a-z]*[\\s.-]+(\\d{2,4})\\s+' +
  '(\\d{1,2}):(\\d{2})(?::(\\d{2}))?\\s*([+-]\\d{4}|[a-z]{1,5})?$', 'i')
/** RFC 822 of 13 August 1982, the first standard of such a message: no clock that says less is right. */
const firstMail = Date.UTC(1982, 7, 13)

/** Milliseconds of a date in RFC 5322's syntax (3.3, 4.3) or RFC 3339's; null when it is not one, or absurd. */
export function mailDate (value: string | null): number | null {
  const date = value === null ? '' : value.slice(0, 200).replace(/\([^()]*\)/g, ' ').trim()
  const at = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/i.test(date) ? Date.parse(date) : rfc5322(date)
  return at === null || Number.isNaN(at) || at < firstMail ? null : at
}

function rfc5322 (date: string): number | null {
  const match = syntax.exec(date)
  if (!match) return null
  const [, day, month = '', year = '', hour, minute, second = '0', zone = ''] = match
  const years = Number(year) + (year.length === 2 ? (Number(year) < 50 ? 2000 : 1900) : year.length === 3 ? 1900 : 0)
  const local = new Date(Date.UTC(years, months.indexOf(month.toLowerCase()), Number(day), Number(hour), Number(minute),
    Math.min(Number(second), 59)))
  const sound = months.includes(month.toLowerCase()) && local.getUTCDate() === Number(day) &&
    local.getUTCHours() === Number(hour) && local.getUTCMinutes() === Number(minute)
  return sound ? local.getTime() - zoneMinutes(zone) * 60_000 : null
}

/** An unknown zone is UTC, as RFC 5322, 4.3 says. */
function zoneMinutes (zone: string): number {
  const offset = /^([+-])(\d\d)(\d\d)$/.exec(zone)
  if (!offset) return zones[zone.toLowerCase()] ?? 0
  const minutes = Number(offset[2]) * 60 + Number(offset[3])
  return minutes > 14 * 60 ? 0 : offset[1] === '-' ? -minutes : minutes
}

const month = 30 * 86_400_000

/**
 * When the message was sent, RFC 3339; null, so that the moment of receipt counts, where Date is missing, unreadable or
 * more than 30 days before the last server received it: no queue is that long, but clocks are that wrong.
 */
export function sentAtOf (headers: MailHeader[]): string | null {
  const sent = mailDate(headerOf(headers, 'date'))
  const trace = headerOf(headers, 'received')
  const received = trace === null ? null : mailDate(trace.slice(trace.lastIndexOf(';') + 1))
  if (sent === null || (received !== null && received - sent > month)) return null
  return new Date(sent).toISOString()
}

/** What the spam filter before us thought (SpamAssassin's headers, Exchange's SCL); null when none looked. */
export function spamVerdictOf (headers: MailHeader[]): SpamVerdict | null {
  const flag = headerOf(headers, 'x-spam-flag')
  const status = headerOf(headers, 'x-spam-status')
  const level = number(headerOf(headers, 'x-ms-exchange-organization-scl'))
  const score = number(/\bscore=(-?\d+(\.\d+)?)/i.exec(status ?? '')?.[1] ?? headerOf(headers, 'x-spam-score'))
  const said = flag ?? status?.split(/[\s,;]/)[0] ?? null
  if (said !== null && /^(yes|no|true|false)$/i.test(said)) {
    return verdictOf(/^(yes|true)$/i.test(said), score, flag === null ? 'X-Spam-Status' : 'X-Spam-Flag')
  }
  if (level !== null) return verdictOf(level >= 5, level, 'X-MS-Exchange-Organization-SCL')
  return score === null ? null : verdictOf(score >= 5, score, 'X-Spam-Score')
}

function verdictOf (isSpam: boolean, score: number | null, reason: string): SpamVerdict {
  return { verdict: isSpam ? 'spam' : 'notSpam', score, reason }
}

function number (value: string | null | undefined): number | null {
  const match = /^\s*(-?\d{1,6}(\.\d{1,6})?)/.exec(value ?? '')
  return match ? Number(match[1]) : null
}
