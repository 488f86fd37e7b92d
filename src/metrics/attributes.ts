import { Coded } from './coded.js'
import type { Column, Value } from './coded.js'

const texts = new WeakMap<object, string>()

/** Attributes as JSON. They are the same object for as long as nothing changes any of them. */
export function textOf (attributes: Readonly<Record<string, unknown>>): string {
  let text = texts.get(attributes)
  if (text === undefined) texts.set(attributes, text = JSON.stringify(attributes))
  return text
}

/** The values of one attribute; each text is parsed once. Null is unset. */
export function attributeColumn ({ codes, dictionary }: Column<string>, key: string): Column<Value> {
  const values = new Coded<Value>()
  const translated = Int32Array.from(dictionary, (text) => values.codeOf(attributeIn(text, key)))
  const own = new Int32Array(codes.length)
  for (let at = 0; at < own.length; at++) own[at] = translated[codes[at]!]!
  return { codes: own, dictionary: values.dictionary }
}

function attributeIn (text: string, key: string): Value {
  if (text === '{}') return null
  const attributes = JSON.parse(text) as Record<string, Value>
  return Object.hasOwn(attributes, key) ? attributes[key]! : null
}
