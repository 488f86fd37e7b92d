import type { Json } from './schemas.js'

const byFormat: Record<string, string> = {
  uuid: '019ab8e2-5f00-7c3a-9d41-2b6f0c8e7a15',
  'date-time': '2026-11-22T09:30:00.000Z',
  date: '2026-11-22',
  email: 'ada@example.com',
  uri: 'https://example.com/hooks'
}

const byName: Record<string, string> = {
  externalId: 'crm-42',
  externalThreadId: 't-9',
  color: '#2f7d4f',
  timeZone: 'Europe/Berlin',
  language: 'en',
  phone: '+4930123456',
  currency: 'EUR'
}

const maxDepth = 6

/**
 * A value that the schema allows: what it says itself (`examples`, `default`, `const`, `enum`), else by format and name.
 * Of an object that is sent only what is required; of one that is answered everything (`full`).
 */
export function exampleOf (schema: Json, components: Record<string, Json>, full: boolean, name = '', depth = 0): unknown {
  const given = (schema.examples as unknown[] | undefined)?.[0] ?? schema.default ?? schema.const ?? (schema.enum as unknown[] | undefined)?.[0]
  if (given !== undefined) return given
  const within = (inner: Json, as = name): unknown => exampleOf(inner, components, full, as, depth + 1)
  if (schema.$ref) return within(components[(schema.$ref as string).split('/').at(-1)!]!)
  if (schema.allOf) return Object.assign({}, ...(schema.allOf as Json[]).map(each => within(each)))
  const choices = (schema.anyOf ?? schema.oneOf) as Json[] | undefined
  if (choices) return depth > maxDepth && choices.some(isNull) ? null : within(choices.find(choice => !isNull(choice)) ?? choices[0]!)
  const type = [schema.type].flat().find(each => each !== 'null') as string | undefined
  switch (type) {
    case 'object': return objectOf(schema, full && depth <= maxDepth, within)
    case 'array': return listOf(schema, depth, within)
    case 'integer': case 'number': return numberOf(schema)
    case 'boolean': return true
    case 'string': return stringOf(schema, name)
    default: return type === undefined ? {} : null
  }
}

const isNull = (schema: Json): boolean => schema.type === 'null'

function objectOf (schema: Json, full: boolean, within: (inner: Json, name: string) => unknown): Json {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>)
  const required = new Set(schema.required as string[] | undefined)
  const chosen = properties.filter(([key]) => full || required.has(key))
  const first = properties[0]
  if (!chosen.length && !full && first) chosen.push(first)
  return Object.fromEntries(chosen.map(([key, value]) => [key, within(value, key)]))
}

function listOf ({ items, minItems = 0 }: Json, depth: number, within: (inner: Json) => unknown): unknown[] {
  if (typeof items !== 'object' || items === null || (depth > maxDepth && minItems === 0)) return []
  return Array.from({ length: Math.max(1, minItems as number) }, () => within(items as Json))
}

function numberOf ({ minimum, exclusiveMinimum, maximum, type }: Json): number {
  const low = minimum as number ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum as number + (type === 'integer' ? 1 : 0.5))
  return Math.min(Math.max(1, low ?? 1), maximum as number ?? Infinity)
}

function stringOf ({ format, minLength = 0, maxLength = Infinity, pattern, contentMediaType }: Json, name: string): string {
  const word = contentMediaType === 'application/json' ? '{}' : byFormat[format as string] ?? byName[name] ?? sentence(name)
  if (pattern && !new RegExp(pattern as string, 'u').test(word)) return word
  return word.slice(0, maxLength as number).padEnd(minLength as number, '.')
}

/** `firstReplySeconds` → `First reply seconds`. */
function sentence (name: string): string {
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase().trim()
  return words ? words[0]!.toUpperCase() + words.slice(1) : 'Text'
}
