import { columnOf, dayOf, type ColumnName } from './blocks.js'
import { bucketIndex, finder, isFuture, type Bucket } from './buckets.js'
import type { Metric } from './catalogue.js'
import type { Columns, Value } from './columns.js'
import { Combined } from './combining.js'
import type { Combination } from './combining.js'
import { counts, daysOf } from './days.js'
import { attributeKeyOf } from './dimensions.js'
import type { Named } from './dimensions.js'
import { Expectation } from './expectation.js'
import { dimensionsOf, matches, type Filter } from './filter.js'
import type { Measure, Measuring } from './measures.js'
import { countedFlag, provisionalFlag, Samples } from './samples.js'
import { combinations, textOf } from './keys.js'
import type { Key, NamedValues } from './keys.js'
import { Together } from './per-conversation.js'
import { Returns } from './returns.js'
import { Row } from './row.js'

export interface TableOf {
  metrics: readonly Metric[]
  window: Bucket
  buckets: readonly Bucket[]
  /** One bucket, which is the whole window. */
  undivided: boolean
  groupBy: readonly Named[]
  filter?: Filter | undefined
  measuring: Measuring
  /** Nobody will ask what is behind a figure: what only counts is only counted. */
  tallies?: boolean
}

/** What is alike, where a sample is held against others. */
const sortedBy = ['channel', 'priority', 'tag'] as const

/** Everything behind a window's figures; traces are added as they come. */
export class Table {
  /** By metric. */
  readonly samples: Samples[]
  /** By metric, then by the text of the key; the total has no key. */
  readonly rows: Array<Map<string, Row>>
  readonly totals: Row[]
  /** Samples, once for each cell that they are in; of rows as many as take their memory. */
  size = 0
  /** The dimensions that are asked for. */
  readonly named: readonly Named[]
  /** By metric, the rows of each combination of the named values. */
  readonly #places: Array<Map<Value | undefined, readonly Row[]>>
  readonly #contacts = new Map<string, number>()
  readonly #returns: Returns | null
  readonly #expectation = new Expectation<readonly Row[]>()
  /** By metric; null of those that take every trace by itself. */
  readonly #together: Array<Together<readonly Row[]> | null>

  constructor (readonly of: TableOf) {
    this.samples = of.metrics.map(() => new Samples())
    this.rows = of.metrics.map(() => new Map<string, Row>())
    this.totals = of.metrics.map((_, index) => this.emptyRow(index, []))
    this.#places = of.metrics.map(() => new Map())
    this.#together = of.metrics.map(({ measure }) => measure.perConversation ? new Together(of.buckets.length) : null)
    this.#returns = of.metrics.some(({ measure }) => measure.against === 'returns') ? new Returns() : null
    this.named = [...new Set([...of.groupBy, ...dimensionsOf(of.filter)])]
  }

  /** A row of a metric without samples. */
  emptyRow (metric: number, key: Key): Row {
    const { kind, measure } = this.of.metrics[metric]!
    return new Row(key, this.of.buckets.length, kind === 'level' || measure.perConversation === true)
  }

  /** The families that this must be given. */
  get families (): Set<Measure['family']> {
    return new Set([...this.of.metrics.map(({ measure }) => measure.family), ...this.#returns ? ['creation' as const] : []])
  }

  /** The columns that traces of a family must have. */
  columnsOf (family: Measure['family'], open: boolean): ColumnName[] {
    const measures = this.of.metrics.map(({ measure }) => measure).filter((measure) => measure.family === family)
    const read = measures.flatMap(({ reads = [], lasts }) => [...reads, ...lasts || open ? ['start' as const] : []])
    const returns: ColumnName[] = this.#returns && family === 'creation' ? ['key'] : []
    const sorts = measures.some(({ against }) => against === 'median') ? sortedBy : []
    return [...new Set<ColumnName>(['conversation', ...open ? [] : ['end' as const], ...read, ...returns, ...sorts, ...this.named.map(columnOf)])]
  }

  /** The UTC days of the blocks in which traces of a family can be of use; null: none are. */
  daysOf (family: Measure['family'], open: boolean): [from: number, to: number] | null {
    const { metrics, window, measuring: { bucketBy, withinMs } } = this.of
    const own = daysOf(metrics.filter(({ measure }) => measure.family === family), window, bucketBy, open)
    if (!this.#returns || family !== 'creation' || open) return own
    return [dayOf(window.from), Math.max(own?.[1] ?? -Infinity, dayOf(window.to - 1 + withinMs))]
  }

  /** What is asked of values is asked once for all traces that have the same. `without`: 1 at the numbers of conversations that are left out. */
  add (traces: Columns, without: Uint8Array = noOne): void {
    const { metrics, measuring: { bucketBy } } = this.of
    const concerned = [...metrics.entries()].filter(([, { measure, kind }]) =>
      measure.family === traces.family && (kind === 'level' || counts(measure, traces.open, bucketBy)))
    if (this.#returns && traces.family === 'creation') this.#addCreations(this.#returns, traces, without)
    if (concerned.length === 0) return
    const combined = new Combined(traces, this.named)
    for (const [index, metric] of concerned) {
      const places = combined.all.map((values) => this.#placesOf(index, values))
      const placed = { places, codes: combined.codes, conversation: traces.conversation, without }
      if (metric.kind === 'level') this.#addLevel(index, metric, traces, placed)
      else if (metric.measure.against === 'median') this.#addExpected(metric, traces, placed)
      else if (this.#together[index]) this.#addTogether(this.#together[index], metric, traces, placed)
      else this.#addSamples(index, metric, traces, placed)
    }
  }

  /** The rows of a combination of values; none where the filter leaves it out. */
  #placesOf (index: number, values: Combination): readonly Row[] {
    const known = this.#places[index]!
    const isPlain = values.length === 1 && !Array.isArray(values[0])
    const text = isPlain ? values[0] : JSON.stringify(values)
    let places = known.get(text)
    if (!places) known.set(text, places = this.#newPlaces(index, values))
    return places
  }

  #newPlaces (index: number, combination: Combination): readonly Row[] {
    const { groupBy, filter } = this.of
    const values = Object.fromEntries(this.named.map((name, at) => [name, combination[at]])) as unknown as NamedValues
    if (filter && !matches(filter, values)) return nowhere
    const keys = groupBy.length ? combinations(values, groupBy) : []
    return [this.totals[index]!, ...keys.map((key) => this.#row(index, key))]
  }

  #addSamples (index: number, { measure, live }: Metric, traces: Columns, placed: Placed): void {
    const { window: { from, to }, buckets, measuring } = this.of
    const { takes, lasts, counted, provisional, value } = measure
    const samples = this.samples[index]!
    const onlyCounts = this.#onlyCounts(this.of.metrics[index]!)
    const bucketOf = finder(buckets)
    const { open, conversation, end: ends } = traces
    const instants = lasts && measuring.bucketBy === 'start' ? traces.start : ends
    for (let at = 0; at < traces.size; at++) {
      const instant = live ? measuring.now : instants[at]!
      if (instant < from || instant >= to) continue
      const places = placesAt(placed, at)
      if (places.length === 0 || (takes && !takes(traces, at, measuring))) continue
      if (onlyCounts) {
        const isCounted = counted?.(traces, at, measuring) ?? false
        for (const row of places) row.tally(bucketOf(instant), isCounted)
        continue
      }
      const key = measure.key === 'contact' ? this.#keyOf(traces, at) : conversation[at]!
      if (key === null) continue
      const end = open ? measuring.now : ends[at]!
      const flags = (counted?.(traces, at, measuring) ? countedFlag : 0) | (open || provisional?.(traces, at, measuring) ? provisionalFlag : 0)
      const sample = samples.push(conversation[at]!, value ? value(traces, at, end, measuring) : 1, live ? 0 : flags, key)
      this.#put(places, bucketOf(instant), sample)
      if (this.#returns && measure.against === 'returns' && flags & countedFlag) this.#addReturn(this.#returns, sample, traces, at)
    }
  }

  /** A number of the contact that a trace is of; null where it is of none. */
  #keyOf (traces: Columns, at: number): number | null {
    const survivor = this.#contactOf(traces, at)
    if (survivor === null) return null
    const known = this.#contacts.get(survivor)
    if (known !== undefined) return known
    this.#contacts.set(survivor, this.#contacts.size)
    return this.#contacts.size - 1
  }

  #contactOf ({ key }: Columns, at: number): string | null {
    const contact = key.dictionary[key.codes[at]!] ?? null
    return contact === null ? null : this.of.measuring.survivorOf(contact)
  }

  #addCreations (returns: Returns, traces: Columns, without: Uint8Array): void {
    const { conversation, end, size } = traces
    for (let at = 0; at < size; at++) {
      const contact = isLeftOut(without, conversation[at]!) ? null : this.#contactOf(traces, at)
      if (contact !== null) returns.created(contact, conversation[at]!, end[at]!)
    }
  }

  #addReturn (returns: Returns, sample: number, traces: Columns, at: number): void {
    const contact = this.#contactOf(traces, at)
    if (contact !== null) returns.resolved(sample, contact, traces.conversation[at]!, traces.end[at]!)
  }

  /** What is expected is so of all in the window, whatever the filter. */
  #addExpected ({ measure: { takes, value } }: Metric, traces: Columns, placed: Placed): void {
    const { window, buckets, measuring } = this.of
    const { conversation, end } = traces
    const combined = new Combined(traces, sortedBy)
    const sorts = combined.all.map(([channel, priority, tags]) => this.#expectation.sortOf(JSON.stringify([channel, priority, [...tags as string[]].toSorted()])))
    const instants = measuring.bucketBy === 'start' ? traces.start : end
    for (let at = 0; at < traces.size; at++) {
      const instant = instants[at]!
      if (instant < window.from || instant >= window.to || isLeftOut(placed.without, conversation[at]!) || !takes!(traces, at, measuring)) continue
      const sort = sorts[combined.codes[at]!]!
      const time = value!(traces, at, end[at]!, measuring)
      this.#expectation.add(sort, time)
      const places = placesAt(placed, at)
      if (places.length === 0) continue
      this.#expectation.hold(sort, time, places, bucketIndex(buckets, instant), conversation[at]!)
      this.size += places.length
    }
  }

  /** Where its values leave a trace out, the conversation is out with it if it is the latest. */
  #addTogether (together: Together<readonly Row[]>, { measure: { takes, counted } }: Metric, traces: Columns, placed: Placed): void {
    const { window, buckets, measuring } = this.of
    const { conversation, end } = traces
    const bucketOf = finder(buckets)
    for (let at = 0; at < traces.size; at++) {
      const instant = end[at]!
      if (instant < window.from || instant >= window.to || isLeftOut(placed.without, conversation[at]!) || !takes!(traces, at, measuring)) continue
      this.size += together.add(conversation[at]!, bucketOf(instant), instant, counted!(traces, at, measuring), placesAt(placed, at))
    }
  }

  /** Once everything has been added: says of samples what depends on others. */
  finish (): void {
    for (const [index, { measure }] of this.of.metrics.entries()) {
      const samples = this.samples[index]!
      for (const { conversation, bucket, counted, place } of this.#together[index]?.all() ?? []) {
        if (place.length) this.#put(place, bucket, samples.push(conversation, 1, counted ? countedFlag : 0, conversation))
      }
      if (this.#returns && measure.against === 'returns') for (const at of this.#returns.undone(this.of.measuring.withinMs)) samples.flags[at]! &= ~countedFlag
      if (measure.against !== 'median') continue
      for (const { ratio, place, bucket, conversation } of this.#expectation.ratios()) {
        this.#put(place, bucket, samples.push(conversation, ratio, 0, conversation))
      }
    }
  }

  #addLevel (index: number, metric: Metric, traces: Columns, placed: Placed): void {
    const { window, buckets, measuring: { bucketBy, now }, undivided } = this.of
    const byStart = bucketBy === 'start' && !undivided
    const instants = [
      ...[...buckets.entries()].map(([at, bucket]) => ({ at, bucket, instant: byStart ? bucket.from : bucket.to })),
      { at: null, bucket: window, instant: window.to }
    ]
    for (const { at, bucket, instant } of instants) {
      if (!isFuture(bucket, now)) this.#addLevelAt(index, metric.measure, traces, placed, at, instant)
    }
  }

  /** By the facts before the instant, or, where that is yet to come, by all there are, as of now. */
  #addLevelAt (index: number, { value }: Measure, traces: Columns, placed: Placed, bucket: number | null, instant: number): void {
    const { measuring } = this.of
    const isToCome = instant > measuring.now
    const samples = this.samples[index]!
    const { start, end, open, conversation } = traces
    if (isToCome && !open) return
    for (let at = 0; at < traces.size; at++) {
      if (!isToCome && (start[at]! >= instant || (!open && end[at]! < instant))) continue
      const places = placesAt(placed, at)
      if (places.length === 0) continue
      const age = value!(traces, at, isToCome ? measuring.now : instant, measuring)
      this.#put(places, bucket, samples.push(conversation[at]!, age, 0, conversation[at]!))
    }
  }

  #put (places: readonly Row[], bucket: number | null, sample: number): void {
    for (const row of places) row.push(bucket, sample)
    if (bucket !== null) this.size += places.length
  }

  /** What may be in several cells at once is told apart where cells are put together; many buckets are mostly empty. */
  #onlyCounts ({ kind, measure: { provisional, goesOn, against, key } }: Metric): boolean {
    const { tallies, groupBy, buckets } = this.of
    return tallies === true && (kind === 'count' || kind === 'rate') && !provisional && !goesOn && !against && !key && buckets.length <= mostTallied &&
      groupBy.every((name) => name !== 'tag' && attributeKeyOf(name) === null)
  }

  #row (index: number, key: Key): Row {
    const rows = this.rows[index]!
    const text = textOf(key)
    const known = rows.get(text)
    if (known) return known
    const row = this.emptyRow(index, key)
    rows.set(text, row)
    this.size += rowSize
    return row
  }
}

/** As much memory as so many samples. */
const rowSize = 20
const mostTallied = 100
const noOne = new Uint8Array()
const isLeftOut = (without: Uint8Array, conversation: number): boolean => without.length > 0 && without[conversation] === 1
const nowhere: readonly Row[] = []

/** Where traces go: the rows of their combination of values, if they are not left out. */
interface Placed { places: ReadonlyArray<readonly Row[]>, codes: ArrayLike<number>, conversation: ArrayLike<number>, without: Uint8Array }

const placesAt = ({ places, codes, conversation, without }: Placed, at: number): readonly Row[] =>
  isLeftOut(without, conversation[at]!) ? nowhere : places[codes[at]!]!
