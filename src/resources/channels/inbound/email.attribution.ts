/** Longer lines introduce nothing, and patterns take time that grows with the square of a line's length. */
export const longestLine = 500
/** Lines that clients fold an attribution into. */
const mostLines = 4

const openers = '(?:on|le|el|il|em|am|op|den|dnia|w dniu|dne|pe|на|il giorno|el día|em|vào|在|于|於)'
const verbs = `(?:${[
  'wrote', 'writes', 'schrieb', 'schreef', 'geschreven', 'skrev', 'écrit', 'escribió', 'escreveu', 'scritto', 'pisze',
  'napisał(?:a|\\(a\\))?', 'napsala?', 'írta', 'kirjoitti', 'yazdı', 'написала?', 'написал\\(а\\)', 'написав', 'пишет',
  'пише', 'έγραψε', '写道', '寫道', '작성'
].join('|')})`
const opening = new RegExp(`^[-\\s]*(?:${openers}\\s|\\d)`, 'iu')
const address = /[<[(]\s?(?:mailto:)?[^\s<>@]+@[^\s<>@]+/
const time = /\d{1,2}[:h]\d{2}|\d{1,2}\.\d{2}(?![.\d])/
/** «On 3 May 2026 at 9:41 Ada wrote:»: the verb ends the line. */
const said = new RegExp(`^[-\\s]*${openers}(?=[\\s\\d]).*\\d.*${verbs}\\s*(?:[:：][-\\s]*|-{2,})$`, 'iu')
/** «Ada <ada@example.com> schrieb am 3. Mai:», and every other order of a verb, an address and a colon. */
const saidByAddress = new RegExp(`(?:^|[^\\p{L}])${verbs}(?:[^\\p{L}].*)?(?:[:：]|-{2,})\\s*$`, 'iu')
/** «2026-05-03 15:36 GMT+02:00 Ada <ada@example.com>:» */
const dated = new RegExp('^(?=.*(?:\\d{4}|\\d:\\d\\d))\\s*\\d{1,4}[-/. 年년]\\s?[\\p{L}\\d]{1,12}[-/. 月월]' +
  '.*<\\s*(?:mailto:)?[^\\s<>@]+@[^\\s<>@]+>\\s*:?\\s*$', 'u')

const rule = new RegExp(`^\\s*-{2,}\\s*(?:${[
  'original message', 'forwarded (?:message|by .*)', 'mensaje (?:original|reenviado)', 'message d[\'’]origine',
  'message (?:transféré|original)', 'ursprüngliche nachricht', 'original-?nachricht', 'weitergeleitete nachricht',
  'messaggio (?:originale|inoltrato)', 'mensagem (?:original|encaminhada)', 'oorspronkelijk bericht',
  'doorgestuurd bericht', 'oprindelig (?:besked|meddelelse)', 'opprinnelig melding', 'ursprungligt meddelande',
  'alkuperäinen viesti', 'wiadomość oryginalna', 'původní zpráva', 'исходное сообщение', 'пересылаемое сообщение',
  '原始邮件', '原始郵件', '元のメッセージ', '원본 메시지'
].join('|')})\\s*-*\\s*$`, 'iu')
const fromField = new RegExp(`^\\s*\\*?(?:${[
  'from', 'von', 'de', 'da', 'van', 'från', 'fra', 'od', 'feladó', 'kimden', 'lähettäjä', 'от', 'від', '发件人', '寄件者',
  '差出人', '보낸 사람'
].join('|')})\\s*[:：]\\*?\\s*\\S`, 'iu')
const subjectField = new RegExp(`^\\s*\\*?(?:${[
  'subject', 'betreff', 'objet', 'asunto', 'oggetto', 'assunto', 'onderwerp', 'emne', 'ämne', 'temat', 'tárgy', 'konu',
  'aihe', 'předmět', 'тема', '主题', '主旨', '件名', '제목'
].join('|')})\\s*[:：]`, 'iu')

/** Whether the rule or the header fields that clients put before a forwarded or quoted original stand at `at`. */
export function isOriginal (lines: string[], at: number): boolean {
  const line = lines[at] as string
  if (line.length > longestLine) return false
  if (rule.test(line)) return true
  return fromField.test(line) && lines.slice(at + 1, at + 6).some(below => subjectField.test(below))
}

/** How many lines from `at` on introduce an older message («On … wrote:»); 0 when they do not. */
export function attributionLength (lines: string[], at: number): number {
  if (lines[at] === '' || lines[at]?.startsWith('>')) return 0
  let joined = ''
  for (let length = 1, end = at; length <= mostLines && end < lines.length; length++, end++) {
    while (lines[end] === '' && lines[end + 1]?.startsWith('<')) end++
    joined = `${joined} ${lines[end]}`.trimStart()
    if (lines[end] === '' || joined.length > longestLine) return 0
    if (introduces(joined)) return opensLater(lines, at + 1, end) ? 0 : end - at + 1
  }
  return 0
}

/** What stands before the line that really opens the attribution is the sender's own. */
function opensLater (lines: string[], from: number, to: number): boolean {
  for (let at = from; at <= to; at++) {
    if (opening.test(lines[at] as string) && attributionLength(lines, at) > 0) return true
  }
  return false
}

/** Clients name a time or an address; people who quote by hand («On 3 May you wrote:») mostly do not. */
function introduces (line: string): boolean {
  if (dated.test(line)) return true
  return address.test(line) ? said.test(line) || saidByAddress.test(line) : time.test(line) && said.test(line)
}
