import { statuses } from '../clock/facts.js'
import { attributeColumn, textOf } from './attributes.js'
import { Coded } from './coded.js'
import type { Column, Value } from './coded.js'
import { attributeKeyOf, plainDimensions } from './dimensions.js'
import type { Named, PlainDimension } from './dimensions.js'
import type { FamilyName } from './families.js'
import { tracesOf } from './families.js'
import type { Subject } from './subject.js'
import type { Trace } from './traces.js'

export type { Column, Value } from './coded.js'

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
  /** As JSON: all that the conversation had then, which few queries look at. */
  attributes: Column<string>
  /** An attribute by its key is made of these. */
  dimension: (name: Named) => Column<Value>
  spans: Spans
}

/** Those of trace i are at `first[i]` up to `first[i + 1]`; statuses by their position in the list. */
export interface Spans { first: ArrayLike<number>, status: ArrayLike<number>, from: ArrayLike<number> }

function takeNumbers (into: number[], from: ArrayLike<number>, positions: readonly number[]): void {
  for (const at of positions) into.push(from[at]!)
}

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
  readonly attributes = new Coded<string>()
  readonly spans = { first: [0], status: [] as number[], from: [] as number[] }
  readonly #dimensions = Object.fromEntries(plainDimensions.map((name) => [name, new Coded<Value>()])) as Record<PlainDimension, Coded<Value>>

  /** `withAttributes`: somebody may ask for them. */
  constructor (readonly family: FamilyName, readonly open: boolean, private readonly withAttributes = true) {}

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
    for (const name of plainDimensions) this.#dimensions[name].push(values[name])
    if (this.withAttributes) this.attributes.push(textOf(values.attributes))
  }

  /** Some of others' traces. */
  take (from: Columns, positions: readonly number[]): void {
    if (positions.length === 0) return
    this.size += positions.length
    for (const name of ['conversation', 'start', 'flags', 'value', 'until'] as const) takeNumbers(this[name], from[name], positions)
    if (!this.open) takeNumbers(this.end, from.end, positions)
    this.key.take(from.key, positions)
    this.attributes.take(from.attributes, positions)
    for (const name of plainDimensions) this.#dimensions[name].take(from.dimension(name), positions)
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

  dimension (name: Named): Column<Value> {
    const key = attributeKeyOf(name)
    return key === null ? this.#dimensions[name as PlainDimension] : attributeColumn(this.attributes, key)
  }
}

/** The traces of a conversation, added to the columns of their families: those that ended and those that go on. */
export class Gathered {
  readonly #columns: Growing[]

  /** `named`: what will be asked of their values. */
  constructor (families: Iterable<FamilyName>, named: readonly Named[] = []) {
    const withAttributes = named.some((name) => attributeKeyOf(name) !== null)
    this.#columns = [...new Set(families)].flatMap((family) => [new Growing(family, false, withAttributes), new Growing(family, true, withAttributes)])
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
