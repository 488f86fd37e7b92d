import fc from 'fast-check'
import t from 'tap'
import { Block, dayOf, packBlock } from '../../src/metrics/blocks.js'
import { Growing, type Columns } from '../../src/metrics/columns.js'
import { tracesOf } from '../../src/metrics/families.js'
import { partsToRewrite, Rewriting, type Rewritten } from '../../src/metrics/parts.js'
import { subjectOf } from '../../src/metrics/subject.js'
import { monday } from '../clock/arbitrary.js'
import { created } from '../clock/timeline.js'

const place = { family: 'messageIn' as const, open: false, day: dayOf(monday) }
const [trace] = tracesOf(subjectOf('c', [created(monday)], monday)!, 'creation')

/** What conversations have in a place now: traces that end one after the other. */
function tracesIn (changes: ReadonlyMap<number, number>): Growing {
  const traces = new Growing(place.family, place.open)
  for (const [conversation, count] of changes) for (let at = 0; at < count; at++) traces.push(conversation, { ...trace!, end: trace!.start + at })
  return traces
}

/** A place as it is kept, and what must be in it. */
class Kept {
  readonly parts = new Map<number, Block>()
  readonly #expected = new Map<number, number>()

  /** Gives the numbers of parts that were not concerned, and yet written. */
  change (changes: ReadonlyMap<number, number>, most: number): number[] {
    for (const [conversation, count] of changes) this.#expected.set(conversation, count)
    const isConcerned = (part: number) => Array.from(this.parts.get(part)!.conversation).some(conversation => changes.has(conversation))
    const concerned = [...this.parts.keys()].filter(isConcerned)
    const some = partsToRewrite([...this.parts].map(([part, { size }]) => ({ part, size })), ({ part }) => isConcerned(part), tracesIn(changes).size, most)
    const rewriting = new Rewriting(place, Math.max(-1, ...this.parts.keys()) + 1, most)
    const written = new Set<number>()
    const write = (rewritten: Iterable<Rewritten>) => {
      for (const { part, traces } of rewritten) {
        if (this.parts.has(part)) throw new Error(`Part ${part} was not read, or is written twice`)
        this.parts.set(part, packed(traces))
        written.add(part)
      }
    }
    for (const { part, block } of some.map(({ part }) => ({ part, block: this.parts.get(part)! }))) {
      this.parts.delete(part)
      write(rewriting.take(part, block, new Set(changes.keys())))
    }
    write(rewriting.finish(tracesIn(changes)))
    return some.map(({ part }) => part).filter(part => !concerned.includes(part))
  }

  /** Every conversation has all that it must have, in its order and in one part. */
  check (): void {
    const held = [...this.parts.values()].flatMap(({ conversation, end }) => [...new Set(Array.from(conversation))]
      .map(each => [each, Array.from(end).filter((_, at) => conversation[at] === each).map(end => end - trace!.start)] as const))
    const expected = [...this.#expected].filter(([, count]) => count).map(([conversation, count]) => [conversation, Array.from({ length: count }, (_, at) => at)] as const)
    const text = (all: typeof expected) => JSON.stringify(all.toSorted(([a], [b]) => a - b))
    if (text(held) !== text(expected)) throw new Error(`${text(held)} is not ${text(expected)}`)
  }

  get sizes (): number[] {
    return [...this.parts.values()].map(({ size }) => size)
  }
}

function packed (traces: Columns): Block {
  const block = new Block(place.family, place.open, traces.size)
  for (const { name, data } of packBlock(traces)) block.read(name, data)
  return block
}

/** How many traces some of many conversations have now. */
const changesOf = (traces: number) => fc.array(fc.tuple(fc.nat(60), fc.nat(traces)), { minLength: 1, maxLength: 8 }).map(entries => new Map(entries))
const most = fc.integer({ min: 1, max: 9 })

t.test('whatever changes, and however large parts were, all is kept once, and of other parts at most one is written', async t => {
  let largest = 0
  fc.assert(fc.property(fc.array(fc.tuple(changesOf(12), fc.oneof(most, fc.constant(1000))), { maxLength: 60, size: 'max' }), steps => {
    const kept = new Kept()
    for (const [changes, most] of steps) {
      const others = kept.change(changes, most)
      if (others.length > 1) throw new Error(`${others.length} parts were written that were not concerned`)
      kept.check()
      largest = Math.max(largest, ...kept.sizes)
    }
    kept.change(new Map(Array.from({ length: 61 }, (_, conversation) => [conversation, 0])), 5)
    if (kept.parts.size) throw new Error(`Parts of ${kept.sizes} traces are left`)
  }), { seed: 20261123, numRuns: 100 })
  t.ok(largest > 100, `a part had ${largest} traces`)
})

t.test('no part is larger than it may be, but for one conversation; at most one is half full or less', async t => {
  let parts = 0
  fc.assert(fc.property(most.chain(most => fc.tuple(fc.constant(most), fc.array(changesOf(most / 2 | 0), { maxLength: 60, size: 'max' }), changesOf(12))), ([most, steps, large]) => {
    const kept = new Kept()
    for (const changes of steps) {
      kept.change(changes, most)
      const { sizes } = kept
      if (Math.max(0, ...sizes) > most) throw new Error(`${sizes}, of ${most} at most`)
      if (sizes.filter(size => size <= most / 2).length > 1) throw new Error(`${sizes} could be fewer, of ${most} each`)
      parts = Math.max(parts, sizes.length)
    }
    kept.change(large, most)
    for (const { size, conversation } of kept.parts.values()) if (size > most && new Set(Array.from(conversation)).size > 1) throw new Error(`${size}, of ${most} at most`)
  }), { seed: 20261123, numRuns: 200 })
  t.ok(parts > 15, `there were ${parts} parts`)
})
