import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql'

/**
 * The names of the fields that a query asks for below a field, or below a path of fields under it; fragments are looked
 * into. Tells a list verb what to bring along in the same statement.
 */
export function selectedFields (info: Asked, ...path: string[]): ReadonlySet<string> {
  const known = remembered.get(info.fieldNodes) ?? new Map<string, ReadonlySet<string>>()
  remembered.set(info.fieldNodes, known)
  const key = path.join('.')
  const fields = known.get(key) ?? select(info, path)
  known.set(key, fields)
  return fields
}

type Asked = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>

/** A compiled query has the same list of nodes each time it runs. */
const remembered = new WeakMap<readonly object[], Map<string, ReadonlySet<string>>>()

function select (info: Asked, path: readonly string[]): ReadonlySet<string> {
  let sets = info.fieldNodes.map(node => node.selectionSet)
  for (const step of path) sets = fieldsOf(sets, info.fragments).filter(field => field.name.value === step).map(field => field.selectionSet)
  return new Set(fieldsOf(sets, info.fragments).map(field => field.name.value))
}

function fieldsOf (sets: Array<SelectionSetNode | undefined>, fragments: GraphQLResolveInfo['fragments']) {
  return sets.flatMap(set => set?.selections ?? []).flatMap((selection): Array<Extract<typeof selection, { kind: Kind.FIELD }>> => {
    if (selection.kind === Kind.FIELD) return [selection]
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments[selection.name.value]?.selectionSet
    return fieldsOf([inner], fragments)
  })
}
