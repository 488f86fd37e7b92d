import { statuses } from '../clock/facts.js'
import { attributeKeyOf, attributeNamed, packedDimensions, plainDimensions } from './dimensions.js'
import type { Named, PlainDimension } from './dimensions.js'
import type { FamilyName } from './families.js'
import { tracesOf } from './families.js'
import type { Subject, Values } from './subject.js'
import type { Trace } from './traces.js'

/** Values as indexes of a dictionary, one per trace. */
export interface Column<T> { codes: ArrayLike<number>, dictionary: readonly T[] }

/** Of an attribute as it is kept: text, a number, true or false, or a list of text. */
export type Value = Values[PlainDimension] | number | boolean

/** Traces of one family, a column per property; a column that the family has no use for is empty. */
export interface Columns {
  family: FamilyName
  /** They all go on; `end` is empty. Else they all ended. */
  open: boolean
  size: number
  /** Numbers of conversations, as the asker gave them. */
  conversation: ArrayLike<number>
  start: ArrayLike<number>
  end: ArrayLike<number>
  flags: ArrayLike<number>
  value: ArrayLike<number>
  /** Infinity: it was not undone. */
  until: ArrayLike<number>
  key: Column<string | null>
  dimension: (name: Named) => Column<Value>
  spans: Spans
}

/** Those of trace i are at `first[i]` up to `first[i + 1]`; statuses by their position in the list. */
export interface Spans { first: ArrayLike<number>, status: ArrayLike<number>, from: ArrayLike<number> }

class Coded<T> implements Column<T> {
  readonly codes: number[] = []
  readonly dictionary: T[] = []
  readonly #known = new Map<unknown, number>()

  push (value: T): void {
    this.codes.push(this.codeOf(value))
  }

  codeOf (value: T): number {
    const text = Array.isArray(value) ? value.join('\0') : value
    let code = this.#known.get(text)
    if (code === undefined) {
      code = this.dictionary.push(value) - 1
      this.#known.set(text, code)
    }
    return code
  }

  /** Some of another column's values; each distinct one is looked up once. */
  take ({ codes, dictionary }: Column<T>, positions: readonly number[]): void {
    const translated: number[] = []
    for (const at of positions) this.codes.push(translated[codes[at]!] ??= this.codeOf(dictionary[codes[at]!]!))
  }
}

function takeNumbers (into: number[], from: ArrayLike<number>, positions: readonly number[]): void {
  for (const at of positions) into.push(from[at]!)
}

const attributeIn = ({ attributes }: Values, key: string): Value => Object.hasOwn(attributes, key) ? attributes[key] as Value : null

/** Columns that grow trace by trace. */
export class Growing implements Columns {
  size = 0
  readonly conversation: number[] = []
  readonly start: number[] = []
  readonly end: number[] = []
  readonly flags: number[] = []
  readonly value: number[] = []
  readonly until: number[] = []
  readonly key = new Coded<string | null>()
  readonly spans = { first: [0], status: [] as number[], from: [] as number[] }
  readonly #dimensions = new Map<Named, Coded<Value>>()

  /** `attributes`: the keys of those that shall be columns too. */
  constructor (readonly family: FamilyName, readonly open: boolean, readonly attributes: readonly string[] = []) {}

  push (conversation: number, { start, end, values, flags = 0, value = 0, until = null, key = null, spans = [] }: Trace): void {
    this.size++
    this.conversation.push(conversation)
    this.start.push(start)
    if (end !== null) this.end.push(end)
    this.flags.push(flags)
    this.value.push(value)
    this.until.push(until ?? Infinity)
    this.key.push(key)
    for (const { status, from } of spans) {
      this.spans.status.push(statuses.indexOf(status))
      this.spans.from.push(from)
    }
    this.spans.first.push(this.spans.from.length)
    for (const name of plainDimensions) this.dimension(name).push(values[name])
    for (const key of this.attributes) this.dimension(attributeNamed(key)).push(attributeIn(values, key))
  }

  /** Those of others' traces that fit, with what can be kept of them. */
  take (from: Columns, fits: (at: number) => boolean): void {
    const positions: number[] = []
    for (let at = 0; at < from.size; at++) if (fits(at)) positions.push(at)
    if (positions.length === 0) return
    this.size += positions.length
    for (const name of ['conversation', 'start', 'flags', 'value', 'until'] as const) takeNumbers(this[name], from[name], positions)
    if (!this.open) takeNumbers(this.end, from.end, positions)
    this.key.take(from.key, positions)
    for (const name of packedDimensions) this.dimension(name).take(from.dimension(name), positions)
    this.#takeSpans(from.spans, positions)
  }

  #takeSpans ({ first, status, from }: Spans, positions: readonly number[]): void {
    for (const at of positions) {
      for (let span = first[at]!; span < first[at + 1]!; span++) {
        this.spans.status.push(status[span]!)
        this.spans.from.push(from[span]!)
      }
      this.spans.first.push(this.spans.from.length)
    }
  }

  dimension (name: Named): Coded<Value> {
    let known = this.#dimensions.get(name)
    if (!known) this.#dimensions.set(name, known = new Coded())
    return known
  }
}

/** The traces of a conversation, added to the columns of their families: those that ended and those that go on. */
export class Gathered {
  readonly #columns: Growing[]

  /** `named`: what will be asked of their values. */
  constructor (families: Iterable<FamilyName>, named: readonly Named[] = []) {
    const keys = named.flatMap((name) => attributeKeyOf(name) ?? [])
    this.#columns = [...new Set(families)].flatMap((family) => [new Growing(family, false, keys), new Growing(family, true, keys)])
  }

  add (subject: Subject, conversation: number): void {
    for (let at = 0; at < this.#columns.length; at += 2) {
      const [ended, open] = [this.#columns[at]!, this.#columns[at + 1]!]
      for (const trace of tracesOf(subject, ended.family)) (trace.end === null ? open : ended).push(conversation, trace)
    }
  }

  all (): Columns[] {
    return this.#columns.filter(({ size }) => size > 0)
  }
}
