import { z } from 'zod'
import { storableLine } from './storable.js'
import { addressOf, addressesOf, boundedId, headerOf } from './email.headers.js'
import { contentId, inboundOf, pathOf } from './email.mail.js'
import { UnreadablePayload } from './inbound.shapes.js'
import type { MailPart } from './email.mail.js'
import type { DeliveryUpdate, MailAddress, ParsedInbound } from './inbound.shapes.js'

const word = z.string().nullish().transform(value => value ?? null)
const Mailbox = z.object({ Email: word, Name: word })

const Attachment = z.object({ Name: word, ContentType: word, Content: word, Data: word, ContentID: word })

/** Postmark's inbound webhook, as far as it is read; what is absent is null. */
const Inbound = z.object({
  FromFull: Mailbox.nullish(),
  From: word,
  ToFull: z.array(Mailbox).nullish(),
  CcFull: z.array(Mailbox).nullish(),
  ReplyTo: word,
  OriginalRecipient: word,
  Subject: word,
  MessageID: word,
  Date: word,
  TextBody: word,
  HtmlBody: word,
  StrippedTextReply: word,
  Headers: z.array(z.object({ Name: z.string(), Value: word })).nullish(),
  Attachments: z.array(Attachment).nullish()
})

/** Postmark's inbound webhook (`RecordType` absent or `Inbound`). Throws `UnreadablePayload` for anything else. */
export function parsePostmarkInbound (payload: unknown): ParsedInbound {
  const parsed = Inbound.safeParse(payload)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw new UnreadablePayload(`Not an inbound message of Postmark: ${path.join('.') || 'payload'}: ${message}`)
  }
  const mail = parsed.data
  const headers = headersOf(mail)
  // Postmark puts the envelope's sender first; the same header further down came with the mail, from whoever wrote it.
  const first = mail.Headers?.[0]
  return inboundOf({
    headers,
    from: addresses([mail.FromFull ?? { Email: null, Name: null }])[0] ?? null,
    to: addresses(mail.ToFull),
    cc: addresses(mail.CcFull),
    replyTo: addressesOf(mail.ReplyTo || null),
    subject: mail.Subject,
    text: mail.TextBody,
    html: mail.HtmlBody,
    strippedText: mail.StrippedTextReply,
    attachments: (mail.Attachments ?? []).map(partOf),
    returnPath: first?.Name.toLowerCase() === 'return-path' ? pathOf(first.Value) : null,
    recipient: addressOf('', mail.OriginalRecipient ?? '').email,
    fallbackId: mail.MessageID ? boundedId(mail.MessageID) : contentId(JSON.stringify(payload))
  })
}

/** Headers as the mail had them; those that Postmark has taken out for fields of its own are put back. */
function headersOf (mail: z.output<typeof Inbound>) {
  const headers = (mail.Headers ?? []).map(({ Name, Value }) => ({ name: Name, value: Value ?? '' }))
  for (const [name, value] of [['Date', mail.Date], ['From', mail.From]] as const) {
    if (value && headerOf(headers, name.toLowerCase()) === null) headers.push({ name, value })
  }
  return headers
}

function addresses (list: Array<z.output<typeof Mailbox>> | null | undefined): MailAddress[] {
  const all = (list ?? []).map(({ Email, Name }) => addressOf(Name ?? '', Email ?? ''))
  return all.filter(({ name, email }) => name !== null || email !== null)
}

/** Postmark's documentation names the bytes `Content`, its own example `Data`. */
function partOf ({ Name, ContentType, Content, Data, ContentID }: z.output<typeof Attachment>): MailPart {
  const contentType = (ContentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const content = Buffer.from(Content ?? Data ?? '', 'base64')
  return { filename: Name, contentType, content, contentId: ContentID || null, inline: Boolean(ContentID) }
}

const Event = z.object({
  RecordType: z.enum(['Delivery', 'Bounce', 'SpamComplaint', 'Open', 'Click']),
  MessageID: z.string().min(1),
  Recipient: word,
  Email: word,
  Type: word,
  Description: word,
  Details: word,
  DeliveredAt: word,
  BouncedAt: word,
  ReceivedAt: word
})

/** Bounces after which Postmark does not try again. */
const failures = new Set(['HardBounce', 'SoftBounce', 'SpamNotification', 'VirusNotification', 'BadEmailAddress',
  'ManuallyDeactivated', 'Unconfirmed', 'Blocked', 'SMTPApiError', 'DMARCPolicy', 'TemplateRenderingFailed',
  'Undeliverable'])
/** Answers of machines and people at an address that the message has therefore reached. */
const arrivals = new Set(['AutoResponder', 'AddressChange', 'Unsubscribe', 'Subscribe', 'SpamComplaint'])

/**
 * Postmark's webhooks on sent messages; `providerMessageId` is the MessageID that the sending was answered with. Null
 * for records that say nothing of a delivery (SubscriptionChange, and whatever is new); throws `UnreadablePayload` for
 * a known record without its MessageID.
 */
export function parsePostmarkDelivery (payload: unknown): DeliveryUpdate | null {
  const known = z.object({ RecordType: Event.shape.RecordType }).safeParse(payload)
  if (!known.success) return null
  const parsed = Event.safeParse(payload)
  if (!parsed.success) throw new UnreadablePayload(`Postmark's ${known.data.RecordType} names no MessageID`)
  const event = parsed.data
  const state = stateOf(event)
  return {
    providerMessageId: boundedId(event.MessageID),
    state,
    recipient: addressOf('', event.Email || event.Recipient || '').email,
    occurredAt: instant(event.DeliveredAt ?? event.BouncedAt ?? event.ReceivedAt),
    reason: reasonOf(event),
    permanent: state === 'failed'
  }
}

function stateOf ({ RecordType, Type }: z.output<typeof Event>): DeliveryUpdate['state'] {
  if (RecordType === 'Delivery' || RecordType === 'SpamComplaint') return 'delivered'
  if (RecordType === 'Open' || RecordType === 'Click') return 'read'
  if (failures.has(Type ?? '')) return 'failed'
  return arrivals.has(Type ?? '') ? 'delivered' : 'sent'
}

function reasonOf ({ RecordType, Type, Description, Details }: z.output<typeof Event>): string | null {
  if (RecordType !== 'Bounce' && RecordType !== 'SpamComplaint') return null
  return storableLine([Type ?? RecordType, Details || Description].filter(Boolean).join(': '), 1_000)
}

function instant (value: string | null): string | null {
  const at = value === null ? Number.NaN : Date.parse(value)
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}
