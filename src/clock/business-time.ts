import { LRUCache } from 'lru-cache'
import { calendarProblems } from './calendar-problems.js'
import type { Calendar, CalendarState } from './calendar.js'
import { assertInstant, blockMs, blockOf, latestInstant } from './instants.js'
import { compileBlock, compileVersion, sameState } from './block.js'
import type { Block, CompiledVersion } from './block.js'

/** A maximal span `[from, to)` in which nothing that a calendar says changes. */
export interface CalendarPiece extends CalendarState { from: number, to: number }

/** Makes a calendar ready for questions. Throws a RangeError that names everything wrong with it. */
export function compileCalendar (versions: Calendar): CompiledCalendar {
  const problems = calendarProblems(versions)
  if (problems.length > 0) {
    throw new RangeError(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  }
  return new CompiledCalendar(versions)
}

/**
 * Business time by one calendar, with whatever version is in force at each instant (definitions, 1.13). Instants and
 * spans are whole milliseconds, intervals half-open. Instants lie between 1970 and 2100, otherwise a RangeError is
 * thrown; what would come later than `latestInstant` is answered with null.
 */
export class CompiledCalendar {
  readonly #versions: CompiledVersion[]
  /** From here on the state is the same for ever: there is no need to look further. */
  readonly #settledFrom: number
  readonly #blocks = new LRUCache<number, Block>({ max: 16 })
  /** By block; kept for all of them, so that spans of many years do not cut out again what lies between. */
  readonly #totals: number[] = []

  constructor (versions: Calendar) {
    this.#versions = versions.map((version, i) => compileVersion(version, i,
      i === 0 ? -Infinity : version.effectiveFrom, versions[i + 1]?.effectiveFrom ?? Infinity))
    const { constant, from, undatedFrom } = this.#versions.at(-1)!
    this.#settledFrom = Math.min(constant ? Math.max(from, undatedFrom) : Infinity, latestInstant)
  }

  isOpen (at: number): boolean {
    return this.#stateOf(at).open
  }

  /** What the calendar says at an instant, and `until` when: null when that never changes any more. */
  stateAt (at: number): CalendarState & { until: number | null } {
    const state = this.#stateOf(at)
    const { open, version, reason, name } = state
    return { open, version, reason, name, until: this.#firstAfter(at, (next) => !sameState(next, state)) }
  }

  /** The first instant after `at` at which closed time becomes open; null when there is none. */
  nextOpening (at: number): number | null {
    const closing = this.isOpen(at) ? this.nextClosing(at) : at
    return closing === null ? null : this.#firstAfter(closing, ({ open }) => open)
  }

  /** The first instant after `at` at which open time becomes closed; null when there is none. */
  nextClosing (at: number): number | null {
    const opening = this.isOpen(at) ? at : this.nextOpening(at)
    return opening === null ? null : this.#firstAfter(opening, ({ open }) => !open)
  }

  /** `at` when it is open (the instant of closing is not), else the next opening. */
  firstOpenAtOrAfter (at: number): number | null {
    return this.isOpen(at) ? at : this.nextOpening(at)
  }

  /** Open milliseconds in `[from, to)`; 0 when `to` is not after `from`. */
  businessMs (from: number, to: number): number {
    assertInstant(from)
    assertInstant(to)
    if (to <= from) return 0
    const [first, last] = [blockOf(from), blockOf(to)]
    let open = -openUntil(this.#block(first), from)
    for (let key = first; key < last; key++) open += this.#totalOf(key)
    return open + openUntil(this.#block(last), to)
  }

  /**
   * The earliest instant b ≥ `at` with `businessMs(at, b) === span` (definitions, 3, Due): what is used up exactly at
   * closing time falls on closing time, and a span of 0 on `at`. Null when there is not so much open time until 2100.
   */
  addBusinessMs (at: number, span: number): number | null {
    assertInstant(at)
    if (!(span >= 0)) throw new RangeError(`${span} is not a span of time in milliseconds`)
    if (span === 0) return at
    let key = blockOf(at)
    let wanted = span + openUntil(this.#block(key), at)
    for (let total = this.#totalOf(key); wanted > total; total = this.#totalOf(key)) {
      wanted -= total
      if (this.#endsBefore(++key)) return this.#addSettled(key * blockMs, wanted)
    }
    const block = this.#block(key)
    const i = firstAtLeast(block.openBefore, wanted) - 1
    const found = block.starts[i]! + wanted - block.openBefore[i]!
    return found <= latestInstant ? found : null
  }

  /** The maximal uniform pieces of `[from, to)`, in order, without gaps; the first and last cut at `from` and `to`. */
  pieces (from: number, to: number): CalendarPiece[] {
    assertInstant(from)
    assertInstant(to)
    const pieces: CalendarPiece[] = []
    for (let key = blockOf(from), at = from; at < to; key++) {
      const { starts, states } = this.#block(key)
      for (let i = indexAt(starts, at); i < states.length && at < to; i++) {
        const end = Math.min(starts[i + 1]!, to)
        const last = pieces.at(-1)
        const { open, version, reason, name } = states[i]!
        if (last && sameState(last, states[i]!)) last.to = end
        else pieces.push({ from: at, to: end, open, version, reason, name })
        at = end
      }
    }
    return pieces
  }

  #block (key: number): Block {
    let block = this.#blocks.get(key)
    if (!block) {
      block = compileBlock(this.#versions, key)
      this.#blocks.set(key, block)
    }
    return block
  }

  #totalOf (key: number): number {
    return (this.#totals[key] ??= this.#block(key).total)
  }

  #stateOf (at: number): CalendarState {
    assertInstant(at)
    const { starts, states } = this.#block(blockOf(at))
    return states[indexAt(starts, at)]!
  }

  /** Nothing changes any more at or after the start of that block. */
  #endsBefore (key: number): boolean {
    return key * blockMs > this.#settledFrom
  }

  #addSettled (from: number, span: number): number | null {
    const found = this.#versions.at(-1)!.constant?.open ? from + span : null
    return found !== null && found <= latestInstant ? found : null
  }

  /** The start of the first piece after the one around `at` whose state is such. */
  #firstAfter (at: number, such: (state: CalendarState) => boolean): number | null {
    let key = blockOf(at)
    let block = this.#block(key)
    for (let i = indexAt(block.starts, at) + 1; ; i++) {
      if (i === block.states.length) {
        if (this.#endsBefore(++key)) return null
        block = this.#block(key)
        i = 0
      }
      if (such(block.states[i]!)) return block.starts[i]! <= latestInstant ? block.starts[i]! : null
    }
  }
}

const openUntil = ({ starts, openBefore, states }: Block, at: number): number => {
  const i = indexAt(starts, at)
  return states[i]!.open ? openBefore[i]! + at - starts[i]! : openBefore[i]!
}

/** The last i with `starts[i] <= at`. */
function indexAt (starts: Float64Array, at: number): number {
  let low = 0
  let high = starts.length - 1
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (starts[middle]! <= at) low = middle
    else high = middle
  }
  return low
}

/** The first i with `values[i] >= wanted`; there is one. */
function firstAtLeast (values: Float64Array, wanted: number): number {
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}
