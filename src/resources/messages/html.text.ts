import sanitizeHtml from 'sanitize-html'

/**
 * An HTML parser compares each stray closing tag with every open one: its time grows with the square of the tags, and
 * 30,000 take at most a third of a second, whatever they are. What has more is read without a parser.
 */
const maxTags = 30_000

/** Elements whose content is not for reading. */
export const unreadable =
  ['script', 'style', 'textarea', 'option', 'xmp', 'title', 'template', 'noscript', 'iframe', 'noembed', 'noframes']

const paragraphs = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'blockquote', 'pre', 'table',
  'hr'])
const rows = new Set(['div', 'li', 'dt', 'dd', 'tr', 'center', 'address', 'article', 'section', 'header', 'footer',
  'caption'])

const options: sanitizeHtml.IOptions = {
  allowedTags: [...paragraphs, ...rows, 'br', 'td', 'th', 'a', 'img'],
  nonTextTags: unreadable,
  allowedAttributes: { a: ['href'], img: ['alt'] },
  allowedSchemes: ['http', 'https']
}

/** True for more tags than a parser can be given. */
export function exceedsTags (html: string): boolean {
  let tags = 0
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at + 1)) {
    if (++tags > maxTags) return true
  }
  return false
}

/** Readable plain text: paragraphs, list items with `- `, quotes with `> `, links as `words (address)`. */
export function textOf (html: string): string {
  const plain = exceedsTags(html) ? withoutTags(html) : laidOut(sanitizeHtml(html, options))
  return plain.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

interface Line { depth: number, text: string }

/** `html` is what the sanitiser wrote: well formed, `<` and `>` nowhere but around tags. */
function laidOut (html: string): string {
  const page = new Page()
  for (const [token, closing, name, attributes = ''] of html.matchAll(/<(\/?)([a-z0-9]+)([^<>]*)>|[^<]+/g)) {
    if (name === undefined) page.write(token)
    else if (closing === '/') page.close(name)
    else page.open(name, /="([^"]*)"/.exec(attributes)?.[1] ?? '')
  }
  return page.toString()
}

/** Lines as they are filled. */
class Page {
  #lines: Line[] = [{ depth: 0, text: '' }]
  #depth = 0
  #pre = 0
  #link: { address: string, words: string } | null = null

  get #last (): Line { return this.#lines[this.#lines.length - 1] as Line }

  write (text: string): void {
    const [first = '', ...others] = this.#pre > 0 ? text.split(/\r?\n/) : [text.replace(/[ \t\r\n\f]+/g, ' ')]
    if (this.#link) this.#link.words += first
    this.#last.text += this.#last.text === '' && this.#pre === 0 ? first.trimStart() : first
    for (const line of others) this.#add(line)
  }

  open (name: string, attribute: string): void {
    if (name === 'br') return this.#add('')
    if (name === 'img') return attribute.trim() === '' ? undefined : this.write(`[${attribute}]`)
    if (name === 'a') this.#link = { address: attribute, words: '' }
    this.#break(name)
    if (name === 'blockquote') this.#last.depth = ++this.#depth
    if (name === 'pre') this.#pre++
    if (name === 'li') this.#last.text = '- '
  }

  close (name: string): void {
    if (name === 'pre') this.#pre--
    if (name === 'td' || name === 'th') this.write(' ')
    if (name === 'a') this.#endLink()
    if (name === 'blockquote') this.#depth--
    this.#break(name)
    this.#last.depth = this.#depth
  }

  toString (): string {
    let depth = 0
    const lines = this.#lines.toReversed().map(line => {
      // A blank line below a quote is outside it.
      depth = line.text.trim() === '' ? Math.min(line.depth, depth) : line.depth
      return ('> '.repeat(Math.min(depth, 10)) + line.text).trimEnd()
    }).toReversed()
    return lines.join('\n').replace(/\n{3,}/g, '\n\n').trim().replace(/\u00AD|\u034F|\u200B|\uFEFF/g, '')
  }

  #add (text: string): void {
    this.#lines.push({ depth: this.#depth, text })
  }

  #break (name: string): void {
    if (!rows.has(name) && !paragraphs.has(name)) return
    if (this.#last.text.trim() !== '' && this.#last.text !== '- ') this.#add('')
    if (paragraphs.has(name) && this.#lines.length > 1 && this.#lines[this.#lines.length - 2]?.text !== '' &&
      this.#last.text === '') this.#add('')
  }

  /** The address is worth its place only where the words do not already say it, and where a person could read it. */
  #endLink (): void {
    const link = this.#link
    this.#link = null
    if (!link || link.address === '' || link.address.length > 200) return
    const said = link.words.trim()
    if (said !== '' && !link.address.includes(said)) this.#last.text = `${this.#last.text.trimEnd()} (${link.address})`
  }
}

/** For HTML that no parser is given: what stands between the tags. */
function withoutTags (html: string): string {
  let skipped: string | null = null
  const words = html.split('<').map((piece, index) => {
    if (index === 0) return piece
    const name = /^\/?[a-z0-9]+/i.exec(piece)?.[0].toLowerCase() ?? ''
    if (skipped === null && unreadable.includes(name)) skipped = name
    else if (skipped !== null && name === `/${skipped}`) skipped = null
    return skipped === null ? piece.slice(piece.indexOf('>') + 1) : ''
  })
  return words.join(' ').replaceAll('&nbsp;', ' ').replace(/[ \t\r\f]+/g, ' ').replace(/ ?\n[ \n]*/g, '\n').trim()
}
