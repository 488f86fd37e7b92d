import type { Columns, Value } from './columns.js'
import type { Named } from './dimensions.js'

/** A value of each named dimension. */
export type Combination = readonly Value[]

/** The distinct combinations of the values that a query names, and the one of each trace. */
export class Combined {
  readonly all: readonly Combination[]
  readonly codes: ArrayLike<number>

  constructor (traces: Columns, named: readonly Named[]) {
    const columns = named.map((name) => traces.dimension(name))
    let codes: ArrayLike<number> = columns[0]?.codes ?? new Uint8Array(traces.size)
    let rows: number[][] = columns[0]?.dictionary.map((_, code) => [code]) ?? [[]]
    for (const { codes: more, dictionary } of columns.slice(1)) {
      const known = new Map<number, number>()
      const next: number[][] = []
      const paired = new Int32Array(traces.size)
      for (let at = 0; at < traces.size; at++) {
        const pair = codes[at]! * dictionary.length + more[at]!
        let code = known.get(pair)
        if (code === undefined) {
          code = next.push([...rows[codes[at]!]!, more[at]!]) - 1
          known.set(pair, code)
        }
        paired[at] = code
      }
      codes = paired
      rows = next
    }
    this.codes = codes
    this.all = rows.map((row) => row.map((code, at) => columns[at]!.dictionary[code]!))
  }
}
