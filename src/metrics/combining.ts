import type { Dimension } from './catalogue.js'
import type { Columns } from './columns.js'
import type { Values } from './subject.js'

/** The distinct combinations of the values that a query names, and the one of each trace. */
export class Combined {
  /** Only the named dimensions are there. */
  readonly all: Values[]
  readonly codes: ArrayLike<number>

  constructor (traces: Columns, named: readonly Dimension[]) {
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
    this.all = rows.map((row) => Object.fromEntries(named.map((name, at) => [name, columns[at]!.dictionary[row[at]!]])) as unknown as Values)
  }
}
