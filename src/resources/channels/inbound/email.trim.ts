import EmailReplyParser from 'email-reply-parser'
import { attributionLength, isOriginal, longestLine } from './email.attribution.js'

/** Characters; the library takes time that grows with the square of the whole. */
const longestText = 50_000
/** Lines that a signature has at most: above more of them stands no signature but a rule, or a greeting in between. */
const longestSignature = 10
/** Hides a line from the library, or stands for one that is too long for it. */
const mark = '\u0001'
const placeholder = new RegExp(`>?${mark}(\\d+)${mark}`, 'g')

/** How the library's patterns begin that run over any number of lines, and join what lies between. */
const runaway = /^\s*(?:Op\s|W\sdniu|Dnia\s|在|[a-z]{3,4}\.\s)/
/** Closing words and rules that the library takes for the beginning of a signature, however much follows. */
const closing = new RegExp('^\\s*(?:-{3,4}|[_=+]{2,4}|cheers[,!]*|best wishes[,!]*|.{0,28}regards[,!]*|' +
  'bien . vous[,!]*|.{0,21}cordialement[,!]*|bonne (?:journ.e|soir.e)!?)$', 'i')

/**
 * What the sender wrote this time: `full` without quoted history, forwarded originals and signature; never blank unless
 * `full` is. The library knows signatures and `>`; attributions in more languages and of more clients, and the bounds,
 * are ours.
 */
export function trimReply (full: string): string {
  const lines = full.replace(/\r\n?/g, '\n').replaceAll(mark, '').split('\n').map(line => line.trimEnd())
  const own = withoutHistory(lines)
  return [withoutSignature(own), own.join('\n'), lines.join('\n')].map(tidy).find(text => text !== '') ?? ''
}

/** Cuts at the first attribution, unless `>` quotes follow, which may have answers after them: then only these go. */
function withoutHistory (lines: string[]): string[] {
  const kept: string[] = []
  let written = false
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string
    const length = attributionLength(lines, at)
    if (length === 0 && isOriginal(lines, at)) {
      if (!written) return lines
      break
    }
    if (length === 0) {
      written ||= /[\p{L}\p{N}]/u.test(line)
      kept.push(line)
      continue
    }
    at += length - 1
    const next = lines.slice(at + 1, at + 10).find(below => below !== '') ?? ''
    if (!next.startsWith('>') && written) break
    while (next.startsWith('>') && /^(?:>|$)/.test(lines[at + 1] ?? 'end')) at++
  }
  while (kept.length > 0 && /^[-_=*\s]*$/.test(kept.at(-1) as string)) kept.pop()
  return kept
}

function withoutSignature (lines: string[]): string {
  const long: string[] = []
  let below = 0
  const shown = lines.toReversed().map(line => {
    const isRule = below > longestSignature && closing.test(line)
    if (line !== '' && !line.startsWith('>')) below += /^p\.? ?s\b/i.test(line) ? longestSignature + 1 : 1
    if (line.length > longestLine) return `${line.startsWith('>') ? '>' : ''}${mark}${long.push(line) - 1}${mark}`
    return isRule || runaway.test(line) ? mark + line : line
  }).toReversed().join('\n').replace(/\n{4,}/g, '\n\n\n')
  if (shown.length > longestText) return lines.join('\n')
  const own = new EmailReplyParser().parseReply(shown)
  return own.replace(placeholder, (_, index: string) => long[Number(index)] ?? '').replaceAll(mark, '')
}

function tidy (text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd()
}
