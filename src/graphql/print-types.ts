import { Kind, print } from 'graphql'

/** A JSON Schema (draft 2020-12) as `z.toJSONSchema` gives it, with the two keywords of our own. */
interface JsonSchema {
  [keyword: string]: unknown
  $ref?: string
  type?: string | string[]
  description?: string
  default?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema | boolean
  additionalProperties?: JsonSchema | boolean
  /** Names the GraphQL type outright: `z.int().meta({ graphql: 'Float' })` for a number beyond 32 bits. */
  graphql?: string
  /** One sentence for each value of an enum. */
  'x-enumDescriptions'?: Record<string, string>
}

interface Printing { schemas: Record<string, JsonSchema>, inputs: ReadonlySet<string>, isInput: boolean }

const isName = (text: string): boolean => /^(?!__)[A-Za-z_]\w*$/.test(text)
const isNull = (schema: JsonSchema): boolean => schema.type === 'null'
const without = <T>(list: T[], value: T): T[] => list.filter(item => item !== value)

/** The registered id at the end of a `$ref`, whatever base the references were given. */
const refersTo = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

/**
 * GraphQL's object, input, enum and union types, in the order of their names, from shapes named by `.meta({ id })`.
 * Pass what `z.toJSONSchema(registry, { io })` calls `schemas`: with `io: 'input'` for the ids in `inputs`, else `'output'`.
 *
 * Nullable is `anyOf [x, null]`, a list of types with null, or not required; an input's default is printed, so the field
 * is optional. `date-time` is DateTime, `uuid` is ID, a record is JSONObject, an unknown is JSON. An integer is Int, and
 * Float when its own bounds pass 32 bits (Zod writes ±(2^53 − 1) on every integer: that alone does not count).
 *
 * Throws, naming the place, for whatever GraphQL would have to name and the shape does not: an object, an enum or a union
 * without an id; and for an input that refers to an output type or the reverse.
 */
export function printTypes (shapes: Record<string, object>, { inputs }: { inputs: ReadonlySet<string> }): string {
  const schemas = shapes as Record<string, JsonSchema>
  const definitions = Object.keys(schemas).filter(id => id !== '__shared').toSorted()
    .map(id => definition(id, { schemas, inputs, isInput: inputs.has(id) }))
  return definitions.filter(text => text !== '').join('\n\n') + '\n'
}

function definition (id: string, printing: Printing): string {
  if (!isName(id)) throw new Error(`${id}: not a GraphQL name`)
  const schema = printing.schemas[id]!
  const heading = describe(schema.description, '')
  if (schema.enum) return `${heading}enum ${id} {\n${enumValues(id, schema).join('\n')}\n}`
  if (isObject(schema)) {
    return `${heading}${printing.isInput ? 'input' : 'type'} ${id} {\n${fields(id, schema, printing).join('\n')}\n}`
  }
  const members = unionMembers(schema, printing.schemas)
  if (!members) return ''
  if (printing.isInput) throw new Error(`${id}: GraphQL has no union of inputs`)
  return `${heading}union ${id} = ${members.join(' | ')}`
}

function enumValues (id: string, schema: JsonSchema): string[] {
  return schema.enum!.map(value => {
    if (typeof value !== 'string' || !isName(value) || /^(true|false|null)$/.test(value)) {
      throw new Error(`${id}: ${JSON.stringify(value)} cannot be the name of a GraphQL enum value`)
    }
    return `${describe(schema['x-enumDescriptions']?.[value], '  ')}  ${value}`
  })
}

function fields (id: string, schema: JsonSchema, printing: Printing): string[] {
  const required = new Set(schema.required)
  return Object.entries(schema.properties!).map(([name, field]) => {
    const place = `${id}.${name}`
    if (!isName(name)) throw new Error(`${place}: not a GraphQL name`)
    const hasDefault = printing.isInput && field.default !== undefined
    const type = typeOf(field, place, printing)
    const needed = (required.has(name) || hasDefault) && !isNullable(field, printing.schemas)
    const preset = hasDefault ? ` = ${literal(field.default, field, printing.schemas)}` : ''
    return `${describe(field.description, '  ')}  ${name}: ${type}${needed ? '!' : ''}${preset}`
  })
}

function typeOf (schema: JsonSchema, place: string, printing: Printing): string {
  if (schema.graphql) return schema.graphql
  if (schema.$ref) return referredType(schema.$ref, place, printing)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return commonType(choices.filter(choice => !isNull(choice)), place, printing)
  if (schema.enum) throw new Error(`${place}: give this enum a name with .meta({ id })`)
  if (isObject(schema)) throw new Error(`${place}: give this object a name with .meta({ id })`)
  const types = without([schema.type ?? []].flat(), 'null')
  if (types.length > 1) throw new Error(`${place}: GraphQL has no type for ${types.join(' or ')}; say .meta({ graphql: 'JSON' })`)
  return types[0] === undefined && schema.const === undefined ? 'JSON' : plainType(types[0], schema, place, printing)
}

function plainType (type: string | undefined, schema: JsonSchema, place: string, printing: Printing): string {
  switch (type) {
    case 'boolean': return 'Boolean'
    case 'integer': return isBeyond32Bits(schema) ? 'Float' : 'Int'
    case 'number': return 'Float'
    case 'string': return ({ 'date-time': 'DateTime', uuid: 'ID' } as Record<string, string>)[String(schema.format)] ?? 'String'
    case 'array': return listType(schema.items, place, printing)
    case 'object': if (schema.additionalProperties) return 'JSONObject'
  }
  throw new Error(`${place}: GraphQL has no type for ${JSON.stringify(schema)}`)
}

function listType (items: JsonSchema | boolean | undefined, place: string, printing: Printing): string {
  if (typeof items !== 'object') throw new Error(`${place}: GraphQL has no type for a tuple or a list of anything`)
  return `[${typeOf(items, `${place}[]`, printing)}${isNullable(items, printing.schemas) ? '' : '!'}]`
}

function referredType (ref: string, place: string, printing: Printing): string {
  const id = refersTo(ref)
  const target = printing.schemas[id]
  if (!target) throw new Error(`${place}: ${ref} is not registered under a name; say .meta({ id }) or .meta({ graphql: 'JSON' })`)
  if (target.enum) return id
  if (!isObject(target) && !unionMembers(target, printing.schemas)) return typeOf(target, place, printing)
  if (printing.inputs.has(id) !== printing.isInput) {
    throw new Error(`${place}: ${id} is an ${printing.isInput ? 'output' : 'input'} type and cannot be used here`)
  }
  return id
}

function commonType (choices: JsonSchema[], place: string, printing: Printing): string {
  const types = [...new Set(choices.map(choice => typeOf(choice, place, printing)))]
  if (types.length !== 1) throw new Error(`${place}: give this union a name with .meta({ id })`)
  return types[0]!
}

const isObject = (schema: JsonSchema): boolean =>
  schema.properties !== undefined && Object.keys(schema.properties).length > 0

function unionMembers (schema: JsonSchema, schemas: Record<string, JsonSchema>): string[] | null {
  const members = (schema.oneOf ?? schema.anyOf)?.map(({ $ref }) => $ref ? refersTo($ref) : '')
  return members && members.length > 1 && members.every(id => schemas[id] && isObject(schemas[id])) ? members : null
}

/** Whether null may stand here; a named alias (a nullable string with an id) is looked into. */
function isNullable (schema: JsonSchema, schemas: Record<string, JsonSchema>): boolean {
  if (schema.$ref) return isNullable(schemas[refersTo(schema.$ref)] ?? {}, schemas)
  if (schema.anyOf ?? schema.oneOf) return (schema.anyOf ?? schema.oneOf)!.some(choice => isNullable(choice, schemas))
  if (schema.type === undefined) return schema.const === undefined && !schema.enum
  return [schema.type].flat().includes('null')
}

function isBeyond32Bits ({ minimum, maximum, exclusiveMaximum }: JsonSchema): boolean {
  const bounds = [minimum, maximum, exclusiveMaximum].filter(bound => typeof bound === 'number')
  return bounds.some(bound => Math.abs(bound) > 2 ** 31 && Math.abs(bound) !== Number.MAX_SAFE_INTEGER)
}

/** A default as GraphQL writes it: the value of an enum without quotes, the keys of an object without quotes. */
function literal (value: unknown, schema: JsonSchema, schemas: Record<string, JsonSchema>): string {
  const target = schema.$ref ? schemas[refersTo(schema.$ref)] ?? {} : schema
  const choice = (target.anyOf ?? target.oneOf)?.find(choice => !isNull(choice))
  if (value !== null && choice) return literal(value, choice, schemas)
  if (target !== schema && !target.enum) return literal(value, target, schemas)
  if (Array.isArray(value)) {
    return `[${value.map(item => literal(item, typeof target.items === 'object' ? target.items : {}, schemas)).join(', ')}]`
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .map(([key, item]) => `${key}: ${literal(item, target.properties?.[key] ?? {}, schemas)}`)
    return `{${entries.join(', ')}}`
  }
  return target.enum && typeof value === 'string' ? value : JSON.stringify(value)
}

function describe (text: string | undefined, indent: string): string {
  if (!text) return ''
  const block = print({ kind: Kind.STRING, value: text, block: true })
  return block.split('\n').map(line => line && indent + line).join('\n') + '\n'
}
