import { z } from 'zod'
import { namedSchemas, namedShapes, reference } from '../../shapes.js'

export type Json = Record<string, unknown>

/** Formats that say all there is to say; the pattern that Zod adds to them does not help a reader. */
const plainFormats = new Set(['uuid', 'date-time', 'date', 'email', 'uri'])

/** Without what Zod adds for machines of its own: the bounds of safe integers, the patterns of well-known formats. */
export function tidy<T> (value: T, isAnswer: boolean): T {
  if (Array.isArray(value)) return value.map(each => tidy<unknown>(each, isAnswer)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key, each]) => {
    if (key === 'minimum' || key === 'maximum') return Math.abs(each as number) !== Number.MAX_SAFE_INTEGER
    if (key === 'pattern') return !plainFormats.has((value as Json).format as string)
    // Answers may grow: a client must not refuse a field that it does not know yet.
    if (key === 'additionalProperties' && isAnswer && 'properties' in value) return each !== false
    return key !== 'graphql' && key !== 'x-enumDescriptions'
  })
  return Object.fromEntries(entries.map(([key, each]) => [key, tidy<unknown>(each, isAnswer)])) as T
}

/** A shape within an operation: a reference where it has a name. */
export function schemaOf (schema: z.ZodType, io: 'input' | 'output'): Json {
  const { id } = z.globalRegistry.get(schema) ?? {}
  if (id) return { $ref: reference(id) }
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return tidy(JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', `"${reference('')}`)) as Json, io === 'output')
}

/** The components that `used` refers to, directly or through each other. */
export function componentsFor (used: unknown): Record<string, Json> {
  const all = namedSchemas()
  const shapes = namedShapes()
  const wanted = new Set<string>()
  const follow = (value: unknown): void => {
    for (const [, id] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (wanted.has(id!)) continue
      wanted.add(id!)
      if (!all[id!]) throw new Error(`The contract refers to ${id}, which no shape is named. Is it made by shape, input or choice?`)
      follow(all[id!])
    }
  }
  follow(used)
  return Object.fromEntries(Object.keys(all).filter(id => wanted.has(id))
    .map(id => [id, tidy(all[id]!, shapes.get(id)?.role === 'output')]))
}
