import { GraphQLError, GraphQLScalarType, Kind, print, valueFromASTUntyped, type ValueNode } from 'graphql'

const form = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/**
 * An instant in RFC 3339, any offset, as the API writes it: UTC with three digits of a second (further digits are cut).
 * Throws a GraphQLError for any other value, a day that does not exist, or an instant outside the years 1 to 9999.
 */
export function parseDateTime (value: unknown): string {
  const parts = typeof value === 'string' ? form.exec(value) : null
  if (!parts) throw new GraphQLError('DateTime is RFC 3339 with an offset: 2026-11-22T09:30:00.000Z')
  const [text, year, month, day] = parts
  const days = new Date(Date.UTC(2000 + Number(year) % 400, Number(month), 0)).getUTCDate()
  const instant = new Date(text)
  if (Number(day) < 1 || Number(day) > days || Number.isNaN(instant.getTime())) {
    throw new GraphQLError(`DateTime ${text} is not a day of the calendar`)
  }
  const normalised = instant.toISOString()
  if (!/^\d{4}-/.test(normalised) || normalised.startsWith('0000')) {
    throw new GraphQLError('DateTime lies outside the years 0001 to 9999')
  }
  return normalised
}

/** What stores hand over is text in the API's own form already and passes as it is. */
function serializeDateTime (value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Date) return value.toISOString()
  throw new GraphQLError('DateTime is given as text or as a Date')
}

function jsonObject (value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new GraphQLError('JSONObject is an object')
  return value
}

const literal = (node: ValueNode, variables?: Record<string, unknown> | null): unknown =>
  valueFromASTUntyped(node, variables as Parameters<typeof valueFromASTUntyped>[1])

export const scalars = [
  new GraphQLScalarType<string, string>({
    name: 'DateTime',
    description: 'An instant, RFC 3339 in UTC with milliseconds: 2026-11-22T09:30:00.000Z. Any offset is understood when sent.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
    serialize: serializeDateTime,
    parseValue: parseDateTime,
    parseLiteral: node => parseDateTime(node.kind === Kind.STRING ? node.value : print(node))
  }),
  new GraphQLScalarType({
    name: 'JSON',
    description: 'Any JSON value.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
    parseValue: value => value,
    parseLiteral: literal
  }),
  new GraphQLScalarType({
    name: 'JSONObject',
    description: 'A JSON object with keys of its own choosing.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
    serialize: jsonObject,
    parseValue: jsonObject,
    parseLiteral: (node, variables) => jsonObject(literal(node, variables))
  })
]
