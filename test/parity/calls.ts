import {
  getNamedType, getNullableType, isCompositeType, isInterfaceType, isNonNullType, isObjectType, type GraphQLField, type GraphQLOutputType,
  type GraphQLSchema
} from 'graphql'
import { graphqlField } from '../../src/http/ledger.js'
import type { Operation } from '../../src/http/operations.js'
import type { Workspace } from '../support/app.js'
import type { Answer, Caller, GraphqlAnswer } from '../support/caller.js'
import { factories, unique } from '../support/factories.js'
import { examples } from './examples.js'

/** One call of an operation that is right in the workspace that it was made in. */
export interface Call {
  /** What stands in the path. */
  params?: Record<string, string>
  query?: Record<string, string>
  body?: unknown
  /** Of the GraphQL field, where they do not follow from the others. */
  variables?: Record<string, unknown>
  headers?: Record<string, string>
  /** What a contact sends, where that is not the same. */
  asContact?: unknown
  /** It names nothing that belongs to a workspace (an entry of the catalogue): every workspace may. */
  shared?: true
  /** The answer does not end: called rightly it is tested elsewhere. */
  endless?: true
}

/**
 * How to call an operation in this workspace: as `examples.ts` says, else what follows from its form. `{id}` is one that
 * the factory of the path's noun makes; a PUT on it is an upsert of something new; the body is the contract's example.
 */
export async function callOf (operation: Operation, contract: Record<string, any>, w: Workspace): Promise<Call> {
  const example = examples[operation.id]
  if (example) return example(w)
  const described = contract.paths[operation.path][operation.method.toLowerCase()]
  const body = described.requestBody?.content['application/json']?.example
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  if (!names.length) return { body }
  const noun = operation.path.split('/')[2]!
  if (names.length > 1 || names[0] !== 'id' || !factories[noun]) {
    throw new Error(`Nobody said how to call ${operation.id} (${operation.method} ${operation.path}): add ${factories[noun] ? '' : `a factory for ${noun} to ` +
      'test/support/factories.ts, or '}an entry to test/parity/examples.ts`)
  }
  if (operation.method === 'PUT' && operation.path.endsWith('{id}')) return { params: { id: `external:${unique('own')}` }, body }
  return { params: { id: (await factories[noun](w)).id }, body }
}

export function callRest (caller: Caller, { method, path }: Operation, { params = {}, query = {}, body, headers }: Call): Promise<Answer> {
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!)) +
    (Object.keys(query).length ? `?${new URLSearchParams(query).toString()}` : '')
  switch (method) {
    case 'GET': return caller.get(url, headers)
    case 'DELETE': return caller.delete(url, headers)
    case 'PUT': return caller.put(url, body, headers)
    case 'PATCH': return caller.patch(url, body, headers)
    default: return caller.post(url, body, headers)
  }
}

/** The same call by GraphQL. */
export function callGraphql (caller: Caller, operation: Operation, schema: GraphQLSchema, call: Call): Promise<GraphqlAnswer> {
  const [root, name] = graphqlField(operation, schema)!.split('.') as [string, string]
  const field = (root === 'Query' ? schema.getQueryType() : schema.getMutationType())!.getFields()[name]!
  const variables = variablesOf(operation, field, call)
  const given = field.args.filter(argument => argument.name in variables)
  const declared = given.map(argument => `$${argument.name}: ${String(argument.type)}`).join(', ')
  const passed = given.map(argument => `${argument.name}: $${argument.name}`).join(', ')
  return caller.graphql(`${root.toLowerCase()} ${declared && `(${declared})`} { ${name} ${passed && `(${passed})`} ${fitting(field.type)} }`, variables)
}

function variablesOf (operation: Operation, field: GraphQLField<unknown, unknown>, { params = {}, query = {}, body, variables = {} }: Call): Record<string, unknown> {
  const sources: Array<Record<string, unknown>> = [variables, params, ...(typeof body === 'object' ? [{ input: body, ...body }] : []), query]
  return Object.fromEntries(field.args.flatMap(argument => {
    const name = argument.name === 'first' ? 'limit' : argument.name
    const source = sources.find(source => name in source)
    const value = source?.[name]
    if (source) return [[argument.name, name === 'filter' && typeof value === 'string' ? JSON.parse(value) : value]]
    if (argument.name === 'first') return [['first', 5]]
    if (!isNonNullType(argument.type) || argument.defaultValue !== undefined) return []
    throw new Error(`${operation.id}: nothing gives ${field.name}(${argument.name}); add variables to its entry in test/parity/examples.ts`)
  }))
}

/** As much as the server takes in one document. */
const fitting = (type: GraphQLOutputType): string =>
  [2, 1].map(depth => selection(type, depth)).find(text => text.split(/\s+/).length < 800) ?? selection(type, 0)

/** Every plain field, and those of what is near, so that resolvers and relations run too. */
function selection (type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(getNullableType(type))
  if (!isCompositeType(named)) return ''
  if (!isObjectType(named) && !isInterfaceType(named)) return '{ __typename }'
  const fields = Object.values(named.getFields()).filter(field => !field.args.some(argument => isNonNullType(argument.type)))
    .map(field => {
      const composite = isCompositeType(getNamedType(field.type))
      return !composite ? field.name : depth > 0 ? `${field.name} ${selection(field.type, depth - 1)}` : ''
    })
  return `{ __typename ${fields.join(' ')} }`
}
