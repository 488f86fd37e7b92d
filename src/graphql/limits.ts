import { Kind, visit, type DocumentNode, type FieldNode, type SelectionSetNode } from 'graphql'
import { ApiError } from '../errors.js'
import { maxNesting } from '../validate.js'

export interface Limits {
  /** Bytes of a document's text. */
  documentBytes: number
  /** Words and signs of a document: bounds what validating it takes, which can grow with their square. */
  tokens: number
  /** Fields within fields. */
  depth: number
  /** Renamed or repeated fields of a whole document. */
  aliases: number
  /** What `costOf` counts. */
  cost: number
}

export const defaultLimits: Limits = { documentBytes: 65_536, tokens: 1_000, depth: 12, aliases: 30, cost: 10_000 }

/** The introspection query that every tool sends goes down 14 levels, nine of them `ofType`. */
const introspectionDepth = 20

const tooComplex = (detail: string): ApiError => new ApiError('tooComplex', detail)

/** Before anything is parsed. */
export function checkText (query: string, { documentBytes }: Limits): void {
  const bytes = Buffer.byteLength(query)
  if (bytes > documentBytes) {
    throw new ApiError('tooLarge', `The document has ${bytes} bytes; at most ${documentBytes} are read. Send values as variables.`)
  }
}

/**
 * Once per document, before it is validated: whatever needs no types. The work grows with the text, never with what it
 * expands to.
 */
export function checkDocument (document: DocumentNode, limits: Limits): void {
  checkNodes(document, limits)
  const depth = depthOf(document)
  if (depth > limits.depth) {
    throw tooComplex(`Fields are ${depth} levels deep; at most ${limits.depth} are answered. Ask in several queries.`)
  }
}

/** Counts renamed fields, and repeated ones: each pair of equal names in a selection is compared when validating. */
function checkNodes (document: DocumentNode, limits: Limits): void {
  let aliases = 0
  visit(document, {
    SelectionSet ({ selections }) {
      const fields = selections.filter(node => node.kind === Kind.FIELD)
      const names = new Set(fields.map(({ alias, name }) => (alias ?? name).value))
      const renamed = fields.filter(({ alias }) => alias).length
      aliases += Math.max(renamed, fields.length - names.size)
    },
    StringValue ({ value }) { if (value.includes('\0')) throw unusableText('query') },
    Name ({ value }) { if (value === '__proto__') throw new ApiError('badRequest', '__proto__ cannot be the name of anything.') }
  })
  if (aliases > limits.aliases) {
    throw tooComplex(`The document renames or repeats ${aliases} fields; at most ${limits.aliases} are answered.`)
  }
}

/** The deepest operation. Introspection has a bound of its own and counts as one level. */
function depthOf (document: DocumentNode): number {
  const fragments = new Map(document.definitions.filter(node => node.kind === Kind.FRAGMENT_DEFINITION)
    .map(node => [node.name.value, node.selectionSet]))
  const known = new Map<string, number>()

  const ofFragment = (name: string): number => {
    if (!known.has(name)) {
      known.set(name, 0) // A fragment within itself is refused by validation; here it only must end.
      known.set(name, ofSelections(fragments.get(name)))
    }
    return known.get(name)!
  }
  const ofField = ({ name, selectionSet }: FieldNode): number => {
    const below = ofSelections(selectionSet)
    if (name.value !== '__schema' && name.value !== '__type') return 1 + below
    if (below > introspectionDepth) throw tooComplex(`Introspection is ${below} levels deep; at most ${introspectionDepth} are answered.`)
    return 1
  }
  const ofSelections = (set: SelectionSetNode | undefined): number => {
    let deepest = 0
    for (const node of set?.selections ?? []) {
      const depth = node.kind === Kind.FIELD
        ? ofField(node)
        : node.kind === Kind.FRAGMENT_SPREAD ? ofFragment(node.name.value) : ofSelections(node.selectionSet)
      deepest = Math.max(deepest, depth)
    }
    return deepest
  }
  return document.definitions.reduce((deepest, node) =>
    node.kind === Kind.OPERATION_DEFINITION ? Math.max(deepest, ofSelections(node.selectionSet)) : deepest, 0)
}

const unusableText = (path: string): ApiError => new ApiError('invalid',
  `${path}: holds characters that text cannot have (NUL, or half of a surrogate pair)`,
  [{ path, message: 'holds characters that text cannot have (NUL, or half of a surrogate pair)' }])

const unusable = /\0|\p{Cs}/u

/** Refuses text that the database cannot keep, and nesting that nobody means, naming the place (`input.tags.0`). */
export function checkVariables (value: unknown, path = '', depth = 0): void {
  if (typeof value === 'string') {
    if (unusable.test(value)) throw unusableText(path)
  } else if (typeof value === 'object' && value !== null) {
    if (depth > maxNesting) throw tooComplex(`A variable nests deeper than ${maxNesting} levels.`)
    for (const [key, item] of Object.entries(value)) {
      const place = path ? `${path}.${key}` : key
      if (unusable.test(key) || key === '__proto__') throw unusableText(path || 'variables')
      checkVariables(item, place, depth + 1)
    }
  }
}
