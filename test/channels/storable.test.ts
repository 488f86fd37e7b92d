import t from 'tap'
import fc from 'fast-check'
import { storable, storableLine } from '../../src/resources/channels/inbound/storable.js'
import { line, text } from '../../src/shapes.js'

t.test('storable makes any string one that the shapes accept', async t => {
  t.equal(storable('a\0b\uD83D!', 10), 'ab\uFFFD!')
  t.equal(storable('ab😀', 3), 'ab', 'a pair is not divided')
  t.equal(storable('ab😀', 4), 'ab😀')
  t.equal(storableLine('  a\r\n b\tc\u2028d ', 20), 'a  b c d')
  const accepted = (value: string, max: number) => {
    const kept = storableLine(value, max)
    return text(max).safeParse(storable(value, max)).success && (kept === '' || line(max).parse(kept) === kept)
  }
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer({ min: 0, max: 30 }), accepted))
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 0xFFFF }), { maxLength: 40 }),
    fc.integer({ min: 0, max: 30 }), (units, max) => accepted(String.fromCharCode(...units), max)))
})
