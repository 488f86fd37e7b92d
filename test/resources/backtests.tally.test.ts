import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { Clock } from '../../src/clock/clocks.js'
import { cellsOf, valuesBy } from '../../src/resources/backtests/cells.js'
import type { Past } from '../../src/resources/backtests/history.store.js'
import { Counting } from '../../src/resources/backtests/part.js'
import { addPart, emptyTally, maxCells, resultOf, shownCells, type Tally } from '../../src/resources/backtests/tally.js'

const clock = (state: Clock['state'], consumedSeconds: number, more: Partial<Clock> = {}): Clock =>
  ({ target: 'firstReply', state, consumedSeconds, endedBy: null, ...more }) as Clock
const past = (more: Partial<Past>): Past => ({
  createdAt: Date.parse('2026-03-01T22:30:00.000Z'), channelId: 'ch', channelKind: 'chat', priority: 'normal', status: 'open', teamId: null, agentId: null,
  companyId: null, tier: null, language: null, tagIds: [], attributes: {}, facts: [], ...more
})

/** Counts one conversation as a part of its own. */
function add (tally: Tally, tried: Clock[], real: Clock[], values: unknown[][] = []): void {
  const counting = new Counting()
  counting.add(tried, real, values)
  addPart(tally, counting.part)
}

t.test('percentiles are of type 2, exact below 128 seconds, and those of what was put down and taken up again', t => {
  let tally: Tally = emptyTally()
  for (const seconds of [10, 20, 30, 40]) {
    tally = JSON.parse(JSON.stringify(tally)) as Tally
    add(tally, [clock(seconds > 20 ? 'breached' : 'met', seconds)], [])
  }
  add(tally, [clock('running', 5), clock('cancelled', 7)], [clock('atRisk', 50)])
  const { conversations, triedConversations, realConversations, targets } = resultOf(tally)
  t.same([conversations, triedConversations, realConversations], [5, 5, 1])
  t.same(targets[0]!.triedConsumed, { count: 4, p50: 25, p90: 40, approximate: false })
  t.same(targets[0]!.realConsumed, { count: 0, p50: null, p90: null, approximate: false })
  t.same(targets[0]!.tried, { clocks: 6, met: 2, metWithoutReply: 0, breached: 2, overdue: 0, running: 1, paused: 0, cancelled: 1, attainment: 0.5 })
  t.equal(targets[0]!.real.running, 1, 'at risk is running')
  t.end()
})

t.test('long times are within 1 %', t => {
  for (const seconds of [128, 129, 1000, 86_400, 31_536_000]) {
    const tally = emptyTally()
    add(tally, [clock('met', seconds)], [])
    const { p50, approximate } = resultOf(tally).targets[0]!.triedConsumed
    t.ok(Math.abs(p50! - seconds) <= Math.max(1, seconds / 100), `${p50} for ${seconds}`)
    t.equal(approximate, true)
  }
  t.end()
})

t.test('what finds no cell any more is in other, once', t => {
  const tally = emptyTally()
  for (let n = 0; n < maxCells; n++) add(tally, [clock('met', 1)], [], [[n]])
  add(tally, [clock('met', 1)], [], [[3, 'a', 'b']])
  const cells = shownCells(tally)
  t.equal(cells.length, maxCells + 1)
  t.match(cells.at(-1), { values: [], other: true, conversations: 1 })
  t.match(cells[3], { values: [3], other: false, conversations: 2 })
  t.equal(cells.filter(cell => cell.other).length, 1)
  t.end()
})

t.test('however history is cut in parts, the same comes out', t => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.array(fc.nat(700), { minLength: 1, maxLength: 3 }), fc.constantFrom('met', 'breached', 'overdue'), fc.nat(10_000))), fc.nat(5), (stories, seed) => {
    const history = Array.from({ length: 1500 }, (_, n): (typeof stories)[number] => stories[(n * 7 + seed) % Math.max(1, stories.length)] ?? [[n], 'met', n])
      .map(([tags, state, seconds], n) => ({ values: [[...new Set(tags.map(tag => tag + n % 900))]], clocks: [clock(state as 'met', seconds)] }))
    const tallied = (size: number) => {
      const tally = emptyTally()
      for (let from = 0; from < history.length; from += size) {
        const counting = new Counting()
        for (const { values, clocks } of history.slice(from, from + size)) counting.add(clocks, clocks, values)
        addPart(tally, counting.part)
      }
      return { result: resultOf(tally), cells: shownCells(tally) }
    }
    const one = tallied(1)
    assert.deepEqual(tallied(history.length), one)
    assert.deepEqual(tallied(400 + seed), one)
  }), { numRuns: 20 })
  t.end()
})

t.test('cells by every dimension', t => {
  const by = (word: string, of: Partial<Past> = {}, timeZone = 'UTC', name: string | null = null) => cellsOf(valuesBy([{ by: word as 'tag', name }], timeZone)(past(of)))
  t.same(by('channel'), [['ch']])
  t.same(by('agent', { agentId: 'a' }), [['a']])
  t.same(by('status'), [['open']])
  t.same(by('company'), [[null]])
  t.same(by('tag'), [[null]])
  t.same(by('tag', { tagIds: ['x', 'y'] }), [['x'], ['y']])
  t.same(by('attribute', { attributes: { plan: 3 } }, 'UTC', 'plan'), [[3]])
  t.same(by('attribute', {}, 'UTC', 'constructor'), [[null]])
  t.same([by('day'), by('week'), by('month')], [[['2026-03-01']], [['2026-02-23']], [['2026-03-01']]])
  const berlin = 'Europe/Berlin'
  t.same([by('day', {}, 'Asia/Kolkata'), by('week', {}, 'Asia/Kolkata'), by('month', {}, 'America/Los_Angeles')], [[['2026-03-02']], [['2026-03-02']], [['2026-03-01']]])
  t.same(by('day', { createdAt: Date.parse('2026-03-31T22:30:00Z') }, berlin), [['2026-04-01']])
  t.same(cellsOf(valuesBy([{ by: 'tag', name: null }, { by: 'priority', name: null }], 'UTC')(past({ tagIds: ['x', 'y'] }))), [['x', 'normal'], ['y', 'normal']])
  t.same(cellsOf(valuesBy([], 'UTC')(past({}))), [])
  t.end()
})
