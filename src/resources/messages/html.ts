import sanitizeHtml from 'sanitize-html'
import { exceedsTags, textOf, unreadable } from './html.text.js'

export { textOf }

const blocks = ['p', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'blockquote', 'pre',
  'hr', 'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td', 'center', 'address', 'article', 'section',
  'header', 'footer']
const inline = ['a', 'b', 'strong', 'i', 'em', 'u', 's', 'strike', 'del', 'ins', 'mark', 'small', 'big', 'sub', 'sup',
  'span', 'font', 'code', 'kbd', 'samp', 'tt', 'q', 'cite', 'abbr', 'br', 'img']

/** Never negative: a margin that is could lay the mail over the page around it. */
const length = /^\d{1,4}(\.\d{1,3})?(px|pt|em|rem|%)?$/
const lengths = /^(\d{1,4}(\.\d{1,3})?(px|pt|em|rem|%)?|auto)( (\d{1,4}(\.\d{1,3})?(px|pt|em|rem|%)?|auto)){0,3}$/
const colour = /^(#[0-9a-f]{3,8}|[a-z]{3,24}|rgba?\([\d., %]{5,32}\))$/i
const styles = {
  color: [colour],
  'background-color': [colour],
  'font-family': [/^[\w\s,'"-]{1,200}$/],
  'font-size': [length, /^(x{1,2}-)?(small|large)$|^medium$/],
  'font-style': [/^(normal|italic|oblique)$/],
  'font-weight': [/^(normal|bold|bolder|lighter|[1-9]00)$/],
  'line-height': [length, /^normal$/],
  'text-align': [/^(left|right|center|justify)$/],
  'text-decoration': [/^(none|underline|line-through)$/],
  'vertical-align': [/^(top|middle|bottom|baseline)$/],
  'white-space': [/^(normal|nowrap|pre|pre-wrap)$/],
  margin: [lengths],
  padding: [lengths],
  width: [length],
  'max-width': [length]
}

const options: sanitizeHtml.IOptions = {
  allowedTags: [...blocks, ...inline],
  nonTextTags: unreadable,
  allowedAttributes: {
    '*': ['style', 'dir', 'lang', 'align'],
    a: ['href', 'title', 'rel', 'target'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    font: ['color', 'face', 'size'],
    ol: ['start', 'type'],
    table: ['width', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
    tr: ['valign', 'bgcolor'],
    td: ['colspan', 'rowspan', 'width', 'valign', 'bgcolor'],
    th: ['colspan', 'rowspan', 'width', 'valign', 'bgcolor']
  },
  allowedStyles: { '*': styles },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  // A picture may come from the web or from the message's own attachments; `data:` would carry it past every bound.
  allowedSchemesByTag: { img: ['http', 'https', 'cid'] },
  allowProtocolRelative: false,
  transformTags: { a: asForeignLink, img: asForeignImage }
}

/**
 * HTML as a browser may show it inside somebody else's page: no scripts, frames, forms, ids or classes, a short list of
 * styles, links that open apart (`rel="noopener noreferrer"`), pictures from http, https and `cid:` only.
 */
export function sanitise (html: string): string {
  if (exceedsTags(html)) return `<div>${escaped(textOf(html)).replaceAll('\n', '<br />')}</div>`
  return sanitizeHtml(html, options)
}

/** A relative address would be resolved against the page that shows the mail, and so call it in the reader's name. */
function asForeignLink (tagName: string, given: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const { href, rel: _rel, target: _target, ...attribs } = given
  if (!/^\s*(https?|mailto|tel):/i.test(href ?? '')) return { tagName, attribs }
  return { tagName, attribs: { ...attribs, href: href ?? '', target: '_blank', rel: 'noopener noreferrer' } }
}

function asForeignImage (tagName: string, { src, ...attribs }: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  return { tagName, attribs: /^\s*(https?|cid):/i.test(src ?? '') ? { src: src ?? '', ...attribs } : attribs }
}

function escaped (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
