import {
  getNamedType, getNullableType, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, isUnionType,
  type GraphQLArgument, type GraphQLField, type GraphQLInputField, type GraphQLType
} from 'graphql'
import t from 'tap'
import { bothFaces } from '../../src/contracts.js'
import { namedSchemas, namedShapes } from '../../src/shapes.js'

type Json = Record<string, any>

const faces = await bothFaces()
t.teardown(faces.close)
const components = (faces.app.contract() as Json).components.schemas as Record<string, Json>
const types = faces.schema.getTypeMap()
const roots = ['Query', 'Mutation', 'Subscription']

/** What GraphQL says in its own way: pages are connections, problems are errors, a search is a field's arguments. */
const onlyRest = (id: string): boolean => /List$|^Search/.test(id) || ['Page', 'Problem', 'FieldError', 'ErrorCode'].includes(id)

/** What REST says in its own way. */
const onlyGraphql = (name: string): boolean =>
  /(Connection|Edge)$/.test(name) || name.startsWith('__') || [...roots, 'PageInfo'].includes(name)

const target = (schema: Json): Json => schema.$ref ? written[schema.$ref.split('/').at(-1)]! : schema
const nullable = (schema: Json): boolean => {
  const { anyOf, oneOf, type, $ref } = schema
  if ($ref) return nullable(target(schema))
  if (anyOf ?? oneOf) return (anyOf ?? oneOf).some(nullable)
  return [type].flat().includes('null') || (type === undefined && schema.enum === undefined && schema.const === undefined)
}
const shown = (schema: Json): Json => {
  const choice = (schema.anyOf ?? schema.oneOf)?.find((each: Json) => each.type !== 'null')
  return choice ? shown(choice) : schema
}

/** The GraphQL type of a JSON Schema, said here a second time and apart from the printer: nullability left out. */
function expected (schema: Json): string {
  const { $ref, type, format, items, additionalProperties, enum: words, graphql } = shown(schema)
  if (schema.graphql ?? graphql) return (schema.graphql ?? graphql).replaceAll('!', '')
  if ($ref) return isAlias($ref) ? expected(target({ $ref })) : $ref.split('/').at(-1)
  const kind = [type].flat().find(each => each !== 'null')
  if (kind === 'array') return `[${expected(items)}]`
  if (kind === 'object') return additionalProperties ? 'JSONObject' : '?'
  if (kind === 'string') return words ? '?' : ({ 'date-time': 'DateTime', uuid: 'ID' } as Json)[format] ?? 'String'
  return ({ boolean: 'Boolean', integer: 'Int', number: 'Float' } as Json)[kind as string] ?? 'JSON'
}
const isAlias = ($ref: string): boolean => {
  const { enum: words, properties, oneOf, anyOf } = target({ $ref })
  return !words && !properties && !(oneOf ?? anyOf)?.every((each: Json) => each.$ref)
}

/** The shapes as they are written, with what they say outright about GraphQL (`.meta({ graphql: 'Float' })`). */
const written = namedSchemas() as Record<string, Json>

const bare = (type: GraphQLType): string => {
  const inner = getNullableType(type)
  return isListType(inner) ? `[${bare(inner.ofType)}]` : getNamedType(inner as GraphQLType).name
}

function compareFields (t: Tap.Test, id: string, schema: Json, fields: Record<string, GraphQLField<unknown, unknown> | GraphQLInputField>, isInput: boolean): void {
  const required = new Set<string>(schema.required ?? [])
  for (const [name, inner] of Object.entries<Json>(schema.properties)) {
    const field = fields[name]
    if (!field) { t.fail(`${id}.${name} is in OpenAPI and not in GraphQL`); continue }
    t.equal(bare(field.type), expected(written[id]!.properties[name]), `${id}.${name} has the same type`)
    const canBeNull = nullable(inner) || (!required.has(name) && inner.default === undefined)
    t.equal(!isNonNullType(field.type), canBeNull, `${id}.${name} can be null on both faces or on neither`)
    t.equal(field.description, inner.description, `${id}.${name} has the same description`)
    if (isInput) t.same((field as GraphQLInputField).defaultValue ?? undefined, inner.default, `${id}.${name} has the same default`)
  }
  const more = Object.values(fields).filter(({ name }) => !(name in schema.properties))
  for (const field of more) {
    t.ok(!isInput && !isEnumType(getNamedType(field.type)) && isRelation(field.type),
      `${id}.${field.name} is in GraphQL and not in OpenAPI; only relations to other resources may be`)
  }
}

const isRelation = (type: GraphQLType): boolean => isObjectType(getNamedType(type)) || isUnionType(getNamedType(type))

declare namespace Tap { type Test = typeof t }

t.test('every shape of OpenAPI is the same in GraphQL', async t => {
  for (const [id, schema] of Object.entries(components).filter(([id]) => !onlyRest(id))) {
    const type = types[id]
    if (schema.enum) {
      if (!isEnumType(type)) { usedOnlyWithoutGraphql(t as Tap.Test, id); continue }
      t.same(type.getValues().map(({ value }) => value).toSorted(), schema.enum.toSorted(), `${id} has the same words`)
    } else if (schema.properties && Object.keys(schema.properties).length) {
      if (!isObjectType(type) && !isInputObjectType(type)) { usedOnlyWithoutGraphql(t as Tap.Test, id); continue }
      t.equal(isInputObjectType(type), namedShapes().get(id)!.role === 'input', `${id} is sent, or answered, on both faces`)
      compareFields(t as Tap.Test, id, schema, type.getFields() as never, isInputObjectType(type))
    } else continue
    t.equal(type!.description, schema.description, `${id} has the same description`)
  }
})

/** A shape that GraphQL lacks may only be used by operations that GraphQL lacks, each of which says why. */
function usedOnlyWithoutGraphql (t: Tap.Test, id: string): void {
  const users = faces.app.operations().filter(({ path, method, graphql }) => typeof graphql !== 'object' &&
    reaches((faces.app.contract() as Json).paths[path][method.toLowerCase()], id))
  t.same(users.map(user => user.id), [], `${id} is in OpenAPI and not in GraphQL, though these operations have a GraphQL field; use it there`)
}

function reaches (value: unknown, id: string, seen = new Set<string>()): boolean {
  const found = [...JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!)
  if (found.includes(id)) return true
  return found.some(name => {
    // What lies behind a shape that GraphQL says in its own way counts no more: its parts are compared by themselves.
    if (seen.has(name) || onlyRest(name)) return false
    seen.add(name)
    return reaches(components[name], id, seen)
  })
}

t.test('every type of GraphQL is a shape of OpenAPI', async t => {
  for (const [name, type] of Object.entries(types)) {
    if (onlyGraphql(name) || !(isObjectType(type) || isInputObjectType(type) || isEnumType(type) || isUnionType(type))) continue
    t.ok(components[name], `${name} is in GraphQL and not in OpenAPI: no operation takes or answers it`)
  }
})

t.test('everything in GraphQL is described', async t => {
  for (const [name, type] of Object.entries(types)) {
    if (name.startsWith('__')) continue
    if (!roots.includes(name)) t.ok(type.description || isStandardScalar(name), `${name} has a description`)
    if (!isObjectType(type) && !isInputObjectType(type)) continue
    for (const field of Object.values(type.getFields()) as Array<GraphQLField<unknown, unknown>>) {
      t.ok(field.description, `${name}.${field.name} has a description; if not, put "…" before it in the module's SDL`)
      for (const argument of field.args as GraphQLArgument[] ?? []) {
        t.ok(argument.description, `${name}.${field.name}(${argument.name}) has a description; if not, put "…" before it in the module's SDL, ` +
          'or its name into src/graphql/describing.ts when it means the same everywhere')
      }
    }
  }
})

const isStandardScalar = (name: string): boolean => ['String', 'Int', 'Float', 'Boolean', 'ID'].includes(name)
