import {
  getArgumentValues, getNamedType, isLeafType, isObjectType, Kind, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type GraphQLObjectType,
  type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode
} from 'graphql'
import type { Context } from '../context.js'
import { enclosed } from '../db/bytes.js'

/**
 * A field that is asked for, under the key that its answer has; `fields` of what is an object. `isWhole`: every field of it,
 * in whatever order, by its own name.
 */
export interface Asked { key: string, name: string, fields: Asked[] | null, type: string, isWhole: boolean }

type Args = Record<string, unknown>

/** Part of an answer's JSON; what the database wrote stays the bytes that it sent. */
export type Piece = string | Buffer

/** All of it, in one. */
export function bytesOf (pieces: readonly Piece[]): Buffer {
  const at = pieces.findIndex(piece => typeof piece !== 'string')
  const after = pieces.slice(at + 1)
  return at !== -1 && after.every(piece => typeof piece === 'string')
    ? enclosed(pieces.slice(0, at).join(''), pieces[at] as Buffer, after.join(''))
    : Buffer.concat(pieces.map(piece => typeof piece === 'string' ? Buffer.from(piece) : piece))
}

/**
 * A root field whose answer the database can write: for what is asked of it, how to get its JSON; null for what only
 * resolvers know. The JSON may be undefined: then resolvers answer, and say what is wrong.
 */
export type Writer = (asked: Asked) => ((ctx: Context, args: Args) => Promise<Piece[] | undefined>) | null

export type Writing = (ctx: Context, variables: Args) => Promise<Piece[] | undefined>

/** Postgres cuts longer names. */
const maxKey = 60
/** Fragments within fragments grow; who asks for so much is answered field by field. */
const maxSteps = 2000

/**
 * How the data of an operation is written without running it field by field; null where any of it has to be. Of an object,
 * Postgres makes JSON with just what is asked for, under the names that it is asked by: nothing is read, copied and written
 * again here. Directives, arguments below the root and fragments on other types are left to the executor.
 */
export function writingOf (schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, writers: ReadonlyMap<string, Writer>): Writing | null {
  const root = schema.getQueryType()
  if (operation.operation !== 'query' || !root || operation.directives?.length) return null
  const reader = new Reader(schema, document)
  const fields = reader.fieldsOf([operation.selectionSet], root)
  const parts = fields?.map(([key, nodes]) => {
    const [node] = nodes
    const asked = reader.asked(key, nodes, root, true)
    const run = asked && nodes.length === 1 && writers.get(asked.name)?.(asked)
    return run ? { key, run, args: (variables: Args) => getArgumentValues(root.getFields()[asked.name]!, node!, variables) } : null
  })
  if (!parts?.length || parts.includes(null)) return null
  return async (ctx, variables) => {
    const written = await Promise.all(parts.map(part => part!.run(ctx, part!.args(variables))))
    if (written.includes(undefined)) return undefined
    return [...written.flatMap((pieces, at) => [`${at ? ',' : '{'}"${parts[at]!.key}":`, ...pieces!]), '}']
  }
}

type Fields = Array<[key: string, nodes: FieldNode[]]>

class Reader {
  private steps = 0
  private readonly fragments: Map<string, FragmentDefinitionNode>
  constructor (private readonly schema: GraphQLSchema, document: DocumentNode) {
    this.fragments = new Map(document.definitions.filter(node => node.kind === Kind.FRAGMENT_DEFINITION).map(node => [node.name.value, node]))
  }

  /** The fields of selections on one type by their keys, in order; null where something decides about them only when it runs. */
  fieldsOf (sets: readonly SelectionSetNode[], type: GraphQLObjectType): Fields | null {
    const found = new Map<string, FieldNode[]>()
    const spread = new Set<string>()
    const add = ({ selections }: SelectionSetNode): boolean => selections.every(selection => {
      if (selection.directives?.length || ++this.steps > maxSteps) return false
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value
        found.set(key, [...found.get(key) ?? [], selection])
        return key.length <= maxKey
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(selection.name.value)) return true
        spread.add(selection.name.value)
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value)!
      const on = fragment.typeCondition?.name.value ?? type.name
      return on === type.name && !(fragment.directives?.length) && add(fragment.selectionSet)
    })
    return sets.every(add) ? [...found] : null
  }

  asked (key: string, nodes: readonly FieldNode[], parent: GraphQLObjectType, isRoot = false): Asked | null {
    const name = nodes[0]!.name.value
    if (name === '__typename') return { key, name, fields: null, type: parent.name, isWhole: true }
    const field = parent.getFields()[name]
    if (!field || (!isRoot && (field.args.length || nodes.some(node => node.arguments?.length)))) return null
    const type = getNamedType(field.type)
    if (isLeafType(type)) return { key, name, fields: null, type: parent.name, isWhole: true }
    if (!isObjectType(type)) return null
    const inner = this.fieldsOf([...new Set(nodes.flatMap(node => node.selectionSet ?? []))], type)?.map(([key, nodes]) => this.asked(key, nodes, type))
    if (!inner || inner.includes(null)) return null
    const fields = inner as Asked[]
    const isWhole = fields.length === Object.keys(type.getFields()).length && fields.every(each => each.key === each.name && each.isWhole && each.name !== '__typename')
    return { key, name, fields, type: parent.name, isWhole }
  }
}
