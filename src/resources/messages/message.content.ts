import { v7 } from 'uuid'
import { invalid } from '../../errors.js'
import { sanitise, textOf } from './html.js'
import type { StoredAttachment } from './message.table.js'
import type { NewAttachment } from './message.store.js'

/** What a caller sends as the content of a message. */
export interface Content {
  text?: string | null
  html?: string | null
  attachments?: Array<{ filename: string, contentType: string, contentBase64: string, contentId?: string | null, inline?: boolean }>
}

/** A content ready to be written: text made from HTML where there is none, HTML made safe, files apart. */
export interface Written {
  text: string
  html: string | null
  safeHtml: string | null
  attachments: StoredAttachment[]
  files: NewAttachment[]
}

export function written ({ text, html, attachments = [] }: Content): Written {
  const files = attachments.map(({ filename, contentType, contentBase64 }) =>
    ({ id: v7(), filename, contentType, content: Buffer.from(contentBase64, 'base64') }))
  return {
    text: text ?? (html ? textOf(html) : ''),
    html: html ?? null,
    safeHtml: html ? sanitise(html) : null,
    files,
    attachments: files.map((file, index) => ({
      id: file.id,
      filename: file.filename,
      contentType: file.contentType,
      size: file.content.length,
      contentId: attachments[index]!.contentId ?? null,
      inline: attachments[index]!.inline ?? false
    }))
  }
}

/** Refuses a message that says nothing. */
export function requireContent ({ text, html, attachments }: Content): void {
  if (text?.trim() || html?.trim() || attachments?.length) return
  throw invalid('text', 'is required, unless there is html or an attachment')
}
