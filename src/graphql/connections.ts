/** A page as every list verb gives it. */
export interface Page<T> {
  data: readonly T[]
  page: { hasMore: boolean, endCursor: string | null }
  /** The cursor behind one row of this page. */
  cursorOf: (row: T) => string
}

export interface Connection<T> {
  nodes: readonly T[]
  edges: { cursor: string, node: T }[]
  pageInfo: { hasNextPage: boolean, endCursor: string | null }
  totalCount: number | null | (() => Promise<number> | number)
}

/** The connection that a page is in GraphQL. `totalCount` may be a function: it runs only when the field is asked for. */
export function connection<T> ({ data, page, cursorOf }: Page<T>, totalCount: Connection<T>['totalCount'] = null): Connection<T> {
  return {
    nodes: data,
    get edges () { return data.map(node => ({ cursor: cursorOf(node), node })) },
    pageInfo: { hasNextPage: page.hasMore, endCursor: page.endCursor },
    totalCount
  }
}

/** The connection and edge types of a noun (`Contact`): `ContactConnection` and `ContactEdge`. */
export const connectionSdl = (noun: string): string => `
"""A page of ${noun}."""
type ${noun}Connection {
  """The rows with their cursors."""
  edges: [${noun}Edge!]!
  """The rows alone."""
  nodes: [${noun}!]!
  """Where this page ends, and whether there is another."""
  pageInfo: PageInfo!
  """How many rows there are on all pages together."""
  totalCount: Int
}

"""One row of a page of ${noun}."""
type ${noun}Edge {
  """Names this row's place in the list: pass it as \`after\` to continue behind it."""
  cursor: String!
  """The row."""
  node: ${noun}!
}
`

export const pageInfoSdl = `
"""Where a page ends."""
type PageInfo {
  """Whether there are rows after this page."""
  hasNextPage: Boolean!
  """Pass it as \`after\` to read the next page; null on an empty page."""
  endCursor: String
}
`
