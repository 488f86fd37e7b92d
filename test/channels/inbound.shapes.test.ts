import t from 'tap'
import { printTypes } from '../../src/graphql/print-types.js'
import { InboundMessage, inboundBounds } from '../../src/resources/channels/inbound/inbound.shapes.js'
import { namedSchemas } from '../../src/shapes.js'

const whole = {
  externalId: 'm-1',
  externalThreadId: 't-9',
  inReplyTo: null,
  sentAt: '2026-11-22T09:30:00.000Z',
  from: { name: 'Ada', email: 'ada@example.com', phone: null, handle: null, externalId: 'crm-42' },
  subject: 'Order 3348',
  text: 'It has not arrived',
  html: null,
  attachments: [{ filename: 'a.png', contentType: 'image/png', contentBase64: 'iVBORw==' }],
  attributes: { plan: 'gold', seats: 3, trial: false, since: null, tags: ['a', 'b'] }
}

function refusals (change: object): string[] {
  const parsed = InboundMessage.safeParse({ ...whole, ...change })
  return parsed.success ? [] : parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)
}

t.test('the whole contract comes through unchanged', async t => {
  t.same(InboundMessage.parse(whole), whole)
})

t.test('what is absent is null or empty', async t => {
  const least = { externalId: 'm-2', from: { handle: '@ada' }, text: 'hi' }
  t.same(InboundMessage.parse(least), {
    externalId: 'm-2', externalThreadId: null, inReplyTo: null, sentAt: null, subject: null, text: 'hi', html: null,
    from: { name: null, email: null, phone: null, handle: '@ada', externalId: null }, attachments: [], attributes: {}
  })
})

t.test('a sender has an identity', async t => {
  t.same(refusals({ from: { name: 'Ada' } }), ['from: must name the sender by email, phone, handle or externalId'])
  for (const identity of [{ email: 'a@b' }, { phone: '+4512345678' }, { handle: '@a' },
    { externalId: '1' }]) t.same(refusals({ from: identity }), [])
  for (const email of ['ada', 'ada@', '@example.com', 'a b@example.com', 'Ada <ada@example.com>', 'a@b@c',
    `${'a'.repeat(250)}@b.co`]) {
    t.equal(refusals({ from: { email } }).length, 1, email)
  }
})

t.test('a message has content', async t => {
  t.same(refusals({ text: null, attachments: [] }), ['text: must have text, html or an attachment'])
  t.same(refusals({ text: ' \n', subject: null, attachments: [] }), ['text: must not be blank'])
  t.same(refusals({ text: ' \n', attachments: [] }), [], 'a subject over a blank text says something')
  t.same(refusals({ text: null }), [], 'an attachment alone')
  t.same(refusals({ text: null, html: '<p>x</p>', attachments: [] }), [])
})

t.test('bounds, to the character', async t => {
  t.same(refusals({ externalId: 'x'.repeat(255), text: 'x'.repeat(500_000), html: 'x'.repeat(1_000_000),
    subject: 'x'.repeat(998) }), [])
  for (const [field, length] of [['externalId', 256], ['externalThreadId', 256], ['inReplyTo', 256], ['text', 500_001],
    ['html', 1_000_001], ['subject', 999]] as const) {
    t.equal(refusals({ [field]: 'x'.repeat(length) }).length, 1, field)
  }
  t.equal(refusals({ externalId: '' }).length, 1)
  const file = { filename: 'a', contentType: 'text/plain', contentBase64: '' }
  t.same(refusals({ attachments: Array.from({ length: 50 }, () => file) }), [])
  t.equal(refusals({ attachments: Array.from({ length: 51 }, () => file) }).length, 1)
  const half = { ...file, contentBase64: 'A'.repeat(inboundBounds.base64 / 2) }
  t.same(refusals({ attachments: [half, half] }), [])
  t.same(refusals({ attachments: [half, half, { ...file, contentBase64: 'AAAA' }] }),
    ['attachments: must be up to 25 MiB together'])
  t.equal(refusals({ attributes: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 1])) }).length, 1)
})

t.test('NUL and lone surrogates are refused wherever text may stand', async t => {
  for (const bad of ['a\0', '\uDC00']) {
    for (const change of [{ externalId: bad }, { externalThreadId: bad }, { inReplyTo: bad }, { subject: bad },
      { text: bad }, { html: bad },
      { from: { ...whole.from, name: bad } }, { from: { handle: bad } }, { from: { externalId: bad } },
        { from: { phone: bad } }, { from: { email: `${bad}@b.co` } },
      { attachments: [{ ...whole.attachments[0], filename: bad }] }, { attributes: { [bad]: 1 } },
        { attributes: { a: bad } }, { attributes: { a: [bad] } }]) {
      t.ok(refusals(change).length > 0, JSON.stringify(change))
    }
  }
})

t.test('times, media types, base64 and unknown fields', async t => {
  for (const sentAt of ['2026-11-22T09:30:00Z', '2026-11-22T10:30:00.123456+01:00',
    '1970-01-01T00:00:00Z']) t.same(refusals({ sentAt }), [])
  for (const sentAt of ['2026-11-22', '2026-11-22T09:30:00', '2026-02-30T00:00:00Z', '1969-12-31T23:59:59Z', 'now',
    1700000000]) t.equal(refusals({ sentAt }).length, 1)
  const file = whole.attachments[0]
  for (const contentBase64 of ['', 'QQ==', 'QUI=',
    'QUJD']) t.same(refusals({ attachments: [{ ...file, contentBase64 }] }), [])
  for (const contentBase64 of ['Q', 'QQ', 'QQ=', '=QQQ', 'Q===', 'QU I',
    'QU_D']) t.equal(refusals({ attachments: [{ ...file, contentBase64 }] }).length, 1, contentBase64)
  for (const contentType of ['png', 'image/', 'image/png; q=1',
    'a\nb/c']) t.equal(refusals({ attachments: [{ ...file, contentType }] }).length > 0, true, contentType)
  t.equal(refusals({ sendAt: '2026-11-22T09:30:00Z' }).length, 1)
})

t.test('both faces print it, every field described', async t => {
  const schemas = namedSchemas()
  const names = ['InboundAttachment', 'InboundMessage', 'InboundSender']
  for (const name of names) {
    const { properties, description } = schemas[name] as { properties: Record<string, object>, description: string }
    t.ok(description, name)
    for (const [field, property] of Object.entries(properties)) {
      t.ok('$ref' in property || 'description' in property, `${name}.${field}`)
    }
  }
  const named = Object.fromEntries(names.map(name => [name, schemas[name] as object]))
  const types = printTypes(named, { inputs: new Set(names) })
  t.match(types, /\n {2}sentAt: DateTime\n/)
  t.match(types, /\n {2}from: InboundSender!\n/)
  t.match(types, /\n {2}attachments: \[InboundAttachment!\]! = \[\]\n/)
  t.match(types, /\n {2}attributes: JSONObject\n/)
})
