import { z } from 'zod'
import { input, inputOf, instantInput, json, line, text } from '../../../shapes.js'

/** Bounds of the generic inbound contract: characters are UTF-16 units, 4 characters of base64 are 3 bytes. */
export const inboundBounds = {
  id: 255,
  line: 255,
  email: 254,
  subject: 998,
  text: 500_000,
  html: 1_000_000,
  attachments: 50,
  /** 25 MiB, for all attachments of a message together. */
  base64: 34_952_536,
  attributes: 50
} as const

const bounds = inboundBounds
/** What need not be sent; absent is null. */
const optional = <T extends z.ZodType>(schema: T, description: string) =>
  schema.nullable().default(null).describe(description)

export const InboundSender = inputOf('InboundSender',
  'Who wrote the message: at least one of email, phone, handle and externalId.', z.strictObject({
    name: optional(line(bounds.line), 'Name as the sender shows it, up to 255 characters.'),
    email: optional(line(bounds.email).regex(/^[^\s@<>]+@[^\s@<>]+$/, 'must be an e-mail address'),
      'E-mail address without a display name, up to 254 characters.'),
    phone: optional(line(32), 'Telephone number or short code, E.164 where it has one, up to 32 characters.'),
    handle: optional(line(bounds.line), 'Name of the account on the channel, such as @ada, up to 255 characters.'),
    externalId: optional(line(bounds.id), 'Your own id of this person, up to 255 characters.')
  }).refine(from => from.email ?? from.phone ?? from.handle ?? from.externalId,
    'must name the sender by email, phone, handle or externalId'))

export const InboundAttachment = input('InboundAttachment', 'A file that came with the message.', {
  filename: line(bounds.line).describe('File name without folders, up to 255 characters.'),
  contentType: line(127).regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as image/png')
    .describe('Media type without parameters, up to 127 characters.'),
  contentBase64: z.string().max(bounds.base64).refine(isBase64, 'must be base64 (RFC 4648, 4) with its padding')
    .describe('The bytes in base64 with padding; all attachments of a message together up to 25 MiB of bytes.')
})
export type InboundAttachment = z.output<typeof InboundAttachment>

/** The generic inbound contract: what `POST /v1/channels/{id}/messages` takes, and every adapter parses into. */
export const InboundMessage = inputOf('InboundMessage', 'A message that came in on a channel.', z.strictObject({
  externalId: line(bounds.id)
    .describe("The provider's id of this message, up to 255 characters; a duplicate answers with the first result."),
  externalThreadId: optional(line(bounds.id),
    "The provider's id of the thread, up to 255 characters; the messages of one thread join one conversation."),
  inReplyTo: optional(line(bounds.id), 'externalId of the message that this one answers, up to 255 characters.'),
  sentAt: optional(instantInput(),
    'When it was sent (RFC 3339, 1970–2199); null, or a time in the future, counts as the moment of receipt.'),
  occurredAt: instantInput().optional()
    .describe('When it happened, for history, instead of sentAt: it is taken as if it had been here since then. Not in the future. Needs the scope history:write.'),
  from: InboundSender.describe('Who wrote it; the contact is found or made by it.'),
  subject: optional(line(bounds.subject), 'Subject, up to 998 characters; null where there is none.'),
  text: optional(text(bounds.text), 'Plain text, up to 500,000 characters; null derives it from html.'),
  html: optional(text(bounds.html),
    'HTML as received, up to 1,000,000 characters; it is sanitised whenever it is read.'),
  attachments: z.array(InboundAttachment).max(bounds.attachments).default([])
    .describe('Up to 50 files, together up to 25 MiB.'),
  attributes: json(bounds.attributes).optional().transform(value => value ?? {}).describe('Your own attributes of the conversation, up to 50.')
})
  .refine(message => message.text !== null || message.html !== null || message.attachments.length > 0,
    { message: 'must have text, html or an attachment', path: ['text'] })
  .refine(message => message.attachments.length > 0 ||
    [message.subject, message.text, message.html].some(part => part !== null && part.trim() !== ''),
  { message: 'must not be blank', path: ['text'] })
  .refine(message => message.attachments.reduce((sum, file) => sum + file.contentBase64.length, 0) <= bounds.base64,
    { message: 'must be up to 25 MiB together', path: ['attachments'] }))
export type InboundMessage = z.output<typeof InboundMessage>

function isBase64 (value: string): boolean {
  return value.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(value.replace(/={1,2}$/, ''))
}

/** `email` is null for what is not an address, such as `MAILER-DAEMON`. */
export interface MailAddress { name: string | null, email: string | null }
export interface MailHeader { name: string, value: string }

/** `contentId` without angle brackets: what a `cid:` in the HTML names. */
export interface ParsedAttachment extends InboundAttachment { contentId: string | null, inline: boolean }

/**
 * `autoReply`: a machine answers (out of office, acknowledgement). `bounce`: a message was not delivered, for good.
 * `deliveryReport`: delayed, delivered, read, or an abuse report. `notification`: a machine writes of its own accord.
 * `bulk`: a newsletter. All are automatic messages in the sense of RFC 3834: none is a qualifying inbound.
 */
export const automaticKinds = ['autoReply', 'bounce', 'deliveryReport', 'notification', 'bulk'] as const
export type AutomaticKind = (typeof automaticKinds)[number]
export interface AutoGenerated { kind: AutomaticKind, reason: string }

/** What a delivery status notification says (RFC 3464), or a bounce in a server's own words. */
export interface Bounce {
  /** The address that was written to, where the report names it. */
  failedRecipient: string | null
  /** Message-ID of the message that was not delivered, without angle brackets. */
  originalMessageId: string | null
  /** True: that message will not arrive any more. False: it is late, and the server still tries. */
  permanent: boolean
  /** Enhanced status code (RFC 3463), such as 5.1.1. */
  status: string | null
  diagnostic: string | null
}

export interface SpamVerdict { verdict: 'spam' | 'notSpam', score: number | null, reason: string }

/** What every e-mail adapter makes of a provider's payload: the generic contract, and what only e-mail knows. */
export interface ParsedInbound extends InboundMessage {
  attachments: ParsedAttachment[]
  /** Message-IDs, here, in `inReplyTo` and in `references`, are without angle brackets (RFC 5322, 3.6.4). */
  messageId: string | null
  /** Every message-id of References, oldest first, then those of In-Reply-To that are missing there; at most 100. */
  references: string[]
  to: MailAddress[]
  cc: MailAddress[]
  replyTo: MailAddress[]
  /** The envelope's sender; '' is the null reverse-path of automatic mail (RFC 5321, 4.5.5). */
  returnPath: string | null
  /** The envelope's recipient: the address that this channel received it for. */
  recipient: string | null
  /** What follows the plus in the recipient's local part. */
  mailboxHash: string | null
  /** The texts as they came; `text` and `html` are the same without quoted history and signature. */
  fullText: string
  fullHtml: string | null
  text: string
  /** At most 200, in order, each value at most 2,000 characters. */
  headers: MailHeader[]
  autoGenerated: AutoGenerated | null
  bounce: Bounce | null
  spamVerdict: SpamVerdict | null
  /** The parts that exceeded the bounds of the contract and were cut: `text`, `html`, `attachments`. */
  truncated: string[]
}

/** A provider's word on a message that it was given to send. */
export interface DeliveryUpdate {
  providerMessageId: string
  state: 'sent' | 'delivered' | 'read' | 'failed'
  recipient: string | null
  /** RFC 3339 with milliseconds, UTC; null when the provider does not say. */
  occurredAt: string | null
  reason: string | null
  /** True exactly with `failed`: the message will not arrive any more. */
  permanent: boolean
}

/** The payload is not a message that could be processed; the message says why, for the failed receipt. */
export class UnreadablePayload extends Error {
  override name = 'UnreadablePayload'
}
