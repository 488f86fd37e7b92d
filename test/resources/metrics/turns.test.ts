import t from 'tap'
import { Turns } from '../../../src/resources/metrics/turns.js'

t.test('so many at once, the others in their order; what fails gives its turn on', async t => {
  const turns = new Turns(2)
  const begun: number[] = []
  const ends: Array<(failed: boolean) => void> = []
  const all = [1, 2, 3, 4, 5].map(number => turns.take(() => new Promise<number>((resolve, reject) => {
    begun.push(number)
    ends.push(failed => failed ? reject(new Error('failed')) : resolve(number))
  })).catch(() => -number))
  await Promise.resolve()
  t.same(begun, [1, 2])
  ends[1]!(true)
  await all[1]
  t.same(begun, [1, 2, 3])
  ends[0]!(false)
  ends[2]!(false)
  await Promise.all([all[0], all[2]])
  t.same(begun, [1, 2, 3, 4, 5])
  ends[3]!(false)
  ends[4]!(false)
  t.same(await Promise.all(all), [1, -2, 3, 4, 5])
  t.equal(await turns.take(async () => 6), 6)
})
