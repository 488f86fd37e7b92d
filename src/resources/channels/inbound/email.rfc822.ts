import PostalMime, { decodeWords } from 'postal-mime'
import type { Attachment, Email } from 'postal-mime'
import { addressOf, addressesOf, headerOf, withWindows1252 } from './email.headers.js'
import { contentId, inboundOf, pathOf } from './email.mail.js'
import { UnreadablePayload } from './inbound.shapes.js'
import type { Mail, MailPart } from './email.mail.js'
import type { MailHeader, ParsedInbound } from './inbound.shapes.js'

/** The parser takes some 60 µs for a part, which may be of 5 bytes: a mail with more boundaries than this is none. */
const maxBoundaries = 10_000

/** Messages attached to the message stay attachments: what they say is not what the sender says. */
const options = { forceRfc822Attachments: true, maxNestingDepth: 50, maxHeadersSize: 1_048_576 }

/** Where servers write down the envelope's recipient. */
const recipients = ['x-original-to', 'delivered-to', 'envelope-to', 'x-envelope-to']

/** What a mail server knows of the envelope, where it is not in the headers. */
export interface Envelope { sender?: string | null, recipient?: string | null }

/**
 * The bytes of a message (RFC 5322, MIME) as they came; the caller bounds their number. Rejects what is no mail with
 * `UnreadablePayload`: nobody to have sent it, parts nested deeper than 50, some 10,000 parts, headers beyond 1 MiB.
 */
export async function parseRfc822 (raw: Uint8Array, envelope: Envelope = {}): Promise<ParsedInbound> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  if (exceedsParts(bytes)) throw new UnreadablePayload('The mail has more than 10,000 parts')
  const email = await PostalMime.parse(raw, options).catch((cause: Error) => {
    throw new UnreadablePayload(`The mail cannot be parsed: ${cause.message}`, { cause })
  })
  return inboundOf(mailOf(email, raw, envelope))
}

/** Counts lines such as boundaries are, `--x`, that recur; which of them are boundaries only a parser knows. */
function exceedsParts (raw: Buffer): boolean {
  const seen = new Set<string>()
  let recurring = 0
  for (let at = raw.indexOf('\n--'); at !== -1 && recurring <= maxBoundaries; at = raw.indexOf('\n--', at + 3)) {
    const line = raw.toString('latin1', at + 3, at + 76).split('\n', 1)[0]?.trimEnd() ?? ''
    if (line !== '' && seen.has(line)) recurring++
    else seen.add(line)
  }
  return recurring > maxBoundaries
}

function mailOf (email: Email, raw: Uint8Array, envelope: Envelope): Mail {
  const headers: MailHeader[] = email.headers.map(({ originalKey, value }) => ({ name: originalKey, value }))
  const recipient = envelope.recipient ?? firstOf(headers, recipients)
  return {
    headers,
    from: null,
    to: allOf(headers, 'to'),
    cc: allOf(headers, 'cc'),
    replyTo: allOf(headers, 'reply-to'),
    subject: readable(email.subject),
    text: readable(email.text),
    html: readable(email.html),
    strippedText: null,
    attachments: email.attachments.map(partOf),
    returnPath: pathOf(envelope.sender ?? headerOf(headers, 'return-path')),
    recipient: recipient === null ? null : addressOf('', recipient).email,
    fallbackId: contentId(raw)
  }
}

function partOf ({ filename, mimeType, content, disposition, related, contentId }: Attachment): MailPart {
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
  return {
    filename: readable(filename),
    contentType: mimeType,
    content: bytes,
    contentId: contentId ?? null,
    inline: disposition === 'inline' || related === true
  }
}

function readable (decoded: string | null | undefined): string | null {
  return decoded === null || decoded === undefined ? null : withWindows1252(decoded)
}

function allOf (headers: MailHeader[], name: string) {
  return headers.filter(header => header.name.toLowerCase() === name).flatMap(({ value }) => addressesOf(value))
}

function firstOf (headers: MailHeader[], names: string[]): string | null {
  for (const name of names) {
    const value = headerOf(headers, name)
    if (value !== null) return decodeWords(value)
  }
  return null
}
