import t from 'tap'
import type { Fact } from '../../../src/clock/facts.js'
import { rows } from '../../../src/db/connection.js'
import { Block } from '../../../src/metrics/blocks.js'
import { foldWorkspace } from '../../../src/resources/metrics/folding.service.js'
import { at, created, deleted, inbound, reply, spam, status, tag } from '../../clock/timeline.js'
import { startApp } from '../../support/app.js'
import { Histories } from './histories.js'

const { services, workspace, clock } = await startApp(t)
clock.now = at('+6 00:00')
const day = at('00:00') / 86_400_000

interface Kept { part: number, fold: number, ids: string[] }

/** Conversations that were asked for on a Monday, and folded into parts of four traces each. */
async function folded (count: number, most = 4, more: (index: number) => Fact[] = () => []) {
  const histories = await Histories.in(services, await workspace())
  const { workspaceId } = histories.w
  const stories = Array.from({ length: count }, (_, index) => histories.begin([created('09:00'), inbound('09:00', 'm'), ...more(index)]))
  for (const story of stories) await histories.write(story, 2)
  const query = { metrics: ['created', 'messagesIn', 'messagesOut', 'replyTime', 'backlog', 'fullResolutionTime'], from: '2026-11-01T00:00:00.000Z', to: '2026-11-06T00:00:00.000Z', interval: 'day', groupBy: ['status', 'tag'] }
  const fold = (aPart = 4, aBatch = 1000) => foldWorkspace(services, workspaceId, 100, undefined, { aPart, aBatch })
  await fold(most)
  return {
    histories, stories, fold,
    /** The parts of the Monday in a family, and whose traces are in each. */
    parts: async (family: string, open = false): Promise<Kept[]> => {
      const found = await rows<{ part: number, fold: number, size: number, data: Buffer }>(services.database.read,
        'select part, fold, size, data from metric_blocks where workspace_id = $1 and family = $2 and open = $3 and name = \'conversation\' and day = $4 order by part', [workspaceId, family, open, day])
      const ids = new Map((await rows<{ id: string, number: number }>(services.database.read, 'select conversation_id as id, number from metric_conversations where workspace_id = $1', [workspaceId])).map(({ id, number }) => [number, id]))
      return found.map(({ part, fold, size, data }) => {
        const block = new Block('creation', open, size)
        block.read('conversation', data)
        return { part, fold, ids: Array.from(block.conversation, number => ids.get(number)!) }
      })
    },
    isRight: async () => {
      const { given, expected } = await histories.answers(query)
      return JSON.stringify(given) === JSON.stringify(expected)
    }
  }
}
const sizes = (parts: readonly Kept[]) => parts.map(({ ids }) => ids.length)

t.test('a day is kept in parts, and those alone are written anew in which something is otherwise', async t => {
  const { histories, stories, fold, parts, isRight } = await folded(12, 4, () => [inbound('09:30', 'n'), spam('10:00')])
  const before = await parts('messageIn')
  t.same(sizes(before), [4, 4, 4])
  t.same(before.map(({ part, fold }) => [part, fold]), [[0, 1], [1, 1], [2, 1]])
  t.ok(await isRight())
  const one = stories.find(({ id }) => id === before[1]!.ids[2])!
  await histories.write(one, 1)
  t.equal(await fold(), 1)
  const after = await parts('messageIn')
  t.same(after.map(({ part, fold, ids }) => [part, fold, ids.length]), [[0, 1, 4], [1, 2, 3], [2, 1, 4], [3, 2, 2]])
  t.same([after[0], after[2]], [before[0], before[2]])
  t.same(after[3]!.ids, [one.id, one.id], 'what it has stays together')
  t.ok(await isRight())
  await histories.write(one, 1)
  await fold()
  t.same((await parts('messageIn')).map(({ part, fold, ids }) => [part, fold, ids.length]), [[0, 1, 4], [1, 2, 3], [2, 1, 4]], 'what is spam is out, and its part with it')
  t.ok(await isRight())
})

t.test('what moves to another day leaves its part, and a part that nothing is left in is gone', async t => {
  const { histories, stories, fold, parts, isRight } = await folded(10, 4, () => [reply('+1 09:00', 'r'), status('+1 10:00', 'resolved'), tag('+2 09:00', ['late']), deleted('+3 09:00')])
  t.same(sizes(await parts('episode', true)), [4, 4, 2])
  for (const left of [[2, 4], [4], []]) {
    const [{ ids }] = await parts('episode', true) as [Kept]
    for (const story of stories.filter(({ id }) => ids.includes(id))) await histories.write(story, 1)
    await fold()
    t.same(sizes(await parts('episode', true)), left)
    t.ok(await isRight())
  }
  t.same(sizes(await parts('creation')), [4, 4, 2], 'where nothing is otherwise')
  for (let step = 0; step < 3; step++) {
    for (const story of stories) {
      await histories.write(story, 1)
      if (story.id > stories[4]!.id) await fold(1 + step)
      t.ok(await isRight())
    }
  }
  await fold()
  t.same(await parts('creation'), [])
  t.same(await rows(services.database.read, 'select 1 from metric_blocks where workspace_id = $1 and day >= $2', [histories.w.workspaceId, day]), [])
})

t.test('a part as large as they were before is written anew in several', async t => {
  const { histories, stories, fold, parts, isRight } = await folded(11, 1000, () => [inbound('11:00', 'o'), spam('12:00')])
  t.same(sizes(await parts('messageIn')), [11])
  t.same(sizes(await parts('creation')), [11])
  await histories.write(stories[5]!, 1)
  await fold()
  t.same(sizes(await parts('messageIn')), [4, 4, 4])
  t.same(sizes(await parts('creation')), [11], 'where nothing is otherwise')
  t.ok(await isRight())
  await histories.write(stories[5]!, 1)
  await fold()
  t.same(sizes(await parts('creation')), [4, 4, 2])
  t.ok(await isRight())
})

t.test('what one conversation has on a day is in one part, however much it is', async t => {
  const { histories, stories, fold, parts, isRight } = await folded(3, 4, index => index ? [] : Array.from({ length: 6 }, (_, at) => inbound(`1${at}:00`, `m${at}`)))
  t.same(sizes(await parts('messageIn')), [3])
  for (let written = 0; written < 6; written++) {
    await histories.write(stories[0]!, 1)
    await fold()
    t.ok(await isRight())
  }
  t.same(sizes(await parts('messageIn')), [2, 7])
  t.same(new Set((await parts('messageIn'))[1]!.ids), new Set([stories[0]!.id]))
})

t.test('a batch that has come to many traces is ended, and the others are folded by the next ones', async t => {
  const { histories, stories, fold, parts, isRight } = await folded(90, 50, () => [tag('09:30', ['one']), inbound('10:00', 'n'), reply('11:00', 'r')])
  for (const story of stories) await histories.write(story, 2)
  t.same(sizes(await parts('messageIn')), [50, 40])
  for (const done of [40, 40, 10, 0]) {
    t.equal(await fold(50, 1), done)
    t.ok(await isRight())
  }
  t.equal(sizes(await parts('messageIn')).reduce((sum, size) => sum + size, 0), 180)
})
