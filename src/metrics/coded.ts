import type { PlainDimension } from './dimensions.js'
import type { Values } from './subject.js'

/** Values as indexes of a dictionary, one per trace. */
export interface Column<T> { codes: ArrayLike<number>, dictionary: readonly T[] }

/** Of an attribute as it is kept: text, a number, true or false, or a list of text. */
export type Value = Values[PlainDimension] | number | boolean

/** A column that grows. */
export class Coded<T> implements Column<T> {
  readonly codes: number[] = []
  readonly dictionary: T[] = []
  readonly #known = new Map<unknown, number>()

  push (value: T): void {
    this.codes.push(this.codeOf(value))
  }

  codeOf (value: T): number {
    const text = Array.isArray(value) ? `\0${value.join('\0')}` : value
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
