import type { z } from 'zod'
import { ApiError, type FieldError } from './errors.js'

function fieldErrors (issues: readonly z.core.$ZodIssue[]): FieldError[] {
  return issues.slice(0, 50).flatMap((issue): FieldError[] => {
    const path = issue.path.map(String).join('.')
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => ({ path: path ? `${path}.${key}` : key, message: 'is not a field of this input' }))
    }
    if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return [{ path, message: 'is required' }]
    return [{ path, message: issue.message }]
  })
}

/** What a shape makes of what was sent; every bad field is named. The same on both faces. */
export function sent<T extends z.ZodType> (schema: T, value: unknown, optional = 'input'): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = fieldErrors(result.error.issues)
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  throw new ApiError('invalid', `${first?.path || optional}: ${first?.message}${more}`, errors)
}

/** How many objects and lists within each other JSON may have. */
export const maxNesting = 64

/** Whether JSON, which need not be valid, nests deeper than that. */
export function nestsDeeper (json: string): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at)
    if (character === 0x22) at = endOfText(json, at)
    else if (character === 0x7b || character === 0x5b) { if (++depth > maxNesting) return true } else if (character === 0x7d || character === 0x5d) depth--
  }
  return false
}

/** The quote that ends the text beginning at this one. */
function endOfText (json: string, start: number): number {
  let at = start
  do {
    at = json.indexOf('"', at + 1)
    if (at < 0) return json.length
  } while (isEscaped(json, at))
  return at
}

function isEscaped (json: string, at: number): boolean {
  let backslashes = 0
  while (json.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++
  return backslashes % 2 === 1
}
