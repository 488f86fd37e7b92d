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
