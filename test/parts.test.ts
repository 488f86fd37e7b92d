import t from 'tap'
import { inParts } from '../src/parts.js'

t.test('a list comes in parts that hold no more than they may, with nothing lost and nothing moved', async t => {
  const parts = (sizes: number[]) => inParts(sizes, size => size, 10)
  t.same(parts([]), [])
  t.same(parts([4, 6, 1]), [[4, 6], [1]])
  t.same(parts([9, 2, 8, 1]), [[9], [2, 8], [1]])
  t.same(parts([25, 1, 25, 25]), [[25], [1], [25], [25]], 'what is too large is alone')
  t.same(parts([0, 10, 0]), [[0, 10, 0]])
})
