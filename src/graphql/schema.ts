import {
  buildASTSchema, isObjectType, isUnionType, Kind, lexicographicSortSchema, parse, printSchema, printType,
  validateSchema, visit, type ASTNode, type DocumentNode, type GraphQLObjectType, type GraphQLSchema
} from 'graphql'
import { pageInfoSdl } from './connections.js'
import { describeArguments } from './describing.js'
import type { GraphqlModule, Resolver, SubscriptionResolver } from './module.js'
import { scalars } from './scalars.js'

const roots = ['Query', 'Mutation', 'Subscription']

const directives = `
"""How many items this list usually has; the cost of a query counts that many. Without it a list counts as 10."""
directive @listSize(assumedSize: Int!) on FIELD_DEFINITION
`

/** Where in our own texts a word stands, nobody asks. */
const read = (sdl: string): DocumentNode => parse(sdl, { noLocation: true })

/**
 * The executable schema of all modules and of the object, input and enum types in `types` (SDL).
 * Throws when it is not valid, when a resolver belongs to no field, when two resolve one field, and when a field of Query,
 * Mutation or Subscription has none: each is a mistake of ours, found at boot.
 */
export function makeSchema (modules: readonly GraphqlModule[], types: string): GraphQLSchema {
  const added = modules.map(({ sdl }) => sdl).filter(sdl => sdl.trim() !== '').map(sdl => read(sdl))
  const parts = [...types.trim() ? [usedOf(read(types), added)] : [], ...added]
  const base = [directives, pageInfoSdl, ...scalars.map(scalar => printType(scalar)), ...usedRoots(parts)].join('\n')
  const schema = buildASTSchema({ kind: Kind.DOCUMENT, definitions: [read(base), ...parts].flatMap(part => part.definitions) })
  const mistakes = validateSchema(schema)
  if (mistakes.length) throw new Error(mistakes.map(({ message }) => message).join('\n'))
  for (const { name, serialize, parseValue, parseLiteral } of scalars) {
    Object.assign(schema.getType(name)!, { serialize, parseValue, parseLiteral })
  }
  for (const module of modules) attach(schema, module)
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) && type.name.endsWith('Connection')) resolveTotalCount(type)
  }
  requireResolvers(schema)
  describeArguments(schema)
  return schema
}

/** The schema as text, in a fixed order, as `schema.graphql` keeps it. */
export const printContract = (schema: GraphQLSchema): string => printSchema(lexicographicSortSchema(schema)) + '\n'

/** Modules only extend the roots; a root is there when any of them does. */
function usedRoots (parts: DocumentNode[]): string[] {
  const definitions = parts.flatMap(part => part.definitions)
  return roots.filter(root => definitions.some(node => node.kind === Kind.OBJECT_TYPE_EXTENSION && node.name.value === root))
    .map(root => `type ${root}`)
}

/** The types that the modules refer to, directly or through each other: what REST alone has stays out of the graph. */
function usedOf (types: DocumentNode, modules: readonly DocumentNode[]): DocumentNode {
  const definitions = new Map(types.definitions.map(node => ['name' in node ? node.name?.value : undefined, node]))
  const used = new Set<unknown>()
  const use = (name: string): void => {
    const definition = definitions.get(name)
    if (!definition || used.has(definition)) return
    used.add(definition)
    follow(definition)
  }
  const follow = (node: ASTNode): unknown => visit(node, {
    NamedType: ({ name }) => use(name.value),
    ObjectTypeExtension: ({ name }) => use(name.value)
  })
  for (const module of modules) follow(module)
  return { ...types, definitions: types.definitions.filter(node => used.has(node)) }
}

function attach (schema: GraphQLSchema, { resolvers, unions = {} }: GraphqlModule): void {
  for (const [name, resolveType] of Object.entries(unions)) {
    const type = schema.getType(name)
    if (!isUnionType(type)) throw new Error(`There is no union ${name} to tell the types of.`)
    type.resolveType = resolveType
  }
  for (const [name, ofFields] of Object.entries(resolvers)) {
    const type = schema.getType(name)
    if (!isObjectType(type)) throw new Error(`There is no object type ${name} to resolve fields of.`)
    for (const [field, resolver] of Object.entries(ofFields)) attachField(type, field, resolver)
  }
}

function attachField (type: GraphQLObjectType, name: string, resolver: Resolver | SubscriptionResolver): void {
  const field = type.getFields()[name]
  if (!field) throw new Error(`${type.name} has no field ${name} to resolve.`)
  if (field.resolve ?? field.subscribe) throw new Error(`${type.name}.${name} is resolved twice.`)
  if (typeof resolver === 'function') {
    field.resolve = resolver
  } else {
    field.subscribe = resolver.subscribe as Resolver
    field.resolve = resolver.resolve ?? (event => event)
  }
}

/** Compiled queries read plain properties without calling them, so a lazy total has a resolver of its own. */
function resolveTotalCount (type: GraphQLObjectType): void {
  const field = type.getFields().totalCount
  if (field) field.resolve ??= ({ totalCount }) => typeof totalCount === 'function' ? totalCount() : totalCount
}

function requireResolvers (schema: GraphQLSchema): void {
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    const lacking = Object.values(root?.getFields() ?? {})
      .filter(field => root!.name === 'Subscription' ? !field.subscribe : !field.resolve)
    if (lacking.length) throw new Error(`${root!.name} has no resolver for ${lacking.map(({ name }) => name).join(', ')}.`)
  }
}
