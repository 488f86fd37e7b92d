import type { GraphQLSchema } from 'graphql'
import type { Operation } from './operations.js'

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** The name of the GraphQL field that does the same, its type before it where two have that name; null where REST alone has it. */
export function graphqlName ({ id, graphql }: Pick<Operation, 'id' | 'graphql'>): string | null {
  if (typeof graphql === 'object') return null
  const noun = /^(?:get|list|search)([A-Z]\w*)$/.exec(id)?.[1]
  return graphql ?? (noun ? lowerFirst(noun) : id)
}

/** `Query.tag`: the GraphQL field that does what the operation does; null when REST alone has it, or nobody wrote it. */
export function graphqlField (operation: Pick<Operation, 'id' | 'graphql'>, schema: GraphQLSchema): string | null {
  const [name, type] = graphqlName(operation)?.split('.').toReversed() ?? []
  const root = name && [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
    .find(root => root?.getFields()[name] && (!type || root.name === type))
  return root ? `${root.name}.${name}` : null
}

/** Every operation on a line: operationId, method, path, GraphQL field, scope (+contact where a contact's token may). */
export function ledgerText (operations: readonly Operation[], schema: GraphQLSchema): string {
  const lines = operations.map(operation => [
    operation.id, operation.method, operation.path, graphqlField(operation, schema) ?? '-',
    `${operation.scope ?? 'open'}${operation.contact ? '+contact' : ''}`
  ])
  const widths = [0, 1, 2, 3].map(column => Math.max(...lines.map(line => line[column]!.length)))
  return lines.toSorted(([a], [b]) => a! < b! ? -1 : 1)
    .map(line => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd() + '\n').join('')
}
