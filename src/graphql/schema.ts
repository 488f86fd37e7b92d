import {
  buildASTSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType, isUnionType, Kind, lexicographicSortSchema, parse, print,
  printSchema, printType, validateSchema, valueFromASTUntyped, visit, type ASTNode, type DocumentNode, type GraphQLNamedType,
  type GraphQLObjectType, type GraphQLSchema
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

/** The SDL of object, input and enum types; or all that `wholeSdl` gave, which is neither put together nor checked again. */
export type Types = string | { whole: string }

/**
 * The executable schema of all modules and of the object, input and enum types in `types`.
 * Throws when it is not valid, when a resolver belongs to no field, when two resolve one field, and when a field of Query,
 * Mutation or Subscription has none: each is a mistake of ours, found at boot.
 */
export function makeSchema (modules: readonly GraphqlModule[], types: Types): GraphQLSchema {
  const schema = typeof types === 'string' ? checked(documentOf(modules, types))
    : buildASTSchema(read(types.whole), { assumeValid: true, assumeValidSDL: true })
  for (const { name, serialize, parseValue, parseLiteral } of scalars) {
    Object.assign(schema.getType(name)!, { serialize, parseValue, parseLiteral })
  }
  for (const module of modules) attach(schema, module)
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) && type.name.endsWith('Connection')) resolveTotalCount(type)
  }
  requireResolvers(schema)
  describeArguments(schema)
  forgetSources(schema)
  return schema
}

/** Everything that a valid schema is built of, as SDL. */
export function wholeSdl (modules: readonly GraphqlModule[], types: string): string {
  const document = documentOf(modules, types)
  checked(document)
  return print(document)
}

function checked (document: DocumentNode): GraphQLSchema {
  const schema = buildASTSchema(document)
  const mistakes = validateSchema(schema)
  if (mistakes.length) throw new Error(mistakes.map(({ message }) => message).join('\n'))
  return schema
}

function documentOf (modules: readonly GraphqlModule[], types: string): DocumentNode {
  const added = modules.map(({ sdl }) => sdl).filter(sdl => sdl.trim() !== '').map(sdl => read(sdl))
  const parts = [...types.trim() ? [usedOf(read(types), added)] : [], ...added]
  const base = [directives, pageInfoSdl, ...scalars.map(scalar => printType(scalar)), ...usedRoots(parts)].join('\n')
  return { kind: Kind.DOCUMENT, definitions: [read(base), ...parts].flatMap(part => part.definitions) }
}

interface Sourced { astNode?: unknown, extensionASTNodes?: readonly unknown[] }

const forget = (...parts: readonly Sourced[]): void => {
  for (const part of parts) {
    part.astNode = undefined
    if (part.extensionASTNodes) part.extensionASTNodes = []
  }
}

/** The syntax trees that it was built of take more memory than it does, and all that is wanted of them is @listSize. */
function forgetSources (schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()) as GraphQLNamedType[]) {
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        const size = field.astNode?.directives?.find(({ name }) => name.value === 'listSize')?.arguments?.[0]
        if (size) field.extensions = { ...field.extensions, listSize: Number(valueFromASTUntyped(size.value)) }
        forget(field, ...field.args)
      }
    } else if (isInputObjectType(type)) {
      forget(...Object.values(type.getFields()))
    } else if (isEnumType(type)) {
      forget(...type.getValues())
    }
    forget(type)
  }
  for (const directive of schema.getDirectives()) forget(directive, ...directive.args)
  forget(schema)
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
