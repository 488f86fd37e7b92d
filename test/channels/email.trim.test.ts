import { readFileSync } from 'node:fs'
import t from 'tap'
import fc from 'fast-check'
import { trimReply } from '../../src/resources/channels/inbound/email.trim.js'
import { trimHtml } from '../../src/resources/channels/inbound/html.trim.js'

interface Reply { name: string, email: string, trimmed: string }
const replies = JSON.parse(readFileSync(new URL('../fixtures/reply-trim/mails.json', import.meta.url),
  'utf8')) as Reply[]

/** Where this differs from what the collection expects, on purpose. */
const otherwise: Record<string, string> = {
  // A quote at the top, though nothing introduces it, is history like any other; the answer below it is what is new.
  embedded_email_16: 'Yep, me too, although I bet due to RubyConf/OOPSLA, it may be a little\nlonger yet...',
  // A closing formula on its own line begins the signature.
  embedded_email_2: 'I have checked the available documentation/links to find out the end points. ' +
    'If there are some other endpoints, can you please tell the endpoints'
}

const normal = (text: string) => text.replace(/\r\n/g, '\n').replace(/[ \t]+$/gm, '').replace(/^\n+|\s+$/g, '')

t.test('32 real replies', async t => {
  t.equal(replies.length, 32)
  for (const { name, email, trimmed } of replies) t.equal(normal(trimReply(email)), otherwise[name] ?? normal(trimmed),
    name)
})

const kept: Record<string, [string, string]> = {
  'Gmail, top': [
    'Thanks!\n\nOn Mon, 2 Nov 2026 at 09:12, Support <help@example.com> wrote:\n> Hello\n> there\n',
    'Thanks!'
  ],
  'Apple Mail, unquoted': [
    'Thanks!\n\nOn 2 Nov 2026, at 09:12, Support <help@example.com> wrote:\n\nHello there',
    'Thanks!'
  ],
  'Outlook, German': [
    'Danke!\n\nVon: Support <help@example.com>\nGesendet: Montag, 2. November 2026 09:12\nAn: Ada\nBetreff: Bestellung\n\nHallo',
    'Danke!'
  ],
  'Outlook, bold fields': [
    'Thanks!\n\n*From:* Support <help@example.com>\n*Sent:* Monday, November 2, 2026\n*To:* Ada\n*Subject:* Order\n\nHello',
    'Thanks!'
  ],
  'Outlook, Swedish': [
    'Tack!\n\nFrån: Support <help@example.com>\nSkickat: den 2 november 2026 09:12\nTill: Ada\nÄmne: Order\n\nHej',
    'Tack!'
  ],
  Danish: ['Tak!\n\nDen man. 2. nov. 2026 kl. 09.12 skrev Support <help@example.com>:\n\n> Hej', 'Tak!'],
  'Dutch, on its own line': [
    'Bedankt!\n\nOp ma 2 nov 2026 om 09:12 schreef Support <help@example.com>:\n\n> Hallo',
    'Bedankt!'
  ],
  Italian: [
    'Grazie!\n\nIl giorno lun 2 nov 2026 alle ore 09:12 Support <help@example.com> ha scritto:\n\n> Ciao',
    'Grazie!'
  ],
  Portuguese: [
    'Obrigada!\n\nEm seg., 2 de nov. de 2026 às 09:12, Support <help@example.com> escreveu:\n\n> Olá',
    'Obrigada!'
  ],
  Japanese: ['ありがとう\n\n2026年11月2日(月) 9:12 Support <help@example.com>:\n\n> こんにちは', 'ありがとう'],
  Korean: ['감사합니다\n\n2026년 11월 2일 (월) 오전 9:12, Support <help@example.com>님이 작성:\n\n> 안녕', '감사합니다'],
  'a folded attribution': [
    'Thanks!\nOn Mon, 2 Nov 2026 at 09:12, A Very Long Name Indeed <\nhelp@example.com> wrote:\n\n> Hello',
    'Thanks!'
  ],
  'answers below the quotes': [
    'On 2 Nov 2026 09:12, Support <help@example.com> wrote:\n> One?\n\nYes.\n\n> Two?\n\nNo.',
    'Yes.\nNo.'
  ],
  'a forwarded mail without a word': [
    '---------- Forwarded message ---------\nFrom: A <a@example.com>\nSubject: S\n\nBody',
    '---------- Forwarded message ---------\nFrom: A <a@example.com>\nSubject: S\n\nBody'
  ],
  'signature after two dashes': ['Hello\n\n-- \nAda\nACME', 'Hello'],
  'only a signature': ['-- \nAda', '--\nAda'],
  'only quotes': ['> a\n> b', '> a\n> b'],
  blank: [' \n\n', '']
}

t.test('clients and languages', async t => {
  for (const [name, [mail, own]] of Object.entries(kept)) t.equal(trimReply(mail), own, name)
})

const untouched: Record<string, string> = {
  'a quotation by hand': 'On 3 May your agent wrote:\n"We will refund you"\nNothing came.',
  'a promise with a date': 'On 03.05.2026 you wrote:\n\nthat it comes tomorrow.',
  'somebody wrote from an address': 'Your colleague wrote to me from sales@example.com about this:\n\nthe offer.',
  'a journey': 'From: London\nTo: Paris\nPassengers: 2\n\nPlease confirm.',
  'a list of people': 'Please add\n1. Ada Lovelace <ada@example.com>\n2. Grace Hopper <grace@example.com>\nThank you',
  'Dutch that begins with Op and writes':
    'Op maandag kwam het pakket niet.\n\nUw collega schreef dat het er was.\n\nIk heb nu twee vragen:\n1. Waar?',
  'Polish that writes': 'Dnia 3 maja pan pisze o zwrocie.\n\nNie ma go.\nProszę o odpowiedź:',
  'Swedish abbreviations': 'bla. detta\n\nhon skrev till mig\n\nfrågor:\n1',
  'a rule between paragraphs': `Two things\n---\n${Array.from({ length: 12 }, (_, i) => `line ${i}`).join('\n')}`,
  'a postscript': 'Please refund me.\n\nBest regards,\nAda\n\nPS: the order is 3348'
}

t.test("the sender's own words stay", async t => {
  for (const [name, mail] of Object.entries(untouched)) t.equal(trimReply(mail), mail, name)
})

t.test('what is long', async t => {
  const long = `${'word '.repeat(200)}end`
  t.equal(trimReply(`Hi\n${long}\n\nOn Mon, 2 Nov 2026 at 09:12, S <s@example.com> wrote:\n> ${long}\n> x`),
    `Hi\n${long}`)
  t.equal(trimReply(`Hi\n\n> ${long}\n> ${long}`), 'Hi', 'a long quoted line is quoted')
  const own = 'My own line.\n'.repeat(8_000).trim()
  t.equal(trimReply(`${own}\n\nOn Mon, 2 Nov 2026 at 09:12, S <s@example.com> wrote:\n\n> x`), own)
})

t.test('never blank, never slow', async t => {
  const piece = fc.constantFrom('On 3 May 2026 at 09:12, A <a@b.co> wrote:', '> q', '-- ', 'From: A <a@b.co>',
    'Subject: x', '', 'Hello', 'Op 3', 'x schreef:', '-----Original Message-----',
    'Sent from my iPhone', '\u00010\u0001', '\u0001', '   ', 'Best regards', '________________')
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
    const mail = pieces.join('\n')
    return trimReply(mail).trim() !== '' || mail.replaceAll('\u0001', '').trim() === ''
  }), { numRuns: 200 })
  const hostile = ['abc. skrev ', 'Op schreef ', 'Dnia pisze ', '在写道：x', '0000from<', '11.11.2011" <', 'On 1 wrote ',
    'From: [<', '\n', ' ', '>', 'a@b <a@b ']
  const started = process.cpuUsage()
  for (const unit of hostile) {
    for (const end of ['', '\n']) trimReply((unit + end).repeat(200_000 / (unit.length + end.length)))
    trimReply(`${unit.repeat(490 / unit.length)}\n`.repeat(100))
    trimReply(`${unit}\n`.repeat(49_000 / (unit.length + 1)))
  }
  t.ok(process.cpuUsage(started).user < 10e6,
    `${hostile.length * 4} hostile mails, each far below a second`)
})

t.test('HTML loses its quoted containers', async t => {
  t.equal(trimHtml('<div>Thanks</div><div class="gmail_quote"><blockquote>old</blockquote></div>'), '<div>Thanks</div>')
  t.equal(trimHtml('<p>Thanks</p><blockquote type="cite"><p>old</p></blockquote><p>below</p>'),
    '<p>Thanks</p><p>below</p>')
  const outlook = '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> x</div>old</div>'
  t.equal(trimHtml(`<div><p>Thanks</p>${outlook}`), '<div><p>Thanks</p></div>')
  t.equal(trimHtml('<p>no quote</P><br>'), '<p>no quote</P><br>', 'without one, not a byte changes')
  const quoteOnly = '<div class="gmail_quote">forwarded</div>'
  t.equal(trimHtml(quoteOnly), quoteOnly, 'never to nothing')
  const picture = '<img src="cid:1"><div class="gmail_quote">old</div>'
  t.equal(trimHtml(picture), '<img src="cid:1" />', 'a picture is something')
  const longer = `${'&'.repeat(50)}<i class="gmail_quote">x</i>`
  t.equal(trimHtml(longer), longer, 'never to more')
  const many = '<div class="gmail_quote"><b>'.repeat(20_000)
  t.equal(trimHtml(many), many, 'too many tags for a parser')
})
