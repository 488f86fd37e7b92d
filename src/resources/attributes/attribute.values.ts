import { text } from '../../shapes.js'
import type { Attribute } from './attribute.shapes.js'

export type Attributes = Record<string, unknown>

const written = text(1000)
const isDay = (value: string): boolean => {
  const [year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? []).slice(1).map(Number)
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12) return false
  return year >= 1 && day >= 1 && day <= new Date(Date.UTC(2000 + year % 400, month, 0)).getUTCDate()
}

/** The value as it is kept, or what is wrong with it. */
export function checkedValue ({ type, allowedValues }: Pick<Attribute, 'type' | 'allowedValues'>, value: unknown): { value: unknown } | { problem: string } {
  const allowed = new Set<unknown>(allowedValues)
  const choose = `must be ${type === 'choices' ? 'a list of some of' : 'one of'}: ${(allowedValues ?? []).slice(0, 20).join(', ')}${allowed.size > 20 ? ', …' : ''}`
  switch (type) {
    case 'text': return written.safeParse(value).success ? { value } : { problem: 'must be text of up to 1,000 characters' }
    case 'number': return typeof value === 'number' && Number.isFinite(value) ? { value } : { problem: 'must be a number' }
    case 'boolean': return typeof value === 'boolean' ? { value } : { problem: 'must be true or false' }
    case 'date': return typeof value === 'string' && isDay(value) ? { value } : { problem: 'must be a date, such as 2026-03-01' }
    case 'choice': return allowed.has(value) ? { value } : { problem: choose }
    case 'choices': return Array.isArray(value) && value.length <= 500 && value.every(each => allowed.has(each))
      ? { value: [...new Set(value)] }
      : { problem: choose }
  }
}

/** What the attributes are after the changes: null clears one, the others stay. The same object when nothing changes. */
export function mergeAttributes (before: Attributes, changes: Attributes): Attributes {
  const after = { ...before }
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete after[key]
    else after[key] = value
  }
  return JSON.stringify(after) === JSON.stringify(before) ? before : after
}
