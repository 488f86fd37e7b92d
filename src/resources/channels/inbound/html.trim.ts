import sanitizeHtml from 'sanitize-html'
import { exceedsTags, textOf } from '../../messages/html.text.js'

const quoteNames = new Set(['gmail_quote', 'gmail_quote_container', 'gmail_signature', 'yahoo_quoted',
  'moz-cite-prefix', 'moz-signature', 'protonmail_quote'])
/** Outlook's, before everything older. */
const divider = /<(?:div|hr)\b[^<>]*\bid="?(?:divRplyFwdMsg|appendonsend|stopSpelling)\b/i

/**
 * What the sender wrote this time, as `trimReply` finds it in text: `full` without the containers in which clients put
 * what they quote and, from Outlook, without all that follows its divider. Never without a word or a picture left.
 */
export function trimHtml (full: string): string {
  const cut = divider.exec(full)?.index
  const head = cut === undefined ? full : full.slice(0, cut)
  if (exceedsTags(head)) return full
  let found = cut !== undefined
  const trimmed = sanitizeHtml(head, {
    allowedTags: false,
    allowedAttributes: false,
    allowedSchemesAppliedToAttributes: [],
    allowVulnerableTags: true,
    parseStyleAttributes: false,
    exclusiveFilter: ({ attribs }) => isQuote(attribs) && (found = true)
  })
  // Written anew, HTML may also be longer, and then beyond its bound.
  if (!found || trimmed.length > full.length) return full
  return trimmed.includes('<img') || /[\p{L}\p{N}]/u.test(textOf(trimmed)) ? trimmed : full
}

function isQuote ({ class: names, type }: sanitizeHtml.Attributes): boolean {
  return type === 'cite' || (names ?? '').split(/\s+/).some(name => quoteNames.has(name))
}
